"""What a report says of each policy: only inside its compliance section, one line at a time.

The sign decides, and after it a status word; a description behind it decides nothing, but that it
was simulated is taken from a bracket. A policy that is named there without a status, as in "P5 -
Multi-Tenancy (Ready)", is None: silence is not a PASS.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from atom_release.gate.claims.record import Claim, ClaimKind, ReportStatus
from atom_release.reader.facts import Document, Fact, Kind, Table
from atom_release.reader.sections import Section
from atom_release.reader.vocabulary import words
from atom_release.reader.words import bare, normal, sign_at_start, status_of, ticked

_ID = re.compile(r"[^\w]{0,8}(?:policy\s+)?P[-_ ]?(\d{1,2})(?![\d.])\b", re.IGNORECASE)
_RANGE = re.compile(
    r"[^\w]{0,8}P-?(\d{1,2})\s*(?:-|\u2013|to|through|\.\.\.?|…)\s*P-?(\d{1,2})\b", re.IGNORECASE
)
_ANOTHER = re.compile(r"\bP-?\d{1,2}\b", re.IGNORECASE)
_SEPARATED = re.compile(r"\s*(?::|\s[-\u2013—]\s|=|→|=>)\s*")
_BRACKET = re.compile(r"[(\[（]([^()\[\]（）]{1,80})[)\]）]")
_LAST_POLICY = 20
_WORDS_BEHIND_SIGN = 3

Statement = tuple[str, ReportStatus | None, int]


@dataclass(frozen=True)
class PoliciesRead:
    """Status per policy, each line that states one, and what disagrees."""

    policies: dict[str, str | None]
    claims: tuple[Claim, ...]
    findings: tuple[str, ...]


def read_policies(document: Document) -> PoliciesRead:
    """Read the compliance section."""
    policies: dict[str, str | None] = {}
    lines: dict[str, int] = {}
    claims: list[Claim] = []
    findings: list[str] = []
    for policy, status, number in _statements(document):
        if not 0 < int(policy[2:]) <= _LAST_POLICY:  # p50 and p95 are percentiles
            continue
        stated = status.value if status else None
        if stated is None and policy in policies:
            continue
        if policies.get(policy) is None:
            policies[policy], lines[policy] = stated, number
        elif policies[policy] != stated:
            findings.append(
                f"{policy} is {policies[policy]} on line {lines[policy]} and {stated} on line"
                f" {number}"
            )
        claims.append(
            document.claim(ClaimKind.POLICY, f"{policy} {stated}" if stated else policy, number)
        )
    return PoliciesRead(
        dict(sorted(policies.items(), key=lambda item: int(item[0][2:]))),
        tuple(claims),
        tuple(findings),
    )


def _statements(document: Document) -> Iterator[Statement]:
    for table in document.tables:
        if _about_policies(table.section):
            yield from _table(table)
    for fact in document.lines:
        speaks = fact.kind in {Kind.HEADING, Kind.ITEM} or ":" in fact.text
        if speaks and _about_policies(fact.section):
            for policy, status, number in _line(fact):
                tainted = fact.section.inherited.tainted and status is ReportStatus.PASS
                yield policy, ReportStatus.SIMULATED if tainted else status, number


def _about_policies(section: Section) -> bool:
    return section.own and section.inherited.compliance and not section.inherited.testing


def _table(table: Table) -> Iterator[Statement]:
    column = table.column("status_column")
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
            yield f"P-{int(match[1])}", status_of(row.cells[column]), row.line
        elif column is None:
            stated = {
                status
                for cell in row.cells[index + 1 :]
                if (status := status_of(cell)) and bare(cell)
            }
            yield f"P-{int(match[1])}", stated.pop() if len(stated) == 1 else None, row.line


def _line(fact: Fact) -> Iterator[Statement]:
    spanned = _RANGE.match(fact.text)
    if spanned and 0 < int(spanned[1]) < int(spanned[2]) <= _LAST_POLICY:
        status = status_of(fact.text[spanned.end() :].lstrip(" :-\u2013—"))
        if status:
            for number in range(int(spanned[1]), int(spanned[2]) + 1):
                yield f"P-{number}", status, fact.line
        return
    match = _ID.match(fact.text)
    if match:
        rest = fact.text[match.end() :]
        yield f"P-{int(match[1])}", _status(fact, rest, match[0]), fact.line


def _status(fact: Fact, rest: str, head: str) -> ReportStatus | None:
    """Read what stands behind the policy's name.

    Failing that the tick before it, if nothing behind it says otherwise.
    """
    if _ANOTHER.search(rest):
        return None
    parts = [part.strip() for part in _SEPARATED.split(normal(rest)) if part.strip()]
    for part in reversed(parts):
        status = _signed(part) if sign_at_start(part) else status_of(part) if bare(part) else None
        if status:
            return status
    status = _trailing(rest)
    if status:
        return status
    before = ticked(normal(head))
    if before is not None:
        return ReportStatus.PASS if before else ReportStatus.FAIL
    return ReportStatus.PASS if fact.checked else None


def _signed(part: str) -> ReportStatus | None:
    """Read a sign with what follows it: a status word may say otherwise, a description may not."""
    sign = sign_at_start(part)
    bracket = _BRACKET.search(part)
    if bracket and words("simulated").search(bracket[1]):
        return ReportStatus.SIMULATED
    first = " ".join(_BRACKET.sub("", part).split()[:_WORDS_BEHIND_SIGN])
    return status_of(first) if bare(first) else sign


def _trailing(rest: str) -> ReportStatus | None:
    """Read a sign, with or without a word, at the end of the line: "Data Privacy ✅"."""
    pieces = normal(rest).split()
    for length in (2, 1):
        tail = " ".join(pieces[-length:])
        if tail and ticked(tail) is not None:
            return status_of(tail)
    if words("conditioned").search(rest.lower()) or not pieces:
        return None
    last = rest.rsplit(maxsplit=1)[-1]
    word = last.strip("()[]*.").upper()
    is_word = word in {"PASS", "FAIL", "BLOCKED", "PARTIAL"} and last.isupper()
    return ReportStatus(word) if is_word else None
