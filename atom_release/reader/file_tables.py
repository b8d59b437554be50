"""Files in tables: a column that names them, beside one that says what was done to each."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from atom_release.reader.facts import Fact, Table
from atom_release.reader.file_place import among_made, is_index, tells_trouble
from atom_release.reader.forms import Form
from atom_release.reader.making import is_gone, there_before
from atom_release.reader.paths import paths_in
from atom_release.reader.vocabulary import concepts, words
from atom_release.reader.words import has_cross

_NO_FILE_TABLE = frozenset({"coverage", "passed", "failed", "total", "tests", "rate"})
_RESULTS = frozenset({"passed", "failed", "rate"})
_SHORT = 4
_POSITION = re.compile(r"\w:\d")


@cache
def _not_made() -> re.Pattern[str]:
    """Return what matches how a plan that was carried out says that a file stayed or went: "keep"."""
    return re.compile(rf"(?:{words('row_not_made').pattern})\s*(?:[(（,;:\u2013\u2014-].*)?")


def paths_of_table(table: Table) -> Iterator[tuple[str, int, Form]]:
    """Yield the paths that a table delivers, with their lines and their form."""
    column = table.column("file_column")
    if column is None or not table.section.own:
        return
    others = [concepts(name) for index, name in enumerate(table.names) if index != column]
    title = table.section.title.lower()
    testing = table.section.inherited.testing
    results = any(names & _RESULTS for names in others)
    written = testing and not results and _says_written(title)
    counted = any(names & _NO_FILE_TABLE and "change_column" not in names for names in others)
    if counted and not written:
        return
    change = any(
        "change_column" in concepts(name) and words("n_size").fullmatch(name) is None
        for index, name in enumerate(table.names)
        if index != column
    )
    listed = table.section.inherited.files
    inside = listed or (written if testing else among_made(table.section))
    if not inside and not (
        change and words("n_plain_column").fullmatch(table.names[column]) is None
    ):
        return
    if not inside and any(words(name).search(title) for name in ("t_looked", "t_files_looked_at")):
        return
    if not inside and (table.section.inherited.testing or is_index(table.section)):
        return
    if not listed and tells_trouble(table.section):
        return
    form = Form.FILE_IN_TABLE if listed else Form.FILE_IN_OTHER_TABLE
    for index in [0] if written and not listed else _columns(table, column):
        for row in table.rows:
            if index < len(row.raw_cells) and _row_delivers(row):
                yield from (
                    (path, row.line, form)
                    for path in paths_in(row.raw_cells[index])
                    if listed or not (path.endswith("/") or _POSITION.search(row.cells[index]))
                )


def _says_written(title: str) -> bool:
    """Return whether a title about tests says that they were written: "Coverage written"."""
    return words("verb_made").search(title) is not None and not any(
        words(name).search(title) for name in ("t_work_open", "removed", "t_planned")
    )


def _columns(table: Table, first: int) -> Iterator[int]:
    """Yield the column of files: of several the one that holds paths in most rows."""
    named = [
        index for index, name in enumerate(table.names) if "file_column" in concepts(name)
    ] or [first]
    yield max(
        named,
        key=lambda index: sum(
            bool(paths_in(row.raw_cells[index])) for row in table.rows if index < len(row.raw_cells)
        ),
    )


def _row_delivers(row: Fact) -> bool:
    if has_cross(row.text):
        return False
    return not any(
        (index and (there_before(cell) or _not_made().fullmatch(cell.lower().strip(" *_`"))))
        or _is_gone(cell.lower().lstrip(" *_"))
        for index, cell in enumerate(row.cells)
    )


def _is_gone(cell: str) -> bool:
    """Return whether a cell in lower case says that the row's file is not there.

    "removed two imports" speaks of what is in it.
    """
    if words("gone_now").match(cell):
        return is_gone(cell)
    removed = words("removed")
    return removed.match(cell) is not None or (
        removed.search(cell) is not None and len(cell.split()) <= _SHORT
    )
