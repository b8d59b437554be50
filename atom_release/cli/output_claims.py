"""What reports assert, for people: each claim with its place, and the lines that were not read."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING

from rich.console import Console
from rich.markup import escape

from atom_release.cli.output import print_json
from atom_release.gate.claims.ledger import say_claim
from atom_release.gate.printable import printable

if TYPE_CHECKING:
    from atom_release.gate.claims.record import Claim, ClaimRecord
    from atom_release.release.check_claims import Contradiction


def show_claims(records: Iterable[ClaimRecord], *, as_json: bool, draft: bool) -> None:
    """Show claim records as they are read; as JSON, one array; as a draft, their claims blocks."""
    if draft:
        _show_drafts(records)
    elif as_json:
        separator = "["
        for record in records:
            sys.stdout.write(separator + record.model_dump_json())
            separator = ",\n"
        sys.stdout.write("[]\n" if separator == "[" else "]\n")
    else:
        console = Console(highlight=False, soft_wrap=True)
        for record in records:
            for line in lines_of(record):
                console.print(line)


def show_contradictions(entries: Sequence[Contradiction], *, as_json: bool) -> None:
    """Show what of reports is not so, a line each, as editors take it; as JSON, one array."""
    if as_json:
        print_json([asdict(entry) for entry in entries])
        return
    for entry in entries:
        sys.stdout.write(printable(f"{entry.place}: {entry.claim}: {entry.finding}") + "\n")


def _show_drafts(records: Iterable[ClaimRecord]) -> None:
    from atom_release.reader.draft import draft_block

    for record in records:
        if record.unread:
            sys.stderr.write(f"{record.path}: {record.unread}\n")
        else:
            sys.stdout.write(draft_block(record))


def _named(claim: Claim) -> str:
    """Return a claim behind its kind, which its own words may name already."""
    kind, words = claim.kind.value, say_claim(claim)
    return f"{kind}: {escape(words.removeprefix(f'{kind} '))}"


def _unread(record: ClaimRecord, number: int) -> str:
    """Return the number of a line that was not read, with why where its form is known."""
    why = record.reasons.get(f"line {number}")
    return f"{number} ({escape(why)})" if why else str(number)


def lines_of(record: ClaimRecord) -> list[str]:
    """Return what people see of one record, with the place of each claim."""
    head = f"[bold]{escape(record.path)}[/bold]"
    if record.unread:
        return [f"{head}: could not be read: {escape(record.unread)}"]
    stated = f" {record.status_raw!r}" if record.status_raw else ""
    lines = [f"{head}: status {record.status.value}{escape(stated)}"]
    if record.doubt:
        lines.append(f"  [yellow]not taken for a PASS:[/yellow] {escape(record.doubt)}")
    if record.given:
        lines.append(f"  given by {escape(record.given)}")
    lines += [f"  {escape(record.place(claim))}  {_named(claim)}" for claim in record.claims]
    lines += [f"  [yellow]contradiction:[/yellow] {escape(finding)}" for finding in record.findings]
    if record.unread_lines:
        places = ", ".join(_unread(record, number) for number in record.unread_lines)
        lines.append(f"  looks like a claim and was not read: lines {places}")
    return lines
