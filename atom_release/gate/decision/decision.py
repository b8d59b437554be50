"""The decision: from legs to criteria to GREEN, RED or BLOCKED.

A pure function of a `Case`: total, independent of the order of the evidence, and monotone: taking
good evidence away or adding bad never improves it. GREEN needs every expected criterion to be PASS
or WAIVED, or BLOCKED on an observing external system where the manifest notes that and at least one
leg was decided. An empty conjunction is a refusal at every level. A waiver turns a refusing outcome
into WAIVED, and the outcome before stays beside it. What the manifest leaves out is no part of the
conjunction and stands beside every verdict; what it leaves out below the operator's floor refuses,
and a release that asks nothing but AC5 and AC6 is never GREEN.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from pydantic import BaseModel, ConfigDict, Field

from atom_release.gate.catalogue import criteria, remedies
from atom_release.gate.catalogue.criteria import Criterion
from atom_release.gate.consents import approvals, severity, waivers
from atom_release.gate.consents.approvals import ApprovalUse
from atom_release.gate.consents.failing import Failing
from atom_release.gate.consents.waivers import Signature, WaiverUse
from atom_release.gate.decision.claims_summary import ClaimCount, count_claims
from atom_release.gate.rules import legs, people_legs
from atom_release.gate.rules.legs import Case, Earlier, Leg
from atom_release.gate.rules.regression import WARNING
from atom_release.gate.vocabulary import Assurance, BlockedPolicy, ControlState, Outcome, Verdict

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
    claims: ClaimCount = ClaimCount()
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
        return tuple(self.roll_up(name, members) for name, members in criteria.ROLL_UPS.items())

    def roll_up(self, name: str, members: Sequence[str]) -> RollUp:
        """Return the worst of several criteria, or which of them keep it from being asked."""
        left_out = {entry.criterion for entry in self.left_out}
        judged = [
            result for result in self.criteria if result.id in members and result.id not in left_out
        ]
        not_asked = [member for member in members if member not in {result.id for result in judged}]
        outcome = None if not_asked else criteria.worst(result.outcome for result in judged)
        return RollUp(name, members, not_asked, outcome)


def decide(case: Case) -> Decision:
    """Decide the release from the evidence, as of the case's moment."""
    results = tuple(judge(criterion, case) for criterion in people_legs.expected(case))
    left_out = _left_out(case)
    claims = count_claims(case.manifest, case.evidence, results)
    verdict, reason = _verdict(results, case)
    release = case.manifest.release
    return Decision(
        verdict=verdict,
        rules=RULES,
        release=f"{release.phase} {release.name}",
        version=release.version,
        commit=case.commit,
        tree=case.tree,
        as_of=case.as_of.isoformat(),
        reason="; ".join(part for part in (reason, told_left_out(left_out), str(claims)) if part)
        + people_legs.beside(case),
        baseline=people_legs.baseline(case),
        trust=case.trust,
        history=case.remembered,
        operator=case.operator_digest,
        criteria=results,
        left_out=left_out,
        claims=claims,
        waivers=_account(results, case),
        approvals=approvals.judge_approvals(
            case.approvals, case.commit, case.review, case.people, case.as_of
        ),
    )


def judge(criterion: Criterion, case: Case) -> CriterionResult:
    """Return the outcome of one criterion.

    The worst of the legs that apply, or WAIVED where a waiver names exactly that failure.
    """
    return _waived(_found(criterion, case), case)


def _found(criterion: Criterion, case: Case) -> CriterionResult:
    """Return the outcome before any waiver."""
    judged = (*_asked(criterion, case), *people_legs.judge_people(criterion.id, case))
    counted = [leg for leg in judged if leg.outcome is not None]
    outcome = (
        criteria.worst(leg.outcome for leg in counted if leg.outcome is not None)
        or Outcome.INCONCLUSIVE
    )
    reason = _reason(counted, outcome) if counted else _nothing_asked(judged)
    before = case.history.get(criterion.id)
    flaky = (
        before is not None
        and outcome is Outcome.PASS
        and criterion.id not in criteria.ENVIRONMENTAL
    )
    if before is not None and flaky:
        # No retry until green: what the commit determines does not get better by asking again.
        outcome, reason = _not_again(before, reason)
    return CriterionResult(
        id=criterion.id,
        title=criterion.title,
        asset=criterion.asset,
        outcome=outcome,
        assurance=_assurance(counted),
        reason=reason,
        noted=outcome is Outcome.BLOCKED and _is_noted(criterion, counted, case),
        flaky=flaky,
        legs=judged,
    )


