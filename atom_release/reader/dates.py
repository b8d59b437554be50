"""Dates as people write them, in ISO 8601; None where it is none or could be read two ways.

The months' names are those of `vocabulary`. A date in words of a language that is not there is
asked of dateparser, which is loaded only then.
"""

from __future__ import annotations

import re
from datetime import date, datetime
from functools import lru_cache
from importlib import import_module

from atom_release.reader.vocabulary import lexicon

_LONGEST = 80
_EARLIEST, _LATEST = 1990, 2100
_TWELVE = 12
_ISO = re.compile(
    r"(?<!\d)(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[T"
    r" ](\d{2}:\d{2}(?::\d{2})?(?:\.\d{1,9})?)\s?(Z|UTC|[+-]\d{2}:?\d{2})?)?(?!\d)"
)
_WEEK_DAY = re.compile(r"(?<![\w-])\d{4}-W\d{2}-[1-7](?![\w-])")
_COMPACT = re.compile(r"(?<!\d)(\d{4})(\d{2})(\d{2})T?(?:\d{6})?Z?(?!\d)")
_WIDE = re.compile(r"(\d{4})\s?[年년]\s?(\d{1,2})\s?[月월]\s?(\d{1,2})\s?[日号號일]?")
UNITS = "年月日号"
"""The signs behind year, month and day."""
WIDE_DAY = r"\d{4}年\d{1,2}月\d{1,2}日"
_NUMERIC = re.compile(r"(?<!\d)(\d{1,2})([./-])(\d{1,2})\2(\d{4})(?!\d)")
_LETTER = r"[^\W\d_]"
_MONTH = rf"{_LETTER}(?:{_LETTER}|[\u0300-\u036f\u064b-\u065f\u0900-\u0903\u093a-\u094f\u0e31-\u0e3a\u0e47-\u0e4e]){{2,14}}"
"""A month's name: letters, and the marks that some scripts write over and under them."""
_DAY_FIRST = re.compile(
    r"(?<!\d)(?<!\d[-\u2013\u2014])(\d{1,2})(?:st|nd|rd|th|er|º|ª|\.)?(?:\s+|-)(?:de\s+|of\s+)?("
    rf"{_MONTH}"
    r")\.?,?(?:\s+|-)(?:de[l]?\s+|,\s*)?(\d{4})(?!\d)"
)
_MONTH_FIRST = re.compile(
    rf"({_MONTH})"
    r"\.?\s+(\d{1,2})(?:st|nd|rd|th)?,?\s+(?:\d{1,2}:\d{2}(?::\d{2})?\s+(?:[a-z]{2,5}\s+)?)?(\d{4})(?!\d)"
)
_LANGUAGES = [
    "it",
    "nl",
    "pl",
    "ru",
    "uk",
    "tr",
    "cs",
    "ro",
    "hu",
    "fi",
    "da",
    "nb",
    "vi",
    "el",
    "ca",
]


@lru_cache(maxsize=2048)
def iso(value: str, *, english: bool = True, ask: bool = False) -> str | None:
    """Return the first date of a value.

    Args:
        value: what stands behind a key of dates.
        english: whether the key is English, where 03/04/2026 could be March or April; behind a key
            of another language the day comes first.
        ask: whether dateparser may be asked, which takes a second the first time.
    """
    text = value.strip()[:_LONGEST]
    return _written(text) or _numeric(text, day_first=not english) or _worded(text.lower(), ask=ask)


def _written(text: str) -> str | None:
    for match in _ISO.finditer(text):
        day = _day(match[1], match[2], match[3])
        if day is not None:
            moment = f"{day}T{match[4]}{_zone(match[5])}" if match[4] else day
            return moment if is_moment(moment) else day
    week_day = _WEEK_DAY.search(text)
    if week_day and is_moment(week_day[0]):
        return datetime.fromisoformat(week_day[0]).date().isoformat()
    for pattern in (_WIDE, _COMPACT):
        plain = pattern.search(text)
        if plain and (day := _day(plain[1], plain[2], plain[3])):
            return day
    return None


def _zone(written: str | None) -> str:
    return "Z" if written in {"Z", "UTC"} else written or ""


def _numeric(text: str, *, day_first: bool) -> str | None:
    match = _NUMERIC.search(text)
    if match is None:
        return None
    first, second = int(match[1]), int(match[3])
    if match[2] == "." or day_first or first > _TWELVE or first == second:
        return _day(match[4], second, first)
    return _day(match[4], first, second) if second > _TWELVE else None


def _worded(text: str, *, ask: bool) -> str | None:
    months = lexicon().months
    unknown = ""
    for pattern, number, name in ((_DAY_FIRST, 1, 2), (_MONTH_FIRST, 2, 1)):
        for match in pattern.finditer(text):
            month = months.get(match[name])
            if month:
                return _day(match[3], month, match[number])
            unknown = unknown or match[0]
    return _asked(unknown) if ask and unknown else None


def _asked(text: str) -> str | None:
    """Ask dateparser for a date of which day, month and year are written out."""
    dateparser = import_module("dateparser")  # untyped, and slow to load
    try:
        moment: datetime | None = dateparser.parse(
            text,
            languages=_LANGUAGES,
            settings={
                "STRICT_PARSING": True,
                "REQUIRE_PARTS": ["day", "month", "year"],
                "PARSERS": ["absolute-time"],
            },
        )
    except (ValueError, OverflowError, RecursionError):
        return None
    return _day(moment.year, moment.month, moment.day) if moment else None


def is_moment(text: str) -> bool:
    """Return whether this is an ISO 8601 moment that exists."""
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return True


def _day(year: str | int, month: str | int, number: str | int) -> str | None:
    if not _EARLIEST <= int(year) <= _LATEST:
        return None
    try:
        return date(int(year), int(month), int(number)).isoformat()
    except ValueError:
        return None
