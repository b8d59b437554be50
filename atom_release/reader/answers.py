"""How one cell or value answers: how many tests passed of how many, and which accuracy.

One number each, or none: what is a range, a change or a target is not read.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from atom_release.reader.words import unsigned

PASSED_OF = re.compile(
    r"(?<![\d./])(\d{1,6})\s*(?:/|\bof\b|\bout of\b)\s*(\d{1,6})(?![\d./])\s*"
    r"(?:tests?\s+|checks?\s+)?(?:pass(?:ed|ing|es)?|succeeded|green)\b",
    re.IGNORECASE,
)
_SHARE = re.compile(
    r"\W*(\d{1,6})\s*/\s*(\d{1,6})(?![\d./])\W*(?:tests?\b\W*)?(?:pass(?:ed|ing)?\b\W*)?"
    r"(?:\(\s*100(?:\.0+)?\s*%\s*\)\W*)?",
    re.IGNORECASE,
)
_COUNTED = re.compile(
    r"\W*(\d{1,6})\s+(?:tests?\s+)?pass(?:ed|ing)?\s*(?:,|;|and)?\s*(?:(\d{1,6})\s+(?:tests?\s+)?fail(?:ed|ing)?)\b"
    r"\W*(?:\(\s*\d{1,3}(?:\.\d+)?\s*%\s*\)\W*)?",
    re.IGNORECASE,
)
_PASSED = re.compile(
    r"\W*(\d{1,6})\s+(?:tests?\s+)?pass(?:ed|ing)?\b\W*(?:\(\s*100(?:\.0+)?\s*%\s*\)\W*)?",
    re.IGNORECASE,
)
_ALL = re.compile(
    r"\W*(?:(\d{1,6})\s+tests?\W+all\s+pass(?:ed|ing)?|all\s+(\d{1,6})\s+(?:tests?\s+)?pass(?:ed|ing)?)\W*",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"\W*(\d{1,6})\W*")
_OF_PASSED = re.compile(r"\bpass(?:ed|ing)\b", re.IGNORECASE)
_NOT_A_COUNT = re.compile(
    r"%|\b(?:rates?|percent\w*|share|before|previous\w*|last|target|goal|baseline|planned|expected)\b"
    r"|\bv?\d+\.\d",
    re.IGNORECASE,
)
_SCALES = frozenset({5, 10, 100})  # of grades: 8/10 may be one
_PERCENT = re.compile(r"\W*(\d{1,3}(?:\.\d{1,4})?)\s*%\W*")
_FRACTION = re.compile(r"\s*(0\.\d{1,6}|1\.0{1,6})\s*")


def tests_of(text: str) -> str:
    """Return `passed/total` where the text is such a count and nothing else, or nothing.

    `N passed` where nothing is said of the others.
    """
    if share := _SHARE.fullmatch(unsigned(text)):
        passed, total = int(share[1]), int(share[2])
        rated = passed < total and total in _SCALES and "pass" not in text.lower()
        return f"{passed}/{total}" if passed <= total and not rated else ""
    if counted := _COUNTED.fullmatch(unsigned(text)):
        passed, failed = int(counted[1]), int(counted[2])
        return f"{passed}/{passed + failed}"
    if whole := _ALL.fullmatch(unsigned(text)):
        number = int(whole[1] or whole[2])
        return f"{number}/{number}"
    if only := _PASSED.fullmatch(unsigned(text)):
        return f"{int(only[1])} passed"
    return ""


def passed_of(text: str, column: str) -> str:
    """Return what a cell counts, where the name of its column may say that it is tests that passed."""
    number = _NUMBER.fullmatch(unsigned(text))
    if number and _OF_PASSED.search(column) and not _NOT_A_COUNT.search(f"{column} {text}"):
        return f"{int(number[1])} passed"
    return tests_of(text)


def added(counts: Sequence[str]) -> str:
    """Return the sum of counts of one form, or nothing."""
    if all(count.endswith(" passed") for count in counts):
        return f"{sum(int(count.removesuffix(' passed')) for count in counts)} passed"
    pairs = [tuple(map(int, count.split("/"))) for count in counts if "/" in count]
    if len(pairs) != len(counts):
        return ""
    return f"{sum(pair[0] for pair in pairs)}/{sum(pair[1] for pair in pairs)}"


def accuracy_of(text: str) -> str:
    """Return the number where the text is one percentage or fraction and nothing else."""
    match = _PERCENT.fullmatch(text) or _FRACTION.fullmatch(text)
    return match[1] if match else ""
