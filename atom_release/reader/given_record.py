"""A report's record with what the report gives itself, for machines, in the place of its prose."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from atom_release.gate.claims.given import GivenClaims
from atom_release.gate.claims.record import Claim, ClaimKind, ClaimRecord, ReportStatus, TestCounts
from atom_release.reader.claims_block import Block
from atom_release.reader.decoding import clean
from atom_release.reader.record_parts import ordered
from atom_release.reader.tally import UNITS

_QUOTED = 400
_REPLACED = {
    "status": ClaimKind.STATUS,
    "tests": ClaimKind.TESTS,
    "policies": ClaimKind.POLICY,
    "branch": ClaimKind.BRANCH,
    "commit": ClaimKind.COMMIT,
    "version": ClaimKind.VERSION,
    "date": ClaimKind.DATE,
    "deliverables": ClaimKind.DELIVERABLE,
}


def with_given(read: ClaimRecord, given: GivenClaims, block: Block) -> ClaimRecord:
    """Return the record as the report gives it, filled up from the prose, with what disagrees."""
    lines = _Lines(block)
    claims = [claim.model_copy(update={"file": block.file}) for claim in _claims(given, lines)]
    kinds = {claim.kind for claim in claims}
    kept = [claim for claim in read.claims if claim.kind not in kinds]
    update: dict[str, Any] = {
        name: value
        for name in ("task_id", "service", "branch", "date", "deliverables", "environment", "tests")
        if (value := getattr(given, name)) not in {None, ()}
    }
    if given.status is not None:
        update |= {"status": ReportStatus(given.status.value), "status_raw": given.status.value}
    policies = {name: status.value for name, status in given.policies.items()}
    return read.model_copy(
        update={
            **update,
            "policies": {**read.policies, **policies},
            "claims": ordered([*kept, *claims]),
            "findings": (*read.findings, *_otherwise(read, given, block)),
            "doubt": read.doubt or _doubt(read, given, block),
            "given": block.where,
            "reasons": {
                **read.reasons,
                **{name: block.where for name in _REPLACED if getattr(given, name)},
            },
        }
    )


def _doubt(read: ClaimRecord, given: GivenClaims, block: Block) -> str | None:
    """Return what speaks in the prose against a block that says PASS, or against its counts.

    Only what makes the report look better in its block, or its prose look better than its block:
    a count that was misread low is no reason to doubt what was given.
    """
    lines = {claim.kind: claim.line for claim in reversed(read.claims)}
    if given.status is not None and read.status.understood and read.status != ReportStatus.PASS:
        line = lines.get(ClaimKind.STATUS, 1)
        return f"{block.where} gives {given.status.value}, and line {line} says {read.status.value}"
    prose, stated = read.tests or TestCounts(), given.tests or TestCounts()
    for unit in ("failed", "passed", "total"):
        count, block_count = getattr(prose, unit), getattr(stated, unit)
        if given.tests is None or count is None or (block_count is None and unit != "failed"):
            continue
        if count > (block_count or 0):
            line = next(
                (c.line for c in read.claims if c.kind is ClaimKind.TESTS and c.unit == unit),
                lines.get(ClaimKind.TESTS, 1),
            )
            held = "no" if block_count is None else block_count
            return f"{block.where} gives {held} tests {unit}, and line {line} says {count}"
    return None


class _Lines:
    """Where in a block something stands."""

    def __init__(self, block: Block) -> None:
        self.lines = block.text.split("\n")
        self.first = block.first

    def place(self, word: str) -> tuple[int, str]:
        """Return the line that holds a word, and its text; else the block's first."""
        index = next((at for at, line in enumerate(self.lines) if word in line), 0)
        return self.first + index, clean(self.lines[index].strip()[:_QUOTED])


def _claims(given: GivenClaims, lines: _Lines) -> Iterator[Claim]:
    def claim(kind: ClaimKind, value: str | float, word: str, **rest: str | None) -> Claim:
        line, text = lines.place(word)
        return Claim(kind=kind, value=value, line=line, text=text, **rest)

    if given.status is not None:
        yield claim(ClaimKind.STATUS, given.status.value, "status")
    for unit in UNITS:
        count = getattr(given.tests, unit) if given.tests else None
        if count is not None:
            yield claim(ClaimKind.TESTS, count, unit, unit=unit, comparator="=")
    for name, status in given.policies.items():
        yield claim(ClaimKind.POLICY, f"{name} {status.value}", name)
    for name in ("branch", "commit", "version", "date"):
        value = getattr(given, name)
        if value is not None:
            yield claim(_REPLACED[name], value, name)
    for path in given.deliverables:
        yield claim(ClaimKind.DELIVERABLE, path.replace("\\", "/"), path)
    for entry in given.claims:
        yield claim(
            entry.kind,
            entry.value,
            str(entry.value),
            unit=entry.unit,
            comparator=entry.comparator,
            detail=entry.detail,
        )


def _otherwise(read: ClaimRecord, given: GivenClaims, block: Block) -> Iterator[str]:
    """Yield where the prose says something else than the block."""
    stated = {claim.kind: claim for claim in reversed(read.claims)}

    def differs(name: str, kind: ClaimKind, prose: object, value: object) -> Iterator[str]:
        if prose is not None and value is not None and prose != value:
            line = stated[kind].line if kind in stated else 1
            yield f"{block.where} gives {name} as {value}, and line {line} says {prose}"

    status = read.status.value if read.status.understood else None
    yield from differs(
        "the status", ClaimKind.STATUS, status, given.status.value if given.status else None
    )
    prose_tests, given_tests = read.tests or TestCounts(), given.tests or TestCounts()
    for unit in UNITS:
        yield from differs(
            f"tests {unit}", ClaimKind.TESTS, getattr(prose_tests, unit), getattr(given_tests, unit)
        )
    for name, policy in given.policies.items():
        yield from differs(name, ClaimKind.POLICY, read.policies.get(name), policy.value)
    yield from differs("the branch", ClaimKind.BRANCH, read.branch, given.branch)
    day = (read.date or "")[:10] or None
    yield from differs("the date", ClaimKind.DATE, day, (given.date or "")[:10] or None)
