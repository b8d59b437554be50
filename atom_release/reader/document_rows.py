"""Rows and lines of a release's document: of what its columns are, and whether it speaks of now."""

from __future__ import annotations

import re

from atom_release.reader.decoding import clean
from atom_release.reader.facts import Document, Fact, Table
from atom_release.reader.sections import Section
from atom_release.reader.vocabulary import words
from atom_release.reader.words import ticked

_LONGEST = 160
_CHANGED = re.compile(r"→|->|=>|\b(?:was|were)\s+(?:at\s+)?\d")


def is_of_then(text: str) -> bool:
    """Return whether a count is one of another time, of a target, or of what is known."""
    lowered = text.lower()
    return _CHANGED.search(lowered) is not None or words("row_of_then").search(lowered) is not None


def is_of_now(section: Section) -> bool:
    """Return whether lines speak of this release; what was to be reached is ticked when it was."""
    ticked_off = (
        words("t_to_be_met").search(section.title.lower()) and not section.inherited.history
    )
    return section.own or bool(ticked_off)


def is_said_of_now(fact: Fact) -> bool:
    """Return whether a line says something of this release; of what was to be met, when ticked."""
    if fact.checked is False:
        return False
    done = fact.checked or ticked(fact.text)
    return fact.section.own or bool(done and is_of_now(fact.section))


def columns_of(table: Table) -> tuple[int | None, int | None, int | None]:
    """Return the columns of the status, of the tests and of the accuracy."""
    noun = words("test_noun")
    tests = next((index for index, name in enumerate(table.names) if noun.search(name)), None)
    accuracy = next((index for index, name in enumerate(table.names) if name == "accuracy"), None)
    return table.column("status_column"), tests, accuracy


def name_of_column(table: Table, column: int | None) -> str:
    """Return a column's name, empty where there is none."""
    return table.names[column] if column is not None and column < len(table.names) else ""


def cell_of(row: Fact, column: int | None) -> str:
    """Return a row's cell in a column, empty where there is none."""
    return row.cells[column] if column is not None and column < len(row.cells) else ""


def quote_line(document: Document, line: int) -> str:
    """Return a line of a document as it is quoted."""
    return clean(document.source[line - 1].strip())[:_LONGEST]
