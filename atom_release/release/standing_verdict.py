"""What the gate says of the judged commit now: its newest decision, read back and derived again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from atom_release.errors import Refused
from atom_release.gate.documents import markdown
from atom_release.gate.documents.rows import asked_rows
from atom_release.gate.vocabulary import Verdict
from atom_release.release import stored_decision
from atom_release.release.grounds import grounds_of
from atom_release.release.work import Work


@dataclass(frozen=True)
class StandingVerdict:
    """A verdict with its sentence, its table in Markdown and as cells, and what refuses, by name.

    `verdict` is None where no decision on the commit can be believed or holds now.
    """

    verdict: Verdict | None
    sentence: str
    table: str = ""
    cells: Sequence[tuple[str, ...]] = ()
    refusing: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_green(self) -> bool:
        """Whether the commit may be tagged."""
        return self.verdict is Verdict.GREEN


def standing_verdict(work: Work) -> StandingVerdict:
    """Return what holds of the commit; that of its release, where it was released before."""
    try:
        released = work.standing
        record = released.record if released else stored_decision.newest_record(work.subject)
        if released is None and record.decision.verdict is Verdict.GREEN:
            stored_decision.green_record(work.subject)
    except Refused as error:
        return StandingVerdict(None, f"refused: {error}")
    decision = record.decision
    grounds = grounds_of(decision, record.manifest, record.evidence, work.subject.tree)
    return StandingVerdict(
        decision.verdict,
        f"{decision.verdict}: {decision.reason}",
        "\n\n".join((*markdown.refusals(decision, grounds), markdown.decision_table(decision))),
        markdown.decision_cells(decision),
        {row.name: row.sentence for row in asked_rows(decision) if not row.accepted},
    )
