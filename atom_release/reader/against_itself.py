"""Where a release's document contradicts itself: a passed row that counts fewer tests than it has.

A ticked line that says that some failed, and a row of totals that is not the sum of the rows above
it. Told only of now: what was before, a target and what is known may stand beside it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache

from atom_release.gate.claims.record import ReportStatus
from atom_release.gate.facts.documents import Disagreement
from atom_release.reader.answers import PASSED_OF, added, passed_of, tests_of
from atom_release.reader.document_rows import cell_of, columns_of, is_of_now, is_of_then, quote_line
from atom_release.reader.facts import Document, Fact, Table
from atom_release.reader.vocabulary import words
from atom_release.reader.words import status_of, ticked

_FEWEST = 2


@cache
def _failed() -> re.Pattern[str]:
    """Return what matches, in lower case, how many tests failed: beside those that passed, or alone."""
    noun, passed, failed = (words(name).pattern for name in ("test_noun", "n_passed", "n_failed"))
    return re.compile(
        rf"\d\s+(?:(?:{noun})\s+)?(?:{passed})\s*(?:[,;/]|(?:{words('l_and').pattern}))\s*"
        rf"([1-9]\d{{0,5}})\s+(?:(?:{noun})\s+)?(?:{failed})"
        rf"|(?<![\d.,/])([1-9]\d{{0,5}})\s+(?:{noun})\s+(?:are\s+|have\s+)?(?:{failed})"
    )


def _is_total(cell: str) -> bool:
    """Return whether a row's first cell calls it the total of the rows."""
    total = words("n_totals").search(cell.lower())
    return total is not None and not any(map(str.isalnum, cell[: total.start()]))


def against_itself(document: Document, tables: Sequence[Table]) -> Iterator[Disagreement]:
    """Yield what a document says passed, and in the same line, row or table that it did not.

    `tables` are those whose answers are read.
    """
    for fact in document.lines:
        if is_of_now(fact.section) and (fact.checked or ticked(fact.text)):
            why = _speaks_against(fact.text)
            if why:
                yield Disagreement(line=fact.line, text=quote_line(document, fact.line), why=why)
    for table in tables:
        status, tests, _ = columns_of(table)
        for row in table.rows:
            counts = tests_of(cell_of(row, tests))
            passed = status_of(cell_of(row, status)) is ReportStatus.PASS
            if passed and "/" in counts and not is_of_then(" ".join(row.cells)):
                yield from _short(document, row, counts)
        yield from _sum(document, table, tests)


def _short(document: Document, row: Fact, counts: str) -> Iterator[Disagreement]:
    passed, total = map(int, counts.split("/"))
    if passed < total:
        why = f"counts {passed} of {total} tests"
        yield Disagreement(line=row.line, text=quote_line(document, row.line), why=why)


def _sum(document: Document, table: Table, tests: int | None) -> Iterator[Disagreement]:
    """Yield a row of totals that is not the sum of the rows above it, all of which count."""
    totals = [row for row in table.rows if row.cells and _is_total(row.cells[0])]
    parts = [row for row in table.rows if row not in totals]
    counted = [passed_of(cell_of(row, tests), cell_of(table.top, tests)) for row in parts]
    if tests is None or len(totals) != 1 or len(parts) < _FEWEST or not all(counted):
        return
    stated = passed_of(cell_of(totals[0], tests), cell_of(table.top, tests))
    value = added(counted)
    alike = ("/" in stated) == ("/" in value)
    if stated and value and alike and stated != value:
        line = totals[0].line
        why = f"totals {stated}, where the rows above it make {value}"
        yield Disagreement(line=line, text=quote_line(document, line), why=why)


def _speaks_against(text: str) -> str:
    """Return what in a ticked line says that not all passed, or nothing."""
    if is_of_then(text):
        return ""
    shares = [(int(match[1]), int(match[2])) for match in PASSED_OF.finditer(text)]
    short = next((share for share in shares if share[0] < share[1]), None)
    if short and all(share[0] < share[1] for share in shares):
        return f"says that {short[0]} of {short[1]} passed"
    failed = _failed().search(text.lower())
    return f"says that {failed[1] or failed[2]} failed" if failed else ""
