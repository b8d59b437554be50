"""What is said around a number: the words near it, or the name of its column in a table."""

from __future__ import annotations

import csv
from pathlib import PurePosixPath

from atom_release.source.text import Text

_DELIMITED = frozenset({".csv", ".tsv", ".psv"})
_DELIMITERS = "\t;|,"
_LONGEST = 4000
_BEFORE, _AFTER = 120, 40


class Prose:
    """Running text.

    `heading` stands over all of it, as a column's name over a value of a database.
    """

    def __init__(self, text: str, heading: str = "") -> None:
        """Keep the text and its heading."""
        self.text = text
        self.heading = heading

    def around(self, start: int, end: int) -> str:
        """Return the words near this place, and the heading."""
        return f"{self.heading} {self.text[max(0, start - _BEFORE) : end + _AFTER]}"

    def column(self, start: int) -> str:  # noqa: ARG002 - as a table's
        """Return the name that stands over a place: the same for all."""
        return self.heading


class Table:
    """Delimited text with a heading."""

    def __init__(self, text: Text) -> None:
        """Read the first line as the names of the columns."""
        self._text = text
        self.text = text.text
        self.heading = self.text[:_LONGEST].split("\n", 1)[0].rstrip("\r")
        self._delimiter = max(_DELIMITERS, key=self.heading.count)
        self._names = self._cells(self.heading)

    def around(self, start: int, end: int) -> str:
        """Return the words near this place on its line, and its column's name.

        None where the line has other columns than the heading.
        """
        first = self._text.start_of(start)
        line = self._text.line_at(start)
        near = self.text[max(first, start - _BEFORE) : min(end + _AFTER, first + len(line))]
        column = self.column(start)
        return f"{column} {near}" if column else near

    def column(self, start: int) -> str:
        """Return the name of the column in which a place stands, or nothing."""
        first = self._text.start_of(start)
        line = self._text.line_at(start)
        if len(line) > _LONGEST or len(self._cells(line)) != len(self._names):
            return ""
        return self._names[len(self._cells(line[: start - first] + "x")) - 1]

    def _cells(self, line: str) -> list[str]:
        return next(csv.reader([line.rstrip("\r")], delimiter=self._delimiter), [])


NearbyWords = Prose | Table


def read_nearby_words(path: str, text: Text) -> NearbyWords:
    """Return what is said around the numbers of one file."""
    return (
        Table(text)
        if PurePosixPath(path.lower()).suffix in _DELIMITED and text.text
        else Prose(text.text)
    )
