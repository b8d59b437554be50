"""The count that a field's value begins with: "296 (96%)", "38/43", "106 automated tests"."""

from __future__ import annotations

import re

from atom_release.reader.numbers import WHOLE, whole
from atom_release.reader.vocabulary import spelled, words

_KEYED_NUMBER = re.compile(
    rf"[^\w~≈<>+≥≤]{{0,6}}({WHOLE})(?!(?![\u2e80-\u9fff\uac00-\ud7a3])[\w%/]|\s?%|[.:]\d|\s?/|\+|[-–]\d)"
)
_LEADING_SHARE = re.compile(rf"[^\w~≈<>+≥≤]{{0,6}}({WHOLE})\s?/\s?({WHOLE})(?![\w/]|[.,]\d)")
_WORD = re.compile(r"[^\W\d_]+")
_BRACKET = re.compile(r"[(（\[][^()（）\[\]]{0,200}[)）\]]")
_PLUS = re.compile(r"\+\s?\d")


def leading_number(text: str) -> int | None:
    """Return the number that a field's value begins with, if it is a count and nothing else.

    A bracket, a noun of tests or a sign may follow: "296 (96%)", "106 testes automatizados".
    """
    match = _KEYED_NUMBER.match(text)
    if match is None:
        return None
    rest = text[match.end() :].lower()
    rest = re.sub(rf"^\s*(?:{spelled('counter')})*\s*", "", rest)
    rest = _BRACKET.sub(" ", rest)
    first = _WORD.search(rest)
    if _PLUS.search(rest):
        return None
    noun = words("test_noun").search(rest)
    if first is None or (noun and noun.start() <= first.start()):
        return whole(match[1])
    return whole(match[1]) if rest[: first.start()].strip()[:1] in {",", ";", "|", "，"} else None


def leading_share(text: str) -> tuple[int | None, int | None]:
    """Return the share that a field's value begins with, "38/43 (88%)", or nothing twice."""
    match = _LEADING_SHARE.match(text)
    if match is None or whole(match[1]) > whole(match[2]):
        return None, None
    return whole(match[1]), whole(match[2])
