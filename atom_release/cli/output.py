"""How the command line prints: facts and tables for a person, one JSON document for a program.

What is printed of decisions, claims and ledgers stands in the modules beside this one.
"""

from __future__ import annotations

import json
import sys
import textwrap
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from atom_release.gate.printable import one_line, printable

if TYPE_CHECKING:
    from pydantic import BaseModel


_WIDEST, _GAP, _LONG = 100, 2, 24


def show(facts: Mapping[str, Any], *, as_json: bool) -> None:
    """Show a few facts by name."""
    if as_json:
        print_json(facts)
        return
    from rich.console import Console

    console = Console()
    for name, value in facts.items():
        console.print(printable(f"{name}: {value}"), highlight=False, markup=False, soft_wrap=True)


def show_table(rows: Sequence[Mapping[str, Any]], *, as_json: bool) -> None:
    """Show rows that share their columns."""
    if as_json:
        print_json(list(rows))
        return
    from rich.console import Console

    console = Console()
    for number, line in enumerate(table_lines(rows, min(console.width, _WIDEST))):
        style = "" if number else "bold"
        console.print(line, style=style, highlight=False, markup=False, soft_wrap=True)


def table_lines(rows: Sequence[Mapping[str, Any]], width: int) -> list[str]:
    """Return a header and the rows as lines, none longer than `width` but for long words.

    A row is one line where all rows fit; else one long column goes on below itself, or, in rows
    that do not fit, each long cell but the first stands below its row behind its name.
    """
    if not rows:
        return []
    names = list(rows[0])
    cells = [[one_line(_cell(row[name])) for name in names] for row in rows]
    widths = [max(map(len, column)) for column in zip(names, *cells, strict=True)]
    if sum(widths) + _GAP * (len(widths) - 1) <= width:
        return [_aligned(row, widths) for row in (names, *cells)]
    widest = widths.index(max(widths))
    room = width - sum(widths) + widths[widest] - _GAP * (len(widths) - 1)
    long = (
        [widest]
        if room >= _LONG
        else [index for index, size in enumerate(widths) if index and size > _LONG]
    )
    short = [index for index in range(len(names)) if index not in long]
    narrow = [widths[index] for index in short]
    lines = [_aligned([names[index] for index in (*short, *long)], [*narrow, *map(len, names)])]
    before = sum(narrow) + _GAP * (len(narrow) - 1)
    for row in cells:
        head = _aligned([row[index] for index in short], narrow)
        if room >= _LONG:
            lines += _hung(head, width - room, row[widest], width)
            continue
        whole = (" " * _GAP).join([f"{head:<{before}}", *(row[index] for index in long)])
        if len(whole) <= width:
            lines.append(whole.rstrip())
        else:
            lines.append(head)
            label = max(len(names[index]) for index in long) + _GAP
            for index in long:
                if row[index]:
                    lines += _hung(f"  {names[index]}", label + _GAP, row[index], width)
    return lines


def _aligned(cells: Sequence[str], widths: Sequence[int]) -> str:
    pairs = zip(cells, widths, strict=False)
    return (" " * _GAP).join(f"{cell:<{width}}" for cell, width in pairs).rstrip()


def _hung(head: str, column: int, text: str, width: int) -> list[str]:
    """Return a head with a text beside it that goes on below itself."""
    wrapped = textwrap.wrap(text, width - column, break_long_words=False, break_on_hyphens=False)
    first, *rest = wrapped or [""]
    return [f"{head:<{column}}{first}".rstrip(), *(f"{'':{column}}{part}" for part in rest)]


def print_document(document: BaseModel) -> None:
    """Print a document that has a schema, the only thing on stdout."""
    print_json(document.model_dump(mode="json", by_alias=True))


def print_json(document: object) -> None:
    """Print one JSON document, the only thing on stdout."""
    sys.stdout.write(json.dumps(document, indent=2, default=str) + "\n")


def _cell(value: object) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{name} {outcome}" for name, outcome in value.items())
    return "" if value is None else str(value)
