"""Where a release stands, on a few lines or as one JSON document."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Console

from atom_release.cli.documents import StatusDocument
from atom_release.cli.output import print_document
from atom_release.cli.output_decision import print_verdict
from atom_release.gate.printable import one_line
from atom_release.gate.vocabulary import Verdict

if TYPE_CHECKING:
    from atom_release.release.last_decision import ReleaseStatus


def next_command(status: ReleaseStatus) -> str:
    """Return the command that follows; nothing where the release is out."""
    if status.released:
        return ""
    if status.decision is None:
        return "audit"
    return "run" if status.decision.verdict is Verdict.GREEN else "explain"


def show_status(status: ReleaseStatus, following: str, *, as_json: bool) -> None:
    """Show the last decision, when it was made, what became of the tag, and what follows."""
    decision = status.decision
    if as_json:
        print_document(
            StatusDocument(
                release=status.release,
                commit=status.commit,
                decision=decision and decision.verdict,
                reason=decision.reason if decision else status.reason,
                as_of=decision and decision.as_of,
                tag=status.tag,
                released=status.released,
                next=following or None,
            )
        )
        return
    console = Console()
    if decision is None:
        title = f"{status.release} at {status.commit[:12]}"
        console.print(f"NOT JUDGED  {one_line(title)}", highlight=False, markup=False)
        console.print(f"  {one_line(status.reason)}", highlight=False, markup=False)
    else:
        print_verdict(console, decision, status.grounds)
    for label, text in (
        ("decided", decision.as_of if decision else ""),
        ("tag", f"{status.tag}, {'released' if status.released else 'not released'}"),
        ("next", following),
    ):
        if text:
            line = f"{label:<9}{one_line(text)}"
            console.print(line, highlight=False, markup=False, soft_wrap=True)
