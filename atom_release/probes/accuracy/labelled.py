"""Labelled rows, as their file says them.

A CSV file has no types. A column is numbers only where every cell reads as one and is written as
numbers are: "01067" is a postal code, and "NA" beside "AM" is a region. Which word means a gap is
known only in a column of numbers. No file is changed to fit: what cannot be read is said by name.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from atom_release.errors import ProbeFault

_SEPARATORS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}
_POINTER = b"version https://git-lfs.github.com/spec/"
_MARKS = {
    b"\xef\xbb\xbf": "utf-8-sig",
    b"\xff\xfe": "utf-16",
    b"\xfe\xff": "utf-16",
}
_GAPS = frozenset({"", "na", "n/a", "nan", "null", "none", "nil", "-", "?"})
_WHOLE = re.compile(r"-?(?:0|[1-9]\d*)")
# an exponent without point and sign is a code (2E10); what writes numbers writes 2e+10
_DECIMAL = re.compile(r"-?(?:0|[1-9]\d*)?\.\d+(?:[eE][+-]?\d+)?|-?(?:0|[1-9]\d*)\.?[eE][+-]\d+")
_NUMBERED_NAME = re.compile(
    r"version|release|build|revision|section|chapter|clause|code|(?:^|_)id$|sku|number",
    re.IGNORECASE,
)
_PADDED = re.compile(r"-?\d*\.\d+0")
_OTHER_FORMATS = {b"\x1f\x8b": "gzip", b"PAR1": "Parquet", b"PK\x03\x04": "a ZIP or spreadsheet"}
_COMMA = re.compile(r"-?(?:0|[1-9]\d*),\d+")
_TRUTH = {"true": True, "false": False}
_MOST_NAMED = 10
_LARGEST = 1e100  # what is larger is no measurement, and no JSON reader agrees on it


@dataclass(frozen=True)
class Labelled:
    """The rows of a file: features as they are sent, labels as they are written."""

    features: Sequence[dict[str, Any]]
    labels: Sequence[str]
    separator: str
    kinds: dict[str, str]  # column -> text, whole numbers, numbers, truth values


def read_labelled(content: bytes, path: str, label: str) -> Labelled:
    """Read the rows of a labelled file.

    Raises:
        ProbeFault: it is a pointer of Git LFS, no text, has no such column, no row, a row of
            another length than its header, a number beyond measure, or a row without a label.
    """
    lines = _text(content, path)
    separator, header, rows = _table(lines, path, label)
    _check_rows(header, rows, path)
    place = header.index(label)
    labels = [cells[place].strip() for _, cells in rows]
    unlabelled = next(
        (number for (number, _), text in zip(rows, labels, strict=True) if not text), None
    )
    if unlabelled is not None:
        raise ProbeFault(f"{path}:{unlabelled} has no label", f"Write one in column {label!r}.")
    _check_numbers(header, rows, path)
    columns = {
        name: _column(name, [cells[at] for _, cells in rows], comma=separator != ",")
        for at, name in enumerate(header)
        if at != place and name  # nothing can be sent under no name: an index, a last comma
    }
    features = [
        {name: values[row] for name, (_, values) in columns.items()} for row in range(len(rows))
    ]
    return Labelled(
        features, labels, separator, {name: kind for name, (kind, _) in columns.items()}
    )


def _text(content: bytes, path: str) -> str:
    if content.startswith(_POINTER):
        raise ProbeFault(
            f"{path} is a pointer of Git LFS: the commit holds the name of the rows, not the rows",
            "Commit the labelled rows themselves: git lfs untrack, then add the file again.",
        )
    for magic, kind in _OTHER_FORMATS.items():
        if content.startswith(magic):
            raise ProbeFault(f"{path} is {kind}, not CSV", "Commit the labelled rows as CSV.")
    encoding = next((name for mark, name in _MARKS.items() if content.startswith(mark)), "")
    encoding = encoding or _unmarked(content)
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as error:
        raise ProbeFault(
            f"{path} is not {encoding.upper()} text (byte {error.start})", "Write it as UTF-8."
        ) from error


def _unmarked(content: bytes) -> str:
    """Return the encoding of a text without a mark: UTF-16 where every other byte is none."""
    start = content[:200]
    if len(start) > 1 and start.count(0) * 3 > len(start):
        return "utf-16-le" if start[1] == 0 else "utf-16-be"
    return "utf-8"


def _table(text: str, path: str, label: str) -> tuple[str, list[str], list[tuple[int, list[str]]]]:
    """Return what parts the columns, the header, and the rows with the lines they end on.

    The separator is the one that shows the label's column in the header; a first line `sep=;`, as
    spreadsheets write it, says it outright.
    """
    directive = re.match(r"sep=(.)\r?\n", text)
    body = text[directive.end() :] if directive else text
    skipped = 1 if directive else 0
    tried = [directive[1]] if directive else list(_SEPARATORS)
    for separator in tried:
        rows = _rows(body, separator, path, skipped)
        header = [name.strip() for name in next(rows, (0, []))[1]]
        if label in header:
            return separator, header, list(rows)
    raise _no_label(body, path, label, directive[1] if directive else None)


def _rows(text: str, separator: str, path: str, skipped: int) -> Iterator[tuple[int, list[str]]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=False)
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                yield reader.line_num + skipped, cells
    except csv.Error as error:
        raise ProbeFault(
            f"{path}:{reader.line_num + skipped} cannot be read as CSV: {error}",
            "Write it as CSV with a header.",
        ) from error


def _no_label(text: str, path: str, label: str, separator: str | None) -> ProbeFault:
    first = text.partition("\n")[0].strip()
    counts = {separator: first.count(separator) for separator in _SEPARATORS}
    likely = separator or max(counts, key=lambda separator: counts[separator])
    names = [name.strip() for name in first.split(likely)] if first else []
    if not names:
        return ProbeFault(f"{path} holds no header", "Write the columns' names in its first line.")
    parted = (
        _SEPARATORS.get(likely, f"{likely!r}") if counts.get(likely) or separator else "nothing"
    )
    return ProbeFault(
        f"{path} has no column {label!r}; its header, parted by {parted}, names"
        f" {', '.join(names[:_MOST_NAMED])}",
        "Correct accuracy.label in the manifest, or the header of the file.",
    )


def _check_rows(header: list[str], rows: list[tuple[int, list[str]]], path: str) -> None:
    if not rows:
        raise ProbeFault(f"{path} has no row below its header", "Commit labelled rows.")
    twice = sorted({name for name in header if header.count(name) > 1})
    if twice:
        raise ProbeFault(
            f"{path} has several columns named {', '.join(twice)}", "Name each column once."
        )
    for number, cells in rows:
        if len(cells) != len(header):
            raise ProbeFault(
                f"{path}:{number} has {len(cells)} cells, and its header names {len(header)}",
                "Give every row as many cells as the header, or quote cells with a separator.",
            )


def _check_numbers(header: list[str], rows: list[tuple[int, list[str]]], path: str) -> None:
    for number, cells in rows:
        for name, cell in zip(header, cells, strict=True):
            text = cell.strip()
            is_number = _WHOLE.fullmatch(text) or _DECIMAL.fullmatch(text)
            if is_number and abs(float(text)) > _LARGEST:
                raise ProbeFault(
                    f"{path}:{number} has a number of {len(text)} characters in column {name!r}"
                    f" that is beyond measure ({text[:20]}...)",
                    "Correct the cell, or write it as text that is no number.",
                )


def _column(name: str, cells: Sequence[str], *, comma: bool) -> tuple[str, list[Any]]:
    """Return what the cells of a column are, and their values as JSON takes them.

    An empty cell is null in every column; a word for a gap in columns of numbers alone.
    `comma` lets numbers have a decimal comma, as they do where another sign parts the columns.
    """
    texts = [cell.strip() for cell in cells]
    filled = [text for text in texts if text.casefold() not in _GAPS]
    if filled and all(_WHOLE.fullmatch(text) for text in filled):
        return "whole numbers", [_value(text, int) for text in texts]
    if (
        filled
        and all(_WHOLE.fullmatch(text) or _DECIMAL.fullmatch(text) for text in filled)
        and not (_NUMBERED_NAME.search(name) and _are_versions(filled))
    ):
        return "numbers", [_value(text, float) for text in texts]
    if (
        comma
        and filled
        and all(_WHOLE.fullmatch(text) or _COMMA.fullmatch(text) for text in filled)
    ):
        return "numbers", [_value(text.replace(",", "."), float) for text in texts]
    if filled and all(text.casefold() in _TRUTH for text in texts if text):
        return "truth values", [_TRUTH.get(text.casefold()) for text in texts]
    return "text", [cell or None for cell in cells]


def _are_versions(texts: Sequence[str]) -> bool:
    """Return whether a zero at the end means something: 1.9 and 1.10 are not 1.9 and 1.1.

    What writes numbers pads all of them to the same length, or none; people may write 0.5 and
    0.10, so the column's name has to speak of such a thing too.
    """
    padded = any(_PADDED.fullmatch(text) for text in texts)
    return padded and len({len(text.partition(".")[2]) for text in texts}) > 1


def _value(text: str, kind: type[int | float]) -> int | float | None:
    return None if text.casefold() in _GAPS else kind(text)
