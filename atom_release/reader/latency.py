"""Latency that a report gives as measured: in a line, in a table, in what a program printed.

How long tests, builds or waits take is no latency of the service. A bound, and a time that nothing
names a latency's, are withheld (`forms`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from atom_release.gate.claims.record import Claim, ClaimKind
from atom_release.reader.durations import (
    BOUNDS,
    PERCENTILE,
    cell_with_unit,
    comparator,
    has_statistic_beside,
    is_measure,
    only_durations,
    statistic,
    without_targets,
)
from atom_release.reader.facts import Document, Fact, Table
from atom_release.reader.forms import Form, is_given, why_withheld
from atom_release.reader.numbers import decimal
from atom_release.reader.quantities import quantity, unit_of
from atom_release.reader.sections import Section, is_wanted
from atom_release.reader.vocabulary import concepts, words

_PLAIN = frozenset({"", "text", "txt", "plain", "plaintext", "console", "output", "log"})
_PRINTED = re.compile(r"\W{0,6}(\w[^:：=]{1,40})[:：]\s{0,12}(\S.{0,80})")
_LOADED = re.compile(r"\W{0,6}http_req_duration\.{2,}:\s")
_LOAD = re.compile(r"\b(avg|p\(\d{2}\))=(\d{1,7}(?:\.\d{1,6})?)(ms|µs|s)\b")
"""What k6 prints of how long requests took."""
_TEST_NAME = re.compile(r"\btest_\w+")
_FEW_WORDS = 5
_FEWEST = 2
_OF_TIME = re.compile(r"\s*[(\[]?\b(?:ms|µs|s|sec)\b[)\]]?\s*")


@cache
def _estimated() -> re.Pattern[str]:
    """Return what matches that a value is an estimate: "(est.)"."""
    return re.compile(rf"[(（]\s?(?:{words('n_estimated').pattern})\s?[)）]", re.IGNORECASE)


@cache
def _measured_behind() -> re.Pattern[str]:
    """Return what matches, behind a bound, what was measured: "< 200 ms (average 150 ms)"."""
    return re.compile(rf"\s?[(（]\s?(?:{words('n_measured').pattern})\.?\W{{0,3}}\d", re.IGNORECASE)


def is_latency(lowered: str) -> bool:
    """Return whether a text in lower case speaks of a latency, by its name or by a statistic."""
    if words("latency").search(lowered) or PERCENTILE.search(lowered):
        return True
    return has_statistic_beside(lowered) and words("test_noun").search(lowered) is None


def has_word_of_speed(section: Section) -> bool:
    """Return whether a section's title speaks of a latency."""
    return words("latency").search(section.title.lower()) is not None


def latencies(
    document: Document, text: str, number: int, *, wanted: bool = False, held: bool = False
) -> Iterator[Claim]:
    """Yield the latencies of a line that speaks of one; where it says what is wanted, no bound is.

    The line, or the title over it, names a latency; or it is `held` against a bound beside it.
    """
    lowered = text.lower()
    if words("not_latency").search(lowered) or _TEST_NAME.search(lowered):
        return
    wanted |= is_wanted(lowered)
    durations = only_durations(text)
    for match in quantity().finditer(durations):
        bound = comparator(match) in BOUNDS
        if not is_measure(match, durations) or (bound and wanted):
            continue
        if bound and _measured_behind().match(durations, match.end()):
            continue
        detail = statistic(lowered[: match.start()]) or statistic(lowered[match.end() :])
        yield from _claims(document, match, number, detail, named=not held, held=held)


def printed_latencies(document: Document, block: list[Fact]) -> Iterator[Claim]:
    """Yield the latencies of plain output: a line of a key that names one, and its value."""
    yield from _printed_table(document, block)
    for fact in block:
        if fact.info in _PLAIN and _LOADED.match(fact.text):
            yield from _loaded(document, fact)
            continue
        line = _PRINTED.fullmatch(fact.text) if fact.info in _PLAIN else None
        if line is None or quantity().search(line[2]) is None:
            continue
        text = without_targets(f"{line[1]}: {line[2]}")
        lowered = text.lower()
        if words("latency").search(lowered) and not words("not_measured").search(lowered):
            yield from latencies(document, text, fact.line)


def _printed_table(document: Document, block: list[Fact]) -> Iterator[Claim]:
    """Yield the percentiles of a table that a program printed: a line of names, and rows below it."""
    names: list[str] = []
    for fact in block:
        cells = fact.text.split()
        if fact.info not in _PLAIN:
            return
        if sum(PERCENTILE.fullmatch(cell.lower()) is not None for cell in cells) >= _FEWEST:
            names = [cell.lower() for cell in cells]
        elif len(cells) == len(names):
            for name, cell in zip(names, cells, strict=True):
                measured = quantity().fullmatch(cell) if PERCENTILE.fullmatch(name) else None
                if measured:
                    yield from _claims(document, measured, fact.line, statistic(name), named=True)


