"""How the command line prints: facts and tables for a person, one JSON document for a program.

What is printed of decisions, claims and ledgers stands in the modules beside this one.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from atom_release.gate.printable import printable

if TYPE_CHECKING:
    from pydantic import BaseModel


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
    from rich.table import Table

    table = Table(header_style="bold")
    for name in rows[0] if rows else ():
        table.add_column(name, overflow="fold")
    for row in rows:
        table.add_row(*(shown_plainly(_cell(value)) for value in row.values()))
    Console().print(table)


def print_document(document: BaseModel) -> None:
    """Print a document that has a schema, the only thing on stdout."""
    print_json(document.model_dump(mode="json", by_alias=True))


def print_json(document: object) -> None:
    """Print one JSON document, the only thing on stdout."""
    sys.stdout.write(json.dumps(document, indent=2, default=str) + "\n")


def shown_plainly(text: str) -> str:
    """Return text as Rich shows it word for word: no markup, no acting character."""
    from rich.markup import escape

    return escape(printable(text))


def _cell(value: object) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{name} {outcome}" for name, outcome in value.items())
    return "" if value is None else str(value)
