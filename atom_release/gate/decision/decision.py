"""What a decision says: its verdict, every criterion it rests on, what is left out and waived.

How it is come to stands in `decide`, what waivers make of it in `waive`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from pydantic import BaseModel, ConfigDict, Field

from atom_release.gate.catalogue import criteria
from atom_release.gate.consents.approvals import ApprovalUse
from atom_release.gate.consents.waivers import WaiverUse
from atom_release.gate.decision.claims_summary import ClaimCount
from atom_release.gate.facts.contradiction import Contradiction
from atom_release.gate.rules.legs import Leg
from atom_release.gate.vocabulary import Assurance, Outcome, Verdict

RULES = 2
"""The version of the rules and sentences of `decide`; a change of either raises it.

A decision of this version is derived again byte for byte. Decisions that record no version were
made by version 1.
"""


class CriterionResult(BaseModel):
    """What one criterion came to, and on which evidence."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    title: str
    asset: str
    outcome: Outcome
    assurance: Assurance | None
    reason: str
    noted: bool = False
    before: Outcome | None = Field(default=None, description="the outcome that a waiver accepted")
    failure: str = Field(
        default="", description="fingerprint of what refuses here, which a waiver has to name"
    )
    magnitudes: dict[str, float] = Field(
        default_factory=dict,
        description="how large that failure is, which a waiver has to name too",
    )
    unwaivable: str = Field(default="", description="why nobody may waive it")
    flaky: bool = False
    waivers: tuple[WaiverUse, ...] = ()
    legs: tuple[Leg, ...]

    @property
    def evidence(self) -> tuple[str, ...]:
        """The digests of all evidence this outcome rests on, ordered."""
        return tuple(sorted({digest for leg in self.legs for digest in leg.evidence}))

    @property
    def accepted(self) -> bool:
        """Whether this criterion lets the release through."""
        return self.outcome in {Outcome.PASS, Outcome.WAIVED} or self.noted


class RollUp(NamedTuple):
    """An acceptance criterion that is the worst of others; it refuses nothing by itself.

    `outcome` is None, "not asked", where one of its members was not: part of a conjunction is none.
    """

    name: str
    members: Sequence[str]
    not_asked: Sequence[str]
    outcome: Outcome | None

    @property
    def explanation(self) -> str:
        """Say what it is rolled up from, and which of that was not asked."""
        lacking = f"; not asked: {', '.join(self.not_asked)}" if self.not_asked else ""
        return f"roll-up of {', '.join(self.members)}{lacking}"


class LeftOut(BaseModel):
    """A criterion that the manifest does not ask, with the reason that it gives."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    criterion: str
    title: str
    reason: str


class Decision(BaseModel):
    """The verdict on one release, with every criterion that it rests on."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    verdict: Verdict
    rules: int = Field(default=1, ge=1, description="version of the rules that it was made by")
    release: str
    version: str
    commit: str
    tree: str
    as_of: str
    reason: str
    baseline: str = ""
    trust: str = Field(default="", description="whose signatures count, and why no others")
    history: str = "none"
    operator: str = Field(
        default="", description="SHA-256 of the operator's file; empty where the defaults held"
    )
    criteria: tuple[CriterionResult, ...]
    left_out: tuple[LeftOut, ...] = Field(
        default=(), description="criteria that the manifest does not ask; never counted as passed"
    )
    roll_ups: dict[str, tuple[str, ...]] = Field(
        default_factory=dict,
        description="what the manifest shows as the worst of others; left out where it names none",
        exclude_if=lambda named: not named,
    )
    claims: ClaimCount = ClaimCount()
    contradictions: tuple[Contradiction, ...] = Field(
        default=(),
        description="what contradicts what in its documents; left out where nothing does",
        exclude_if=lambda entries: not entries,
    )
    waivers: tuple[WaiverUse, ...] = Field(
        default=(), description="every waiver that was handed in, with what became of it"
    )
    approvals: tuple[ApprovalUse, ...] = ()

    def criterion(self, criterion_id: str) -> CriterionResult:
        """Return one criterion's result.

        Raises:
            KeyError: this release does not expect that criterion.
        """
        for result in self.criteria:
            if result.id == criterion_id:
                return result
        raise KeyError(criterion_id)

    @property
    def rolled(self) -> tuple[RollUp, ...]:
        """The acceptance criteria that are shown as the worst of others."""
        named = {**criteria.ROLL_UPS, **self.roll_ups}
        return tuple(self.roll_up(name, members) for name, members in named.items())

    def roll_up(self, name: str, members: Sequence[str]) -> RollUp:
        """Return the worst of several criteria, or which of them keep it from being asked.

        Where a manifest gives a name of the acceptance criteria other members, those that it has in
        every release keep it from being asked all the same.
        """
        left_out = {entry.criterion for entry in self.left_out}
        outcomes = {
            result.id: result.outcome for result in self.criteria if result.id not in left_out
        }
        owed = dict.fromkeys((*members, *criteria.ROLL_UPS.get(name, ())))
        not_asked = [member for member in owed if member not in outcomes]
        outcome = None if not_asked else criteria.worst(outcomes[member] for member in members)
        return RollUp(name, members, not_asked, outcome)
