"""Words by which code and reports say that something is activated with nobody asked."""

from __future__ import annotations

import re
from collections.abc import Iterator

_AUTOMATIC = re.compile(
    r"(?<![a-z])auto(?:matic(?:ally)?)?[-_ ]?(?:activat|promot)(?:e|es|ed|ing|ion)?(?![a-z])"
    r"|\b(?:activat|promot)(?:es|ed|ing|ion)? automatically\b",
    re.IGNORECASE,
)
_DENIED = re.compile(
    r"\b(?:no|not|never|without|disabled?|disables|off|prevent\w*|forbid\w*|forbidden|refus\w*"
    r"|requires?|required|needs?|after|pending|manual\w*|human|person|block\w*|den(?:y|ied|ies)"
    r"|remov\w*|instead|until|unless|deprecated|skip\w*|avoid\w*|false|none)\b|approv|n't\b",
    re.IGNORECASE,
)
_OF_OTHERS = re.compile(
    r"\b(?:users?|accounts?|licen[cs]es?|subscriptions?|tabs?|themes?|plugins?|environments?|venv"
    r"|conda|extensions?|trials?|members?|e-?mails?|cards?|keyboards?|focus|buttons?|integers?"
    r"|floats?|dtypes?|types?|coupons?|codes?|students?|customers?|devices?|sensors?|windows?)\b",
    re.IGNORECASE,
)


def says_automatic(text: str) -> bool:
    """Return whether a line says so of what a release would have to approve."""
    return (
        _AUTOMATIC.search(text) is not None
        and _DENIED.search(text) is None
        and _OF_OTHERS.search(text) is None
    )


def automatic_lines(text: str) -> Iterator[tuple[int, str]]:
    """Yield the lines that say so, each with its number."""
    for number, line in enumerate(text.split("\n"), start=1):
        if says_automatic(line):
            yield number, line.strip()
