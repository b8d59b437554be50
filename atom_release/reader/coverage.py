"""How much of the code the report says its tests cover: one number of the whole, as measured.

A field that says so of all of it, then a coverage tool's own total line, then a total row, then a
line such as "Coverage 91.6%". A part's share, a target, an approximation and the coverage of
something else ("Input Validation: 100% coverage") are none of it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import IntEnum
from functools import cache

from atom_release.gate.claims.record import Claim, ClaimKind
from atom_release.reader.facts import Document, Fact, Kind, Table
from atom_release.reader.forms import Form, is_given, why_withheld
from atom_release.reader.numbers import decimal
from atom_release.reader.sections import topic
from atom_release.reader.vocabulary import concepts, name_of, words

_PERCENT = r"(?<![\d.,~≈<>+≥≤])(\d{1,3}(?:[.,]\d{1,3})?)\s?%(?!\+)"
_VALUE = re.compile(rf"[^\w~≈<>+≥≤]{{0,6}}{_PERCENT}(.*)")
_LINE = re.compile(
    rf"^\W{{0,6}}(?:(?:overall|total|code|test|line|current)\s)?coverage\s(?:is\s|of\s)?{_PERCENT}"
)
_PRINTED = re.compile(
    rf"^\W{{0,6}}(?:(?:overall|total|code|test|line)\s)?coverage:\s{{1,4}}{_PERCENT}(?!\s?of)"
)
_BEHIND = re.compile(rf"{_PERCENT}\s(?:code|test|line|overall|total)\scoverage\b")
_TOOL = re.compile(
    r"^\s*(?:TOTAL\s.*\s|All files\s*\|\s*|total:\s+\(statements\)\s+)(\d{1,3}(?:\.\d{1,3})?)\s?(?:%|\s\|)"
)
_ABOUT = re.compile(r"[~≈]\s?(\d{1,3}(?:[.,]\d{1,3})?)\s?%")
_LABEL = re.compile(r"\W{0,6}([^:]{1,40}):\s")
_PAIR = 2
_MOST = 100.0


@cache
def _of() -> re.Pattern[str]:
    """Return what matches that a share is of something, which is not the code."""
    return re.compile(
        r"\s*(?:of|de|das|dos|des|der|das|del|du|for|on|sobre)\s(?!(?:the\s|las\s|as\s|les\s)?"
        rf"(?:{words('l_code').pattern}))"
    )


@cache
def _something() -> re.Pattern[str]:
    """Return what matches what a share is of, where that is not the code: "100% TDD methodology"."""
    return re.compile(
        rf"\s*[*_]*\s*(?!(?:{words('l_of_share').pattern}))[A-Za-z]{{2,}}", re.IGNORECASE
    )


@cache
def _of_part() -> re.Pattern[str]:
    """Return what matches a bracket that names the part which a share is of: "86% (backend)"."""
    return re.compile(
        rf"\W{{0,4}}[(（](?:(?:{words('l_only').pattern})\s)?"
        rf"(?:{words('n_some_part').pattern})(?:[ -][\w-]{{2,20}}){{0,3}}[)）]",
        re.IGNORECASE,
    )


class Rank(IntEnum):
    """How directly a statement speaks of all the code."""

    WHOLE = 0
    FIELD = 1
    TOOL = 2
    TABLE = 3
    LINE = 4


def read_coverage(document: Document) -> list[Claim]:
    """Return the one claim of coverage, or none where those of one rank differ."""
    stated = sorted(_statements(document), key=lambda entry: (entry[0], entry[2]))
    if not stated:
        return []
    rank, value, line = stated[0]
    if not is_given(_form_of(rank, value)):
        document.withheld[line] = why_withheld(Form.COVERAGE_IN_SENTENCE)
        return []
    if rank is Rank.LINE and value in _about(document):
        return []
    same = {number for other, number, _ in stated if other is rank}
    if len(same) > 1 and rank is not Rank.WHOLE:
        return []
    return [document.claim(ClaimKind.COVERAGE, value, line, unit="%", comparator="=")]


def _form_of(rank: Rank, value: float) -> Form:
    whole = value == _MOST and rank is Rank.LINE
    return Form.COVERAGE_IN_SENTENCE if whole else Form.COVERAGE_STATED


def _about(document: Document) -> set[float]:
    """Return the shares that the report elsewhere says are only about so."""
    texts = [fact.text for fact in document.lines if "~" in fact.text or "≈" in fact.text]
    texts += [row.text for table in document.tables for row in table.rows]
    return {decimal(match[1]) for text in texts for match in _ABOUT.finditer(text)}


def _statements(document: Document) -> Iterator[tuple[Rank, float, int]]:
    yield from _fields(document)
    for table in document.tables:
        yield from _table(table)
    for block in document.blocks.values():
        for fact in block if block[0].section.own else ():
            match = _TOOL.match(fact.text) or _PRINTED.match(fact.text.lower())
            if match and not words("not_measured").search(fact.text.lower()):
                yield Rank.TOOL, float(match[1]), fact.line
    for fact in document.lines:
        if "%" in fact.text and fact.section.own and not _skips(fact):
            yield from _line(fact)


def _skips(fact: Fact) -> bool:
    return fact.kind is Kind.HEADING or _is_aimed_at(fact)


def _is_aimed_at(fact: Fact) -> bool:
    """Return whether a share stands below a title of goals, and no goal beside it."""
    return fact.section.inherited.budget and words("n_goal").search(fact.text.lower()) is None


def _fields(document: Document) -> Iterator[tuple[Rank, float, int]]:
    of_coverage = topic(document.title or "").coverage
    for fact in document.fields:
        if not fact.section.own or _is_aimed_at(fact):
            continue
        rank = _rank(fact, of_coverage=of_coverage)
        value = _value(fact.text) if rank is not None else None
        if rank is not None and value is not None:
            yield rank, value, fact.line


def _rank(fact: Fact, *, of_coverage: bool) -> Rank | None:
    if "coverage" not in concepts(fact.key):
        return None
    if words("own_coverage").fullmatch(fact.key) and not (
        fact.section.inherited.coverage or of_coverage
    ):
        return None
    if words("n_of_all").search(fact.key):
        return Rank.WHOLE
    if fact.key == "statements":
        return Rank.LINE
    section = fact.section
    topics = section.topic
    general = section.header or section.foot or topics.verdict or topics.testing
    return Rank.FIELD if general or topics.coverage else None


def _value(text: str) -> float | None:
    match = _VALUE.match(text)
    if match is None:
        return None
    if _of_part().match(match[2]):
        return None
    rest = re.sub(r"[(（][^()（）]*[)）]", " ", match[2])
    if (
        _of().match(rest)
        or words("not_measured").search(rest.lower())
        or "→" in rest
        or "->" in rest
    ):
        return None
    if _something().match(rest):
        return None
    value = decimal(match[1])
    return value if value <= _MOST else None


def _table(table: Table) -> Iterator[tuple[Rank, float, int]]:
    """Read the total row of a table of coverage, or a row of a table of metrics."""
    if not table.section.own:
        return
    column = table.column("coverage")
    measured = table.column("measured_column")
    for row in table.rows:
        key = name_of(row.cells[0]) if row.cells else ""
        index = column if column and "total" in concepts(key) and _of_code(table) else None
        whole = bool(row.cells) and words("n_of_all").search(row.cells[0].lower()) is not None
        if "coverage" in concepts(key) and words("own_coverage").fullmatch(key) is None:
            index = measured or (1 if len(table.names) == _PAIR else None)
            index = None if words("not_measured").search(row.cells[0].lower()) else index
        if index is not None and index < len(row.cells):
            named_target = "target_column" in concepts(table.names[index])
            value = None if named_target else _value(row.cells[index])
            if value is not None:
                yield Rank.WHOLE if whole and column is None else Rank.TABLE, value, row.line


def _of_code(table: Table) -> bool:
    """Return whether a table with a column of coverage is about code or its tests."""
    above = table.section.inherited
    return (
        above.testing
        or above.coverage
        or any(words("n_code_rows").search(name) for name in table.names)
    )


def _line(fact: Fact) -> Iterator[tuple[Rank, float, int]]:
    lowered = fact.text.lower()
    match = _LINE.match(lowered) or _BEHIND.search(lowered)
    label = _LABEL.match(lowered)
    if match and label and concepts(name_of(label[1])) & {"made", "gone"}:
        return  # what is to be delivered
    outside = re.sub(r"[(（][^()（）]*[)）]", " ", lowered)
    if match is None or _of().match(lowered, match.end()) or words("not_measured").search(outside):
        return
    value = decimal(match[1])
    if value <= _MOST:
        yield Rank.LINE, value, fact.line
