"""How one cell or value answers: how many tests passed of how many, and which accuracy.

One number each, or none: what is a range, a change or a target is not read.
"""

from __future__ import annotations

import re

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
_SCALES = frozenset({5, 10, 100})  # of grades: 8/10 may be one
_PERCENT = re.compile(r"\W*(\d{1,3}(?:\.\d{1,4})?)\s*%\W*")
_FRACTION = re.compile(r"\s*(0\.\d{1,6}|1\.0{1,6})\s*")


def tests_of(text: str) -> str:
    """Return `passed/total` where the text is such a count and nothing else, or nothing."""
    if share := _SHARE.fullmatch(unsigned(text)):
        passed, total = int(share[1]), int(share[2])
        rated = passed < total and total in _SCALES and "pass" not in text.lower()
        return f"{passed}/{total}" if passed <= total and not rated else ""
    if counted := _COUNTED.fullmatch(unsigned(text)):
        passed, failed = int(counted[1]), int(counted[2])
        return f"{passed}/{passed + failed}"
    return ""


def accuracy_of(text: str) -> str:
    """Return the number where the text is one percentage or fraction and nothing else."""
    match = _PERCENT.fullmatch(text) or _FRACTION.fullmatch(text)
    return match[1] if match else ""