def _not_again(before: Earlier, reason: str) -> tuple[Outcome, str]:
    """Return what a PASS is after a failure, or after a suite that ended its own runner."""
    if before.ended:
        return Outcome.INCONCLUSIVE, (
            f"flaky: {reason} now, but the suite ended its own runner in {before.ended} earlier"
            f" runs on {before.place} ({before})"
        )
    return Outcome.FAIL, f"flaky: {reason} now, but it failed before on {before.place} ({before})"


def _left_out(case: Case) -> tuple[LeftOut, ...]:
    return tuple(
        LeftOut(
            criterion=criterion.id,
            title=criterion.title,
            reason=case.manifest.left_out[criterion.id],
        )
        for criterion in criteria.catalogue(case.manifest)
        if criterion.id in case.manifest.left_out
    )


def told_left_out(left_out: Sequence[LeftOut]) -> str:
    """Return in one line what is left out and why; nothing where nothing is."""
    named: dict[str, list[str]] = {}
    for entry in left_out:
        named.setdefault(entry.reason, []).append(entry.criterion)
    each = "; ".join(f"{', '.join(names)} ({reason})" for reason, names in named.items())
    return f"left out: {each}" if each else ""


def _asked(criterion: Criterion, case: Case) -> tuple[Leg, ...]:
    """Judge the legs that this manifest gives the criterion.

    One that it does not know any more has none.
    """
    expected_ids = {expected.id for expected in criteria.expected(case.manifest)}
    return (
        tuple(legs.judge(spec, case) for spec in criteria.legs(case.manifest, criterion.id))
        if criterion.id in expected_ids
        else ()
    )


def _waived(result: CriterionResult, case: Case) -> CriterionResult:
    """Take the waivers of this criterion into account.

    All of them are told, and the first that counts turns the outcome.
    """
    presented = [
        waiver
        for waiver in sorted(case.waivers, key=lambda waiver: waiver.digest)
        if waiver.waiver is not None and waiver.waiver.criterion == result.id
    ]
    if result.accepted:
        uses = tuple(
            waivers.use(waiver, f"there is nothing to waive: {result.id} is {result.outcome}")
            for waiver in presented
        )
        return result.model_copy(update={"waivers": uses})
    failing = _failing(result, case)
    earlier = case.history.get(result.id)
    failure = (
        earlier.fingerprint if result.flaky and earlier else waivers.fingerprint(result.id, failing)
    )
    size = severity.collect_figures(failing)
    barred = earlier.unwaivable if result.flaky and earlier else waivers.unwaivable(failing)
    solo = _solo_refusal(result, case)
    uses = tuple(
        waivers.use(
            waiver,
            waivers.refusal(waiver, case.commit, failure, case.as_of, size)
            or barred
            or (solo if waiver.signature is Signature.SOLO else ""),
        )
        for waiver in presented
    )
    update = {"waivers": uses, "failure": failure, "magnitudes": size, "unwaivable": barred}
    counting = next((use for use in uses if use.counts), None)
    if counting is None:
        return result.model_copy(update=update)
    return result.model_copy(
        update={
            **update,
            "before": result.outcome,
            "outcome": Outcome.WAIVED,
            "reason": waivers.describe_waiver(counting, result.outcome, result.reason),
        }
    )


def _solo_refusal(result: CriterionResult, case: Case) -> str:
    """Return why a waiver that only the gate's own key signed does not count here, or nothing."""
    if not case.operator.solo_waivers:
        return "the operator's file counts no waiver of the gate's own key (solo)"
    if any((leg.question, leg.subject) == people_legs.FLOOR for leg in result.legs):
        return "leaving out below the operator's floor needs a trusted person's signature"
    return ""


def _failing(result: CriterionResult, case: Case) -> tuple[Failing, ...]:
    return tuple(
        Failing(
            question=leg.question,
            subject=leg.subject,
            outcome=leg.outcome,
            reason=leg.reason,
            control=leg.control,
            evidence=tuple(case.evidence[digest] for digest in leg.evidence),
        )
        for leg in result.legs
        if leg.outcome not in {None, Outcome.PASS}
    )


