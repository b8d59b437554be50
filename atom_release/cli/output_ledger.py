"""What the command line shows of the ledger.

For each service its counts, what its report itself contradicts, and each claim: where it stands,
what it says, what was found and why; contradictions first.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence

from rich.console import Console
from rich.markup import escape

from atom_release.cli.output import print_json
from atom_release.gate.claims.ledger import LedgerRow
from atom_release.gate.decision.claims_summary import Account
from atom_release.gate.documents.markdown import counted
from atom_release.gate.printable import one_line
from atom_release.gate.vocabulary import ClaimVerdict

_COLOURS = {
    ClaimVerdict.CONTRADICTED: "bold red",
    ClaimVerdict.UNVERIFIED: "yellow",
    ClaimVerdict.VERIFIED: "green",
}
_ORDER = tuple(_COLOURS)
_COLUMN = 14
_WIDEST = 100


def show(accounts: Sequence[Account], *, as_json: bool) -> None:
    """Show the accounts of all services; as JSON, one array."""
    if as_json:
        print_json(
            [{**account.model_dump(mode="json"), "counts": account.counts} for account in accounts]
        )
        return
    console = Console()
    for account in accounts:
        for verdict, line in account_lines(account, min(console.width, _WIDEST)):
            style = f"[{_COLOURS[verdict]}]{verdict}[/]" if verdict else ""
            rest = line.removeprefix(verdict) if verdict else line
            console.print(f"{style}{escape(rest)}", highlight=False, soft_wrap=True)


def account_lines(account: Account, width: int) -> Iterator[tuple[ClaimVerdict | None, str]]:
    """Yield the lines of one service, each with the verdict that it begins with, if any."""
    yield None, ""
    yield from _wrapped(f"{account.service}: {counted(account)}", width)
    for finding in account.findings:
        yield from _wrapped(f"contradicts itself: {finding}", width)
    for row in sorted(account.rows, key=lambda row: _ORDER.index(row.verdict)):
        first, *rest = _claim(row, width)
        yield row.verdict, f"{row.verdict:<{_COLUMN}}{first}"
        yield from ((None, f"{'':{_COLUMN}}{part}") for part in rest)


def _claim(row: LedgerRow, width: int) -> list[str]:
    finding = f", found {row.found}" if row.found else ""
    text = one_line(f"{row.where} says {row.said}{finding}: {row.reason}")
    return textwrap.wrap(text, width - _COLUMN, break_long_words=False, break_on_hyphens=False) or [
        ""
    ]


def _wrapped(text: str, width: int) -> Iterator[tuple[None, str]]:
    for part in textwrap.wrap(one_line(text), width, subsequent_indent="  "):
        yield None, part