def _loaded(document: Document, fact: Fact) -> Iterator[Claim]:
    for match in _LOAD.finditer(fact.text):
        yield document.claim(
            ClaimKind.LATENCY,
            decimal(match[2]),
            fact.line,
            unit=unit_of(match[3]),
            comparator="=",
            detail=statistic(match[1]),
        )


def speed_columns(table: Table) -> list[int]:
    """Return the columns that hold a latency in each row: "p95 (ms)", "Average time", "Latency".

    Rows of tests say how long these take, rows of versions how it was in each. How long a run stayed
    at a page, or at a test that another column names, is no latency either.
    """
    first = table.names[0]
    loaded = any("load" in concepts(name) for name in table.names)  # rows of load tests
    if (words("test_noun").search(first) and not loaded) or "version" in concepts(first):
        return []
    if _by_statistics(table):
        return [
            index
            for index, name in enumerate(table.names)
            if index and "target_column" not in concepts(name)
        ]
    headers = [cell.lower().replace("_", " ") for cell in table.top.cells]
    of_runs = not loaded and any(_names_run(header) for header in headers)
    return [
        index
        for index, (name, header) in enumerate(zip(table.names, headers, strict=False))
        if index
        and (_names_speed(name, header) or (loaded and _is_statistic(header)))
        and not (of_runs and words("n_duration").search(header))
    ]


def _names_run(header: str) -> bool:
    """Return whether a column names what a run took its time for: pages, or tests."""
    return (
        words("n_page").search(header) is not None or words("test_noun").search(header) is not None
    )


def _by_statistics(table: Table) -> bool:
    """Return whether a table of latencies has a row for each percentile."""
    return has_word_of_speed(table.section) and all(
        PERCENTILE.match(row.cells[0]) for row in table.rows
    )


def _is_statistic(header: str) -> bool:
    """Return whether a column is named by a statistic and a unit of time alone: "Avg ms"."""
    name, unit = _OF_TIME.subn("", header)
    return unit == 1 and any(words(of).fullmatch(name) for of in ("average", "maximum"))


def _names_speed(name: str, header: str) -> bool:
    spaced = name.replace("_", " ")
    other = words("not_latency").search(spaced) or words("not_measured").search(spaced)
    if words("test_noun").search(header):
        return False  # how long these take
    if other or len(spaced.split()) > _FEW_WORDS or "target_column" in concepts(name):
        return False
    if PERCENTILE.match(header) or words("latency").search(spaced):
        return True
    return words("n_time_of").search(header) is not None and statistic(spaced) is not None


def cell_latencies(document: Document, table: Table, row: Fact, column: int) -> Iterator[Claim]:
    """Yield the latencies of one cell."""
    named = f"{table.names[column]} {row.cells[0]}".lower()
    if words("not_latency").search(named):
        return
    cell = cell_with_unit(table, row, column)
    if _estimated().search(cell):
        return
    measured = only_durations(without_targets(cell))
    for match in quantity().finditer(measured):
        if is_measure(match, measured):
            detail = statistic(named) or statistic(cell.lower())
            says = words("latency").search(named) is not None or has_word_of_speed(table.section)
            held = _is_held(table, row, column)
            yield from _claims(document, match, row.line, detail, named=says, held=held)


def _is_held(table: Table, row: Fact, column: int) -> bool:
    """Return whether a row holds what was measured against a bound: "< 100 ms | 45 ms".

    What was before it, in a column of such a name, is no bound.
    """
    for index, name in enumerate(table.names[: len(row.cells)]):
        if index == column or "target_column" not in concepts(name):
            continue
        bound = quantity().search(cell_with_unit(table, row, index))
        if bound and (comparator(bound) in BOUNDS or words("n_target_beside").search(name)):
            return True
    return False


def _form(match: re.Match[str], detail: str | None, *, named: bool, held: bool) -> Form:
    if comparator(match) in BOUNDS:
        return Form.LATENCY_BOUND
    if detail is not None:
        percentile = detail.startswith("p")
        return Form.LATENCY_PERCENTILE if percentile else Form.LATENCY_AVERAGE
    if named:
        return Form.LATENCY_NAMED
    return Form.LATENCY_HELD if held else Form.LATENCY_DURATION


def _claims(  # noqa: PLR0913 - what tells a quantity's form
    document: Document,
    match: re.Match[str],
    number: int,
    detail: str | None,
    *,
    named: bool,
    held: bool = False,
) -> Iterator[Claim]:
    """Yield the claim of one quantity, where one of its form is given; else withhold its line."""
    form = _form(match, detail, named=named, held=held)
    if not is_given(form):
        document.withheld[number] = why_withheld(form)
        return
    yield document.claim(
        ClaimKind.LATENCY,
        decimal(match[2]),
        number,
        unit=unit_of(match[3]),
        comparator=comparator(match),
        detail=detail,
    )
