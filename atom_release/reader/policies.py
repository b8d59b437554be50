"""What a report says of each policy: only inside its compliance section, one line at a time.

A policy that is named there without a status, as in "P5 - Multi-Tenancy (Ready)", is None: silence
is not a PASS.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from atom_release.gate.claims.record import Claim, ClaimKind, ReportStatus
from atom_release.reader.document import Document, Line, Table
from atom_release.reader.sections import Section
from atom_release.reader.words import bare, status_of, ticked

_ID = re.compile(r"[^\w]{0,8}(?:policy\s+)?P[-_ ]?(\d{1,2})(?![\d.])\b", re.IGNORECASE)
_RANGE = re.compile(
    r"[^\w]{0,8}P-?(\d{1,2})\s*(?:-|\u2013|to|through|\.\.\.?|…)\s*P-?(\d{1,2})\b", re.IGNORECASE
)
_ANOTHER = re.compile(r"\bP-?\d{1,2}\b", re.IGNORECASE)
_STATUS_COLUMN = re.compile(r"\b(?:status|result|compliance|compliant|state|verdict|outcome|met)\b")
_SEPARATED = re.compile(r"\s*(?::|\s[-\u2013—]\s|=|→|=>)\s*")
_CONDITIONED = re.compile(
    r"\b(?:must|should|shall|may|might|can|could|would|if|when|unless|never|not|until)\b",
    re.IGNORECASE,
)
_LAST_POLICY = 20


@dataclass(frozen=True)
class PoliciesRead:
    """Status per policy, each line that states one, and what disagrees."""

    policies: dict[str, str | None]
    claims: tuple[Claim, ...]
    findings: tuple[str, ...]


def read(document: Document) -> PoliciesRead:
    """Read the compliance section."""
    policies: dict[str, str | None] = {}
    lines: dict[str, int] = {}
    claims: list[Claim] = []
    findings: list[str] = []
    for policy, status, number in _statements(document):
        if not 0 < int(policy[2:]) <= _LAST_POLICY:  # p50 and p95 are percentiles
            continue
        said = status.value if status else None
        if said is None and policy in policies:
            continue
        if policies.get(policy) is None:
            policies[policy], lines[policy] = said, number
        elif policies[policy] != said:
            findings.append(
                f"{policy} is {policies[policy]} on line {lines[policy]} and {said} on line"
                f" {number}"
            )
        claims.append(
            document.claim(ClaimKind.POLICY, f"{policy} {said}" if said else policy, number)
        )
    return PoliciesRead(
        dict(sorted(policies.items(), key=lambda item: int(item[0][2:]))),
        tuple(claims),
        tuple(findings),
    )


def _statements(document: Document) -> Iterator[tuple[str, ReportStatus | None, int]]:
    for table in document.tables:
        if _about_policies(table.section):
            yield from _table(table)
    for line in document.lines:
        if (line.heading or line.item or ":" in line.text) and _about_policies(line.section):
            yield from _line(line)


def _about_policies(section: Section) -> bool:
    return section.own and section.inherited.compliance and not section.inherited.testing


def _table(table: Table) -> Iterator[tuple[str, ReportStatus | None, int]]:
    column = table.column(_STATUS_COLUMN)
    for row in table.rows:
        named = next(
            (
                (index, match)
                for index, cell in enumerate(row.cells[:2])
                if (match := _ID.match(cell))
            ),
            None,
        )
        if named is None:
            continue
        index, match = named
        if column is not None and column != index and column < len(row.cells):
            yield f"P-{int(match[1])}", status_of(row.cells[column]), row.number
        elif column is None:
            stated = {
                status
                for cell in row.cells[index + 1 :]
                if (status := status_of(cell)) and bare(cell)
            }
            yield f"P-{int(match[1])}", stated.pop() if len(stated) == 1 else None, row.number


def _line(line: Line) -> Iterator[tuple[str, ReportStatus | None, int]]:
    spanned = _RANGE.match(line.text)
    if spanned and 0 < int(spanned[1]) < int(spanned[2]) <= _LAST_POLICY:
        status = status_of(line.text[spanned.end() :].lstrip(" :-\u2013—"))
        if status:
            for number in range(int(spanned[1]), int(spanned[2]) + 1):
                yield f"P-{number}", status, line.number
        return
    match = _ID.match(line.text)
    if match:
        yield (
            f"P-{int(match[1])}",
            _status(line, line.text[match.end() :], line.text[: match.end()]),
            line.number,
        )


def _status(line: Line, rest: str, head: str) -> ReportStatus | None:
    """Read what stands behind the policy's name.

    Failing that the tick before it, if nothing behind it says otherwise.
    """
    if _ANOTHER.search(rest):
        return None
    parts = [part for part in _SEPARATED.split(rest) if part.strip()]
    for part in reversed(parts):
        found = status_of(part) if bare(part) or ticked(part.strip()) is not None else None
        if found:
            return found
    found = _trailing(rest)
    if found:
        return found
    before = ticked(head.strip())
    if before is not None:
        return ReportStatus.PASS if before else ReportStatus.FAIL
    return ReportStatus.PASS if line.checked else None


def _trailing(rest: str) -> ReportStatus | None:
    """Read a sign, with or without a word, at the end of the line: "Data Privacy ✅"."""
    words = rest.split()
    for length in (2, 1):
        tail = " ".join(words[-length:])
        if tail and ticked(tail) is not None:
            return status_of(tail)
    if _CONDITIONED.search(rest):
        return None
    last = words[-1].strip("()[]*.").upper() if words else ""
    return (
        ReportStatus(last)
        if last in {"PASS", "FAIL", "BLOCKED", "PARTIAL"} and words[-1].isupper()
        else None
    )
