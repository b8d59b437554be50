"""The status that a report gives itself.

Where it is stated, and whether it is stated twice in different words.

Only where it is asserted of the report as a whole: in the header, in a section such as
"Conclusion", in a heading of its own, or on the very last lines. "Implementation Status", a
component's status or a status cell in some table is not the report's.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from atom_release.gate.claims.record import Claim, ClaimKind, ReportStatus
from atom_release.reader.document import Document, Field, Line
from atom_release.reader.words import LONGEST, status_of

_KEY = re.compile(
    r"(?:(?:overall|final|task|report|phase|completion) )?status|(?:overall|final|task)"
    r" (?:result|verdict|outcome)|verdict"
)
_TITLE = re.compile(
    r"\W*(?:(?:overall|final|task|report|completion) )?(?:status|verdict)\W*", re.IGNORECASE
)
_LAST_LINES = 5


@dataclass(frozen=True)
class StatusRead:
    """The status, its words, each line that states it, and what disagrees."""

    status: ReportStatus
    raw: str | None
    claims: tuple[Claim, ...]
    findings: tuple[str, ...]


def read(document: Document, task_id: str | None) -> StatusRead:
    """Read the report's own status; MISSING where it gives none."""
    stated = sorted(_statements(document, task_id), key=lambda statement: statement[1])
    if not stated:
        return StatusRead(ReportStatus.MISSING, None, (), ())
    understood = [(raw, number, status) for raw, number, status in stated if status is not None]
    raw, _, status = understood[0] if understood else stated[0]
    claims = tuple(
        document.claim(ClaimKind.STATUS, status.value, number) for _, number, status in understood
    )
    return StatusRead(
        status or ReportStatus.MISSING, raw, claims, tuple(_disagreements(understood))
    )


def _disagreements(stated: list[tuple[str, int, ReportStatus]]) -> Iterator[str]:
    first_raw, first_line, first = stated[0] if stated else ("", 0, None)
    for raw, number, status in stated[1:]:
        if status is not first:
            yield f"the status is {first_raw!r} on line {first_line} and {raw!r} on line {number}"


def _statements(
    document: Document, task_id: str | None
) -> Iterator[tuple[str, int, ReportStatus | None]]:
    last = max((line.number for line in document.lines), default=0)
    tail = {line.number for line in document.lines[-_LAST_LINES:]} if last else set()
    for field in document.fields:
        if len(field.value) <= LONGEST and _own(field, task_id, tail):
            yield field.value, field.line.number, status_of(field.value)
    yield from _below_its_heading(document)


def _own(field: Field, task_id: str | None, tail: set[int]) -> bool:
    section, key = field.line.section, field.key
    if _KEY.fullmatch(key):
        if field.line.heading:
            return section.level <= 2 and section.own  # noqa: PLR2004 - "## Status: ..."; deeper ones are a part's
        at_the_end = field.line.number in tail and not field.line.item
        return (
            section.header
            or at_the_end
            or (section.own and section.topic.verdict and not _elsewhere(field))
        )
    return (
        task_id is not None
        and section.topic.verdict
        and _names(key, task_id)
        and status_of(field.value) is not None
    )


def _elsewhere(field: Field) -> bool:
    above = field.line.section.inherited
    return above.testing or above.compliance or above.environment or above.files


def _names(key: str, task_id: str) -> bool:
    """Say whether the key is this task by name, as in "Phase C.2 Performance Profiler.

    COMPLETE".
    """
    return (
        re.match(
            rf"(?:phase |task )?{re.escape(task_id.lower())}\b(?! (?:tests?|and|to|through)\b)", key
        )
        is not None
    )


def _below_its_heading(document: Document) -> Iterator[tuple[str, int, ReportStatus | None]]:
    """Read a heading "Status" by the first line below it.

    If that line is a status and nothing else.
    """
    previous: Line | None = None
    for line in document.lines:
        if (
            previous is not None
            and not line.heading
            and line.section is previous.section
            and _is_bare(line)
        ):
            yield line.text, line.number, status_of(line.text)
        previous = (
            line
            if line.heading and line.section.level <= 2 and _TITLE.fullmatch(line.text)  # noqa: PLR2004 - as above
            else None
        )


def _is_bare(line: Line) -> bool:
    return ":" not in line.text and len(line.text.split()) <= 6 and status_of(line.text) is not None  # noqa: PLR2004 - a sentence is no status
