"""The status that a report gives itself: one decision over ranked facts.

Only where it is asserted of the report as a whole: a field of the header, a heading of its own, a
field of a section such as "Conclusion" or of the foot, then the title, then the first line of the
conclusion that is a status and nothing else. Where nothing states one, a sentence that says of all
the work that it is done speaks (`all_done`). "Implementation Status", a component's status or a
status cell in some table is not the report's. A status that is stated and not understood is
UNREAD, and nothing below its rank speaks in its place.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from atom_release.gate.claims.record import Claim, ClaimKind, ReportStatus
from atom_release.reader.all_done import stated_of_all
from atom_release.reader.document_kinds import is_decision_record, is_plan, only_agrees
from atom_release.reader.facts import Document
from atom_release.reader.status_fields import Rank, Stated, stated_in_fields
from atom_release.reader.status_sentences import stated_in_words

_REASONS = {
    Rank.HEADER: "a field of the header",
    Rank.HEADING: "a heading of its own",
    Rank.CONCLUSION: "a field of the conclusion",
    Rank.FOOT: "a field at the foot",
    Rank.TITLE: "the title",
    Rank.SENTENCE: "the conclusion's first line",
    Rank.OF_ALL: "a sentence that all of it is done",
}


@dataclass(frozen=True)
class StatusRead:
    """The status, its words, each line that states it, the reason, and what disagrees."""

    status: ReportStatus
    raw: str | None
    claims: tuple[Claim, ...]
    findings: tuple[str, ...]
    reason: str = ""
    line: int = 0


def read_status(document: Document, task_id: str | None, path: str = "") -> StatusRead:
    """Read the report's own status; MISSING where it gives none, UNREAD where it is not clear."""
    if is_decision_record(document, path):
        return StatusRead(
            ReportStatus.MISSING, None, (), (), "a decision record's status is the decision's"
        )
    statements = sorted(
        _of_the_work(document, task_id), key=lambda stated: (stated.rank, stated.line)
    )
    statements = statements or list(stated_of_all(document))
    fields = [stated for stated in statements if stated.rank < Rank.TITLE]
    speaking = [stated for stated in fields if not stated.says_little] or fields or statements[:1]
    if not speaking:
        return StatusRead(ReportStatus.MISSING, None, (), ())
    lead = speaking[0]
    understood = [stated for stated in speaking if stated.status is not None]
    if all(stated.rank > lead.rank for stated in understood):
        return StatusRead(
            ReportStatus.UNREAD,
            lead.raw,
            (),
            (),
            f"{_REASONS[lead.rank]}, line {lead.line}",
            lead.line,
        )
    lead = understood[0]
    claims = tuple(
        document.claim(ClaimKind.STATUS, stated.status.value, stated.line)
        for stated in sorted(understood, key=lambda stated: stated.line)
        if stated.status is not None
    )
    return StatusRead(
        lead.status or ReportStatus.UNREAD,
        lead.raw,
        claims,
        tuple(_disagreements(lead, understood)),
        f"{_REASONS[lead.rank]}, line {lead.line}",
        lead.line,
    )


_OPPOSED = frozenset({ReportStatus.FAIL, ReportStatus.BLOCKED})


def _disagreements(lead: Stated, understood: list[Stated]) -> Iterator[str]:
    """Yield where the report calls itself passed in one place and failed in another."""
    for stated in understood:
        pair = {lead.status, stated.status}
        if ReportStatus.PASS in pair and pair & _OPPOSED:
            yield (
                f"the status is {lead.raw!r} on line {lead.line} and {stated.raw!r} on line"
                f" {stated.line}"
            )


def _of_the_work(document: Document, task_id: str | None) -> Iterator[Stated]:
    """Yield the statements; that a plan was agreed upon is a status nobody needs to understand."""
    plan = is_plan(document)
    for stated in (*stated_in_fields(document, task_id), *stated_in_words(document)):
        agreed = plan and stated.status is ReportStatus.PASS and only_agrees(stated.raw)
        yield replace(stated, status=None) if agreed else stated
