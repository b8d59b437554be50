"""What the command line shows of the ledger.

One table a service, its counts, and what its report itself contradicts.
"""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console
from rich.table import Table

from atom_release.cli.output import print_json, shown_plainly
from atom_release.gate.decision.claims_summary import Account
from atom_release.gate.documents.markdown import counted
from atom_release.gate.printable import printable
from atom_release.gate.vocabulary import ClaimVerdict

_COLOURS = {
    ClaimVerdict.VERIFIED: "green",
    ClaimVerdict.CONTRADICTED: "bold red",
    ClaimVerdict.UNVERIFIED: "yellow",
}
_DIGEST = 12


def show(accounts: Sequence[Account], *, as_json: bool) -> None:
    """Show the accounts of all services; as JSON, one array."""
    if as_json:
        print_json(
            [{**account.model_dump(mode="json"), "counts": account.counts} for account in accounts]
        )
        return
    console = Console()
    for account in accounts:
        console.print(_table(account))
        console.print(f"{account.service}: {counted(account)}", highlight=False, markup=False)
        for finding in account.findings:
            console.print(printable(f"  {finding}"), highlight=False, markup=False)


def _table(account: Account) -> Table:
    table = Table(
        title=shown_plainly(f"{account.service}: claims"), title_justify="left", header_style="bold"
    )
    for name in ("claim", "said", "found", "verdict", "where", "evidence", "why"):
        table.add_column(name, overflow="fold", no_wrap=name in {"claim", "verdict"})
    for row in account.rows:
        verdict = f"[{_COLOURS[row.verdict]}]{row.verdict}[/]"
        digests = " ".join(digest[:_DIGEST] for digest in row.evidence)
        table.add_row(
            row.kind,
            shown_plainly(row.said),
            shown_plainly(row.found),
            verdict,
            shown_plainly(row.where),
            digests,
            shown_plainly(row.reason),
        )
    return table
