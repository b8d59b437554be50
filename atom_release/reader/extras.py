"""Claims that stand in the ledger and are derived by nothing yet: commands, blockers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from atom_release.gate.claims.record import Claim, ClaimKind
from atom_release.reader.facts import Document
from atom_release.reader.vocabulary import words

_PROMPT = re.compile(r"^\s*[$❯]\s+(\S.{1,200})$")
_LONGEST = 200


@cache
def _none() -> re.Pattern[str]:
    """Return what matches that nothing is named: "None", "-"."""
    return re.compile(rf"\W*(?:{words('l_none').pattern}|[-0])(?!\w).{{0,30}}", re.IGNORECASE)


def read_extras(document: Document) -> Iterator[Claim]:
    """Yield each command that is shown with its output, and each blocker that is named."""
    for block in document.blocks.values():
        if not block[0].section.own or len(block) <= 1:
            continue
        for fact, following in zip(block, [*block[1:], None], strict=True):
            match = _PROMPT.match(fact.text)
            if match and following is not None and not _PROMPT.match(following.text):
                yield document.claim(ClaimKind.COMMAND, match[1].strip(), fact.line)
    for fact in document.named("blocker"):
        if fact.section.own and not _none().fullmatch(fact.text) and not _is_nothing(fact.text):
            yield document.claim(ClaimKind.BLOCKER, fact.text[:_LONGEST], fact.line)


def _is_nothing(text: str) -> bool:
    return words("nothing").search(text.lower()) is not None
