"""A number with a unit of time and the word before it, as every language of the vocabulary says them."""

from __future__ import annotations

import re
from functools import cache

from atom_release.reader.vocabulary import phrases_of

_SIGNS = {
    "<": "<",
    "<=": "<=",
    ">": ">",
    ">=": ">=",
    "≤": "<=",
    "≥": ">=",
    "~": "~",
    "≈": "~",
    "sub-": "<",
}
_COMPARING = {"cmp_below": "<", "cmp_above": ">", "cmp_most": "<=", "cmp_about": "~"}
_UNITS = {"unit_ms": "ms", "unit_us": "us", "unit_s": "s"}
_WIDE = re.compile(r"[\u4e00-\u9fff]")


@cache
def time_unit() -> str:
    """Return what matches a unit of time, longer names first."""
    names = sorted(
        (name for concept in _UNITS for name in phrases_of(concept)), key=len, reverse=True
    )
    return f"(?:{'|'.join(map(re.escape, names))})"


@cache
def _units() -> dict[str, str]:
    return {name: unit for concept, unit in _UNITS.items() for name in phrases_of(concept)}


def unit_of(name: str) -> str:
    """Return the unit that a name stands for: ms, us or s."""
    return _units()[name.lower()]


@cache
def _comparators() -> dict[str, str]:
    words = {name: sign for concept, sign in _COMPARING.items() for name in phrases_of(concept)}
    return _SIGNS | words


def comparator_of(text: str) -> str:
    """Return what a sign or a word before a quantity compares by, "=" without one."""
    return _comparators().get(" ".join(text.lower().split()), "=")


@cache
def quantity() -> re.Pattern[str]:
    """Return what matches a quantity of time: the comparator, the number and the unit."""
    names = sorted(
        (name for concept in _COMPARING for name in phrases_of(concept)), key=len, reverse=True
    )
    spaced = "|".join(
        re.escape(name).replace(r"\ ", r"\s") for name in names if not _WIDE.search(name)
    )
    wide = "|".join(name for name in names if _WIDE.search(name))
    return re.compile(
        rf"(<=|>=|<|>|≤|≥|~|≈|\bsub-|\b(?:{spaced})\s|{wide})?\s?(?<![\w.,])"
        rf"(\d{{1,3}}(?:,\d{{3}})+|\d{{1,7}}(?:[.,]\d{{1,6}})?)\s?({time_unit()})"
        r"(?![^\W\u2e80-\u9fff\uac00-\ud7a3]|/(?!op|req|search|query|call|request))",
        re.IGNORECASE,
    )
