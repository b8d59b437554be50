"""The ledger: what became of each assertion of a service report.

CONTRADICTED needs proof: what the report says of its tests or scores is only held against it where
source and tests are as they were when the report came, or a run at that commit says otherwise too.
What nothing can derive is UNVERIFIED. Only deciding kinds change C.x.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from pydantic import BaseModel, ConfigDict

from atom_release.gate.claims import verdicts
from atom_release.gate.claims.record import Claim, ClaimKind, ClaimRecord
from atom_release.gate.claims.service_facts import Known
from atom_release.gate.vocabulary import Answer, ClaimVerdict

_SOURCES = {
    ClaimKind.STATUS: "suite",
    ClaimKind.TESTS: "suite",
    ClaimKind.DELIVERABLE: "tree",
    ClaimKind.SIZE: "tree",
    ClaimKind.ACCURACY: "accuracy",
    ClaimKind.PRECISION: "accuracy",
    ClaimKind.RECALL: "accuracy",
    ClaimKind.F1: "accuracy",
    ClaimKind.POLICY: "policies",
    ClaimKind.LATENCY: "latency",
    ClaimKind.DATE: "history",
    ClaimKind.BRANCH: "history",
}


class LedgerRow(BaseModel):
    """One claim, what was found, and what that makes of it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: ClaimKind
    said: str
    found: str
    verdict: ClaimVerdict
    where: str
    decides: bool
    reason: str
    evidence: tuple[str, ...] = ()


def judge_claims(record: ClaimRecord, facts: Known) -> tuple[LedgerRow, ...]:
    """Judge every claim of a record, in the order of its lines."""
    return tuple(_row(claim, record, facts) for claim in record.claims)


def decide_claims(rows: Sequence[LedgerRow]) -> tuple[Answer, str]:
    """Return whether the report's deciding claims stand.

    NO if one is contradicted, UNKNOWN if there is none.
    """
    deciding = [row for row in rows if row.decides]
    if not deciding:
        return Answer.UNKNOWN, "the report asserts nothing that could be checked: nothing was shown"
    wrong = [row for row in deciding if row.verdict is ClaimVerdict.CONTRADICTED]
    if wrong:
        return Answer.NO, "; ".join(f"{row.where} says {row.said}: {row.reason}" for row in wrong)
    verified = sum(row.verdict is ClaimVerdict.VERIFIED for row in deciding)
    return Answer.YES, f"no deciding claim is contradicted; {verified} of {len(deciding)} verified"


def disagreements(records: Iterable[ClaimRecord]) -> tuple[str, ...]:
    """Return where reports of one task state another status or other counts."""
    by_task: dict[str, list[ClaimRecord]] = {}
    for record in sorted(records, key=lambda report: report.path):
        if record.task_id is not None:
            by_task.setdefault(record.task_id, []).append(record)
    return tuple(
        f"{task}: {first.path} and {other.path} state another {label}"
        for task, (first, *others) in sorted(by_task.items())
        for other in others
        for label, stated, two in (
            ("status", first.status, other.status),
            ("count of tests", first.tests, other.tests),
        )
        if stated != two
    )


def _row(claim: Claim, record: ClaimRecord, facts: Known) -> LedgerRow:
    judged = verdicts.judge(claim, record, facts)
    return LedgerRow(
        kind=claim.kind,
        said=say_claim(claim),
        found=judged.derived,
        verdict=judged.verdict,
        where=record.place(claim),
        decides=claim.kind.decides,
        reason=judged.reason,
        evidence=facts.evidence.get(_SOURCES.get(claim.kind, "tree"), ()),
    )


def say_claim(claim: Claim) -> str:
    """Return the claim as a person would say it."""
    value = f"{claim.value:g}" if isinstance(claim.value, float) else str(claim.value)
    bound = "" if claim.comparator in {None, "="} else f"{claim.comparator} "
    unit = "" if claim.unit in {None, "fraction"} else f" {claim.unit}"
    name = (
        ""
        if claim.kind in {ClaimKind.DELIVERABLE, ClaimKind.POLICY, ClaimKind.TESTS}
        else f"{claim.kind.value} "
    )
    return f"{name}{bound}{value}{unit}"
