"""Test counts in tables: one row for each part, or one for each count, with or without a total."""

from __future__ import annotations

import re
from collections.abc import Iterator

from atom_release.gate.claims.record import ReportStatus
from atom_release.reader.document import Document, Row, Table
from atom_release.reader.runner import Counts
from atom_release.reader.words import status_of

_COLUMNS = {
    "passed": re.compile(r"^\W*(?:tests? )?pass(?:ed|ing)?\W*$"),
    "failed": re.compile(r"^\W*(?:tests? )?fail(?:ed|ing|ures)?\W*$"),
    "skipped": re.compile(r"^\W*(?:tests? )?skip(?:ped)?\W*$"),
    "total": re.compile(
        r"^\W*(?:#|number of |no\. of |total )?(?:tests?|total|count|cases|test cases)(?:"
        r" count)?\W*$"
    ),
}
_STATUS = re.compile(r"\b(?:status|result)\b")
_TOTAL = re.compile(
    r"\W*(?:grand |overall )?(?:total|all|sum|overall)(?: tests?)?\W*", re.IGNORECASE
)
_NUMBER = re.compile(r"\W*(\d{1,7})\W*")
_SHARE = re.compile(r"\W*(\d{1,7})\s*/\s*(\d{1,7})\b")
_NOW = re.compile(r"\b(?:after|now|current|actual|this (?:release|run))\b")
_KEYS = {
    "passed": re.compile(r"(?:tests? )?pass(?:ed|ing)?(?: tests?)?"),
    "failed": re.compile(r"(?:tests? )?fail(?:ed|ing|ures)?(?: tests?)?"),
    "skipped": re.compile(r"(?:tests? )?skipped(?: tests?)?"),
    "total": re.compile(
        r"(?:total(?: (?:tests?|number of tests))?|tests?(?: (?:total|run|count))?)"
    ),
}


def count_rows(document: Document) -> tuple[list[tuple[Counts, bool]], list[str]]:
    """Give the counts of each table about tests, with whether they are stated as a total.

    And what does not add up.
    """
    found: list[tuple[Counts, bool]] = []
    findings: list[str] = []
    for table in document.tables:
        if not table.section.own or table.section.inherited.compliance or not _about_tests(table):
            continue
        counts, wrong = _read(table)
        found += counts
        findings += wrong
    return found, findings


def _about_tests(table: Table) -> bool:
    return table.section.inherited.testing or any("test" in name for name in table.header)


def _read(table: Table) -> tuple[list[tuple[Counts, bool]], list[str]]:
    keyed = _keyed(table)
    if keyed:
        return [(keyed, True)], []
    columns = {
        unit: index for unit, pattern in _COLUMNS.items() if (index := table.column(pattern))
    }  # the first column names the part
    if not columns:
        return [], []
    parts: list[Counts] = []
    total: Counts | None = None
    for row in table.rows:
        counts = _row(table, row, columns)
        if counts and row.cells and _TOTAL.fullmatch(row.cells[0]):
            total = counts
        elif counts:
            parts.append(counts)
    if total:
        return [(total, True)], list(_wrong(parts, total, len(table.rows)))
    summed = _sum(parts) if parts and len(parts) == len(table.rows) else None
    return ([(summed, False)] if summed else []), []


def _keyed(table: Table) -> Counts | None:
    """Read a table of one row for each count: "Passed | 7".

    Of several columns of numbers, the one that says that it is of now.
    """
    column = _value_column(table)
    found: dict[str, int] = {}
    lines: dict[str, int] = {}
    for row in table.rows:
        if (
            column is None
            or column >= len(row.cells)
            or not (number := _NUMBER.fullmatch(row.cells[column]))
        ):
            continue
        key = row.cells[0].lower().strip(" :*")
        unit = next((unit for unit, pattern in _KEYS.items() if pattern.fullmatch(key)), None)
        if unit and unit not in found:
            found[unit] = int(number[1])
            lines[unit] = row.number
    return (
        Counts.of(min(lines.values()), found, lines=lines)
        if "passed" in found or "failed" in found
        else None
    )


def _value_column(table: Table) -> int | None:
    numbered = sorted(
        {
            index
            for row in table.rows
            for index, cell in enumerate(row.cells)
            if index and _NUMBER.fullmatch(cell)
        }
    )
    if len(numbered) < 2:  # noqa: PLR2004 - the only one
        return numbered[0] if numbered == [1] else None
    said = [
        index
        for index in numbered
        if index < len(table.header) and _NOW.search(table.header[index])
    ]
    return said[0] if len(said) == 1 else None


def _row(table: Table, row: Row, columns: dict[str, int]) -> Counts | None:
    found: dict[str, int] = {}
    for unit, index in columns.items():
        cell = row.cells[index] if index < len(row.cells) else ""
        share = _SHARE.match(cell)
        number = _NUMBER.fullmatch(cell)
        if share:
            found.update(passed=int(share[1]), total=int(share[2]))
        elif number:
            found[unit] = int(number[1])
    if not found:
        return None
    counts = Counts.of(row.number, found)
    state = table.column(_STATUS)
    if (
        state is not None
        and state < len(row.cells)
        and counts.passed is None
        and status_of(row.cells[state]) is ReportStatus.PASS
    ):
        return Counts(row.number, counts.total, 0, counts.skipped, counts.total, counts.names())
    return counts


def _wrong(parts: list[Counts], total: Counts, rows: int) -> Iterator[str]:
    if len(parts) != rows - 1:
        return
    for unit in ("passed", "failed", "skipped", "total"):
        said = getattr(total, unit)
        values = [getattr(part, unit) for part in parts]
        if parts and unit in total.names() and None not in values and sum(values) != said:
            yield f"the parts make {sum(values)} {unit}, line {total.line} says {said}"


def _sum(parts: list[Counts]) -> Counts:
    sums = {}
    for unit in ("passed", "failed", "skipped", "total"):
        values = [getattr(part, unit) for part in parts]
        if None not in values:
            sums[unit] = sum(values)
    return Counts.of(parts[0].line, sums, ())
