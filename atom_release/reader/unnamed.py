"""The branch and the date of a report that no field names: told in a line, in the title, or alone."""

from __future__ import annotations

import re
from functools import cache

from atom_release.reader.dates import UNITS, WIDE_DAY, iso
from atom_release.reader.facts import Document, Kind
from atom_release.reader.vocabulary import words

Value = tuple[str, int]
_OTHER_BRANCH = re.compile(
    r"\b(?:into|from|base|target|delete\w*|merge\w*|upstream|default|old|protected|against)\b"
)
_TELLING_BRANCH = re.compile(r"(?=.*[/\-_\d])[\w./\-#]{2,120}")
_TRUNKS = frozenset({"main", "master", "develop", "dev", "trunk"})
_TITLE_DATE = re.compile(
    rf"(?:[(（\[]|\s[-\u2013\u2014|·]\s|\s)(\d{{4}}[-/.]\d{{1,2}}[-/.]\d{{1,2}}|{WIDE_DAY})(?:\s\d{{1,2}}:\d{{2}}(?::\d{{2}})?)?\W*$"
)
_LONGEST_DATE = 40
_DAY_SPAN = 34
_TITLE_PARTS = re.compile(r"\s[-\u2013\u2014|·]\s|[(（\[:：)）\]]")
_DATED_LINES = 12
_NEAR = 8
_YEAR = re.compile(r"\d{4}")
_TAIL = 8


@cache
def _told_branch() -> re.Pattern[str]:
    return re.compile(
        rf"(?:{words('n_branch').pattern})\W{{0,8}}`([^`\s]{{2,120}})`", re.IGNORECASE
    )


@cache
def _told_on() -> re.Pattern[str]:
    """Return what matches what a line says of the report before a day: "generated on"."""
    other = words("told_on_day_first").pattern
    return re.compile(rf"(?:{words('told_on').pattern})\s|(?P<other>{other})", re.IGNORECASE)


@cache
def _subject() -> re.Pattern[str]:
    """Return what matches the report as a sentence's subject: "This report was"."""
    article, document, was = (words(name).pattern for name in ("l_article", "l_document", "l_was"))
    return re.compile(
        rf"\W*(?:(?:{article})\s)?(?:[\w-]+\s)?(?:{document})?\s?(?:{was})?\W*", re.IGNORECASE
    )


@cache
def _date_words() -> re.Pattern[str]:
    """Return what matches the words within and around a date."""
    return re.compile(
        rf"{words('date_filler').pattern}|(?<=\d)(?:st|nd|rd|th|er|t)\b|[^\W\d_]{{3,12}}(?=\.?\s+\d)"
        rf"|(?<=\d)\.?\s+(?:de\s+)?[^\W\d_]{{3,12}}|[{UNITS}]",
        re.IGNORECASE,
    )


def _is_of_date(key: str) -> bool:
    """Return whether a field's name says that its value is a day."""
    last = words("date_key_last").finditer(key)
    return words("date_key").search(key) is not None or any(
        match.end() == len(key) for match in last
    )


def told_branch(document: Document) -> Value | None:
    """Return the one branch that lines name in code marks behind the word, and nothing is cut from."""
    named: dict[str, int] = {}
    for fact in document.lines:
        if not fact.section.own or "`" not in fact.raw:
            continue
        for match in _told_branch().finditer(fact.raw):
            if not _OTHER_BRANCH.search(fact.raw[: match.start()].lower()[-24:]):
                named.setdefault(match[1], fact.line)
    names = [name for name in named if name not in _TRUNKS and _TELLING_BRANCH.fullmatch(name)]
    return (names[0], named[names[0]]) if len(named) == len(names) == 1 else None


def told_date(document: Document) -> Value | None:
    """Return the day of "Generated on 2026-07-18 by ..." in the first or last lines.

    Little stands before it, and the day directly behind it: the line speaks of the report's work.
    """
    for fact in (*document.lines[:_NEAR], *document.lines[-_TAIL:]):
        match = _told_on().search(fact.text[:120]) if _YEAR.search(fact.text) else None
        before = fact.text[: match.start()] if match else ""
        if match is None or not (len(before.split()) <= 2 or _subject().fullmatch(before)):  # noqa: PLR2004 - "Report"
            continue
        if words("to_come").search(before.lower()):
            continue
        value = iso(fact.text[match.end() :][:_DAY_SPAN], english=match["other"] is None)
        if value and _begins_with_day(fact.text[match.end() :]):
            return value, fact.line
    return None


def _begins_with_day(text: str) -> bool:
    """Return whether a text begins with a day and not with what happened then."""
    digit = re.search(r"\d", text)
    return digit is not None and len(text[: digit.start()].split()) <= 2  # noqa: PLR2004 - "Monday, March"


def lone_date(document: Document) -> Value | None:
    """Return the date that one field of the header, or the line below its heading, only consists of.

    Its name need not be one of dates; a day that is still to come is none.
    """
    dated: dict[str, int] = {}
    heading = False
    for fact in document.lines[:_DATED_LINES]:
        as_of = fact.kind is Kind.HEADING and words("as_of").search(fact.text.lower())
        if as_of and (value := _whole_date(words("as_of").sub(" ", fact.text.lower()))):
            dated.setdefault(value, fact.line)
        if heading and fact.kind is not Kind.HEADING and (value := _whole_date(fact.text)):
            dated.setdefault(value, fact.line)
        heading = fact.kind is Kind.HEADING and not words("to_come").search(fact.text.lower())
    tail = {fact.line for fact in document.lines[-_TAIL:]}
    for fact in document.fields:
        section = fact.section
        value = _whole_date(fact.text)
        if value is None:
            continue
        near = (section.header and not section.foot) or (
            fact.line in tail and _is_of_date(fact.key)
        )
        if near and not (words("to_come").search(fact.key) or words("span_key").search(fact.key)):
            dated.setdefault(value, fact.line)
    return next(iter(dated.items())) if len(dated) == 1 else None


def _whole_date(text: str) -> str | None:
    """Return the date that a text is, with nothing beside it but a time of day."""
    value = iso(text) if len(text) <= _LONGEST_DATE and _YEAR.search(text) else None
    if value is None:
        return None
    return value if not re.search(r"[^\W\d_]{2,}", _date_words().sub(" ", text)) else None


def titled_date(document: Document) -> Value | None:
    """Return the date at the end of the report's title, or in a bracket of it."""
    for fact in document.lines[:3]:
        if fact.kind is Kind.HEADING and fact.section.level == 1:
            match = _TITLE_DATE.search(fact.text)
            parts = [part.strip() for part in _TITLE_PARTS.split(fact.text)[1:]]
            dates = {value for part in parts if part and (value := _whole_date(part))}
            value = iso(match[1]) if match else dates.pop() if len(dates) == 1 else None
            return (value, fact.line) if value else None
    return None
