"""Rates of tests that pass, and the share that stands behind one: "88.9 % (8/9)"."""

from __future__ import annotations

import re
from functools import cache

from atom_release.reader.vocabulary import words

_FULL_SHARE = re.compile(r"100(?:[.,]0+)?\s?%")


@cache
def _rated() -> re.Pattern[str]:
    """Return what matches a rate with its share behind it, unless that is of something else."""
    return re.compile(
        r"(\d{1,3}(?:[.,]\d{1,4})?)\s?%\W{0,6}[(（]\s?(\d{1,6})\s?/\s?(\d{1,6})\b"
        rf"(?!\s?(?:{words('not_tests').pattern}))",
        re.IGNORECASE,
    )


def rated_share(text: str) -> tuple[int, int] | None:
    """Return the share behind a rate that it is the rate of: "88.9% (8/9)" are 8 of 9."""
    match = _rated().search(text)
    if match is None or not int(match[3]):
        return None
    part, total = int(match[2]), int(match[3])
    rate = float(match[1].replace(",", "."))
    return (part, total) if abs(100 * part / total - rate) < 1 else None


def is_everything(text: str) -> bool:
    """Return whether a rate is all of it: "100%"."""
    return _FULL_SHARE.match(text.strip(" *✅~✓")) is not None
