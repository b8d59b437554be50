"""Numbers as reports print them: thousands in groups, decimals behind a point or a comma."""

from __future__ import annotations

import re

WHOLE = r"(?>\d{1,3}(?:[,.\u202f\u00a0' ]\d{3})+(?![\d])|\d{1,7})"
"""All of a number or nothing of it: "1,681+" is not 1."""
_GROUPED = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?")
_APART = re.compile(r"[,.\u202f\u00a0' ]")


def whole(digits: str) -> int:
    """Return a whole number whose thousands may stand in groups."""
    return int(_APART.sub("", digits))


def decimal(digits: str) -> float:
    """Return a number whose decimals stand behind a point or, one or two of them, a comma."""
    if _GROUPED.fullmatch(digits):
        return float(digits.replace(",", ""))
    return float(digits.replace(",", "."))