def _account(results: Sequence[CriterionResult], case: Case) -> tuple[WaiverUse, ...]:
    """Return what became of every waiver, also of those that no criterion here takes."""
    taken = [use for result in results for use in result.waivers]
    taken_digests = {use.digest for use in taken}
    rest = [
        waivers.use(
            waiver,
            (
                waivers.refusal(waiver, case.commit, "", case.as_of)
                if waiver.waiver is None
                else f"this release does not expect {waiver.waiver.criterion}"
            ),
        )
        for waiver in case.waivers
        if waiver.digest not in taken_digests
    ]
    return tuple(sorted([*taken, *rest], key=lambda use: use.digest))


def _assurance(counted: Sequence[Leg]) -> Assurance | None:
    decided = [leg.assurance for leg in counted if leg.decided and leg.assurance is not None]
    return min(decided, key=lambda assurance: assurance.rank, default=None)


def _nothing_asked(judged: Sequence[Leg]) -> str:
    """Return why no leg applies, and what would let one."""
    why = "; ".join(dict.fromkeys(f"{leg.question}: {leg.reason}" for leg in judged))
    explanation = f" ({why})" if why else ""
    remedy = remedies.would_ask(leg.question for leg in judged)
    return f"no leg of this criterion applies, so nothing was shown{explanation}. {remedy}"


def _reason(counted: Sequence[Leg], outcome: Outcome) -> str:
    if outcome is Outcome.PASS and len(counted) == 1:
        return counted[0].reason
    if outcome is Outcome.PASS:
        warnings = [
            f"; {leg.question}/{leg.subject}: {leg.reason}"
            for leg in counted
            if leg.reason.startswith(WARNING)
        ]
        return f"{len(counted)} of {len(counted)} legs pass{''.join(warnings)}"
    named = [
        f"{leg.question}/{leg.subject}: {leg.reason}" for leg in counted if leg.outcome is outcome
    ]
    return "; ".join(named)


def _is_noted(criterion: Criterion, counted: Sequence[Leg], case: Case) -> bool:
    """Return whether BLOCKED may stand beside a GREEN.

    Only observing systems are absent, and something was decided.
    """
    blocked = [leg for leg in counted if leg.outcome is Outcome.BLOCKED]
    return (
        criteria.blocked_policy(case.manifest, criterion) is BlockedPolicy.NOTED
        and all(leg.observes for leg in blocked)
        and any(leg.decided for leg in counted)
    )


def _verdict(results: Sequence[CriterionResult], case: Case) -> tuple[Verdict, str]:
    if not results:
        return Verdict.RED, "no criterion is asked: an empty conjunction is a refusal"
    if {criterion.id for criterion in criteria.expected(case.manifest)} <= criteria.OF_THE_ACT:
        return Verdict.RED, "nothing of what is released is asked, only whether it can be tagged"
    refusing = [result for result in results if not result.accepted]
    if not refusing:
        return Verdict.GREEN, f"all {len(results)} criteria hold{_beside(results)}"
    named = ", ".join(f"{result.id} {result.outcome}" for result in refusing)
    only_blocked = all(result.outcome is Outcome.BLOCKED for result in refusing)
    return (
        Verdict.BLOCKED if only_blocked else Verdict.RED
    ), f"{len(refusing)} of {len(results)} criteria do not hold: {named}"


def _beside(results: Sequence[CriterionResult]) -> str:
    """Return what a GREEN has beside it: a person reads that first."""
    noted = [result.id for result in results if result.noted]
    waived = [
        f"{result.id} (was {result.before})"
        for result in results
        if result.outcome is Outcome.WAIVED
    ]
    weak = [result.id for result in results if any(_passes_weakly(leg) for leg in result.legs)]
    kinds = {"noted BLOCKED": noted, "WAIVED": waived, "by a weak control": weak}
    return "".join(f"; {kind}: {', '.join(ids)}" for kind, ids in kinds.items() if ids)


def _passes_weakly(leg: Leg) -> bool:
    return leg.outcome is Outcome.PASS and leg.control is ControlState.WEAK
