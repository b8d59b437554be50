"""Test counts in tables: one row for each part with a total row, or one row for each count."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache

from atom_release.gate.claims.record import ReportStatus
from atom_release.reader import rates
from atom_release.reader.facts import Document, Fact, Table
from atom_release.reader.numbers import WHOLE, whole
from atom_release.reader.phrases import names_no_tests
from atom_release.reader.tally import UNITS, Counts
from atom_release.reader.vocabulary import concepts, name_of, spelled, words
from atom_release.reader.words import status_of, unsigned


@cache
def _lone_number() -> re.Pattern[str]:
    """Return what matches a cell that is a number, with a counter behind it or without."""
    return re.compile(rf"\W*({WHOLE})\W*(?:\([^()]{{0,40}}\)\W*)?(?:{spelled('counter')})?\W*")


_APPROXIMATE = re.compile(r"[~≈+<>≥≤]")
_DIGIT = re.compile(r"\d")
_SHARE = re.compile(rf"\W*({WHOLE})\s*/\s*({WHOLE})(?!\d)")
_PAIR = 2


def count_tables(document: Document) -> tuple[list[tuple[Counts, Table]], list[str]]:
    """Return the counts that tables about tests state as a total, and what does not add up."""
    stated: list[tuple[Counts, Table]] = []
    findings: list[str] = []
    for table in document.tables:
        section = table.section
        if not section.own or section.inherited.compliance:
            continue
        keyed = _keyed(table)
        if keyed is not None:
            stated.append((keyed, table))
        elif _about_tests(table):
            counts, wrong = _columns(table)
            stated += [(entry, table) for entry in counts]
            findings += wrong
    return stated, findings


def _about_tests(table: Table) -> bool:
    noun = words("test_noun")
    return table.section.inherited.testing or any(noun.search(name) for name in table.names)


def _number(cell: str) -> int | None:
    if _APPROXIMATE.search(cell):
        return None
    match = _lone_number().fullmatch(unsigned(cell))
    return whole(match[1]) if match else None


def _keyed(table: Table) -> Counts | None:
    """Read a table of one row for each count: "Passed | 7".

    Of several columns of numbers, the one whose name says that it is of now.
    """
    column = _value_column(table)
    if column is None:
        return None
    numbers: dict[str, int] = {}
    lines: dict[str, int] = {}
    about = table.section.inherited.testing
    everything = other = False
    rated: tuple[int, int] | None = None
    for row in _rows(table):
        if column >= len(row.cells):
            continue
        key, cell = name_of(row.cells[0]), row.cells[column]
        if "other_total" in concepts(key):
            other = True
            continue
        everything |= "rate" in concepts(key) and rates.is_everything(cell)
        unit = next((unit for unit in UNITS if unit in concepts(key)), None)
        number = _number(cell) if unit else None
        share = _SHARE.match(cell) if unit == "passed" or "tests" in concepts(key) else None
        about = about or (bool(unit) and words("test_noun").search(key) is not None)
        if share and "passed" not in numbers:
            numbers["passed"] = whole(share[1])
            numbers.setdefault("total", whole(share[2]))
            lines["passed"] = lines.setdefault("total", row.line)
        elif unit and number is not None and unit not in numbers:
            numbers[unit], lines[unit] = number, row.line
        elif "rate" in concepts(key) and not unit:
            rated = rates.rated_share(cell) or rated
    add_rated(numbers, rated)
    if other and "total" not in numbers:
        return None  # of the files or suites that are counted above
    of_parts = any(set(UNITS) & concepts(name) for name in table.names[1:]) and len(lines) < _PAIR
    return _made(numbers, lines, everything=everything) if about and not of_parts else None


def add_rated(numbers: dict[str, int], rated: tuple[int, int] | None) -> None:
    """Add the share behind a rate, "100 % (30/30)", to a total that is its own."""
    if rated and "passed" not in numbers and numbers.get("total") == rated[1]:
        numbers["passed"] = rated[0]


def keyed_counts(lines: Sequence[tuple[int, str]]) -> Iterator[Counts]:
    """Yield what a block of output counts by keys, one a line: "Passed: 7" below "Total: 8"."""
    numbers: dict[str, int] = {}
    places: dict[str, int] = {}
    totals: set[int] = set()
    other = False
    for number, text in lines:
        key, sign, value = text.replace("\uff1a", ":").partition(":")
        if not _DIGIT.search(value):
            continue
        name = name_of(key)
        other |= "other_total" in concepts(name) and _number(value) is not None
        other |= "total" in concepts(name) and names_no_tests(value.lower())
        unit = next((unit for unit in UNITS if unit in concepts(name)), None)
        unit = "errors" if unit is None and words("n_errors").fullmatch(name) else unit
        share = _SHARE.match(value) if unit in {"passed", "failed"} else None
        count = whole(share[1]) if share else _number(value) if sign and unit else None
        if unit is None or count is None:
            continue
        totals |= {whole(share[2])} if share else set()
        if numbers.setdefault(unit, count) != count:
            return
        places.setdefault(unit, number)
    if len(totals) > 1 or (other and "total" not in numbers):
        return  # of several wholes, or of what is no test: "Total requests: 512"
    if totals:
        numbers.setdefault("total", totals.pop())
    errors = numbers.pop("errors", 0)
    if {"total", "failed"} <= set(numbers) and "passed" not in numbers:
        numbers["failed"] += errors
        numbers["passed"] = max(numbers["total"] - numbers["failed"] - numbers.get("skipped", 0), 0)
    if "passed" in numbers and len(numbers) >= _PAIR:
        printed = tuple(unit for unit in UNITS if unit in places)
        yield Counts.from_numbers(min(places.values()), numbers, printed, places)


def _made(numbers: dict[str, int], lines: dict[str, int], *, everything: bool) -> Counts | None:
    printed = tuple(unit for unit in UNITS if unit in numbers)
    if everything and "total" in numbers and not numbers.get("failed"):
        numbers.setdefault("failed", 0)
        if not numbers.get("skipped"):
            numbers.setdefault("passed", numbers["total"])
    counted_words = {"passed", "failed"} & set(numbers) or (printed == ("total",) and everything)
    lone_total = printed == ("total",) and numbers["total"] > 0
    if not counted_words and not lone_total:
        return None
    return Counts.from_numbers(min(lines.values()), numbers, printed, lines)


def _rows(table: Table) -> Iterator[Fact]:
    """Yield the rows, and the header where it is itself a pair of a key and a number."""
    if len(table.names) == _PAIR and (
        _number(table.top.cells[1]) is not None or _SHARE.match(table.top.cells[1])
    ):
        yield table.top
    yield from table.rows


def _value_column(table: Table) -> int | None:
    numbered = sorted(
        {
            index
            for row in table.rows
            for index, cell in enumerate(row.cells)
            if index and (_number(cell) is not None or _SHARE.match(cell))
        }
    )
    if len(numbered) == 1 and numbered[0] == 1:
        return 1
    named = [
        index
        for index in numbered
        if index < len(table.names) and "measured_column" in concepts(table.names[index])
    ]
    return named[0] if len(named) == 1 else None


def _columns(table: Table) -> tuple[list[Counts], list[str]]:
    columns = {unit: index for unit in UNITS if (index := table.column(unit))}
    if not columns:
        return list(_rated_total(table)), []
    parts: list[Counts] = []
    total: Counts | None = None
    for row in table.rows:
        counts = _row(table, row, columns)
        if counts is None or not row.cells:
            continue
        if _is_total(row):
            total = counts
        else:
            parts.append(counts)
    if "matrix" in concepts(table.names[0]):
        same = bool(parts) and all(parts[0].key == part.key for part in parts)
        return (parts[:1] if same else []), []
    if total is not None:
        return [total], list(_wrong(parts, total, len(table.rows)))
    return (parts if len(table.rows) == 1 else []), []


def _is_total(row: Fact) -> bool:
    return "total" in concepts(name_of(row.cells[0]))


def _rated_total(table: Table) -> Iterator[Counts]:
    """Yield the share behind the rate of a total row: "Overall | 58 % (7/12 tests)"."""
    column = table.column("rate")
    for row in table.rows:
        if column and column < len(row.cells) and (_is_total(row) or _is_whole(row)):
            rated = rates.rated_share(row.cells[column])
            if rated:
                yield Counts.from_numbers(
                    row.line, dict(zip(("passed", "total"), rated, strict=True))
                )


def _is_whole(row: Fact) -> bool:
    return words("whole").fullmatch(name_of(row.cells[0])) is not None


def _row(table: Table, row: Fact, columns: dict[str, int]) -> Counts | None:
    numbers: dict[str, int] = {}
    for unit, index in columns.items():
        cell = row.cells[index] if index < len(row.cells) else ""
        share = _SHARE.match(cell)
        number = _number(cell)
        if share and whole(share[1]) <= whole(share[2]):
            numbers.update(passed=whole(share[1]), total=whole(share[2]))
        elif number is not None:
            numbers[unit] = number
    if not numbers:
        return None
    counts = Counts.from_numbers(row.line, numbers)
    state = table.column("status_column")
    if (
        state is not None
        and state < len(row.cells)
        and counts.passed is None
        and counts.failed in {None, 0}
        and _passes(row.cells[state], counts)
    ):
        return Counts(row.line, counts.total, 0, counts.skipped or 0, counts.total, counts.names())
    return counts


def _passes(state: str, counts: Counts) -> bool:
    """Return whether a row's state says that all of its tests pass, as a word or as their share."""
    share = _SHARE.match(unsigned(state))
    if share and counts.total:
        return whole(share[1]) == whole(share[2]) == counts.total
    return status_of(state) is ReportStatus.PASS


def _wrong(parts: list[Counts], total: Counts, rows: int) -> Iterator[str]:
    if len(parts) != rows - 1:
        return
    for unit in UNITS:
        stated = getattr(total, unit)
        values = [getattr(part, unit) for part in parts]
        if parts and unit in total.names() and None not in values and sum(values) != stated:
            yield f"the parts make {sum(values)} {unit}, line {total.line} says {stated}"
