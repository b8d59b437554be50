"""The decision: from legs to criteria to GREEN, RED or BLOCKED.

A pure function of a `Case`: total, independent of the order of the evidence, and monotone: taking
good evidence away or adding bad never improves it. GREEN needs every expected criterion to be PASS
or WAIVED, or BLOCKED on an observing external system where the manifest notes that and at least one
leg was decided. An empty conjunction is a refusal at every level. A waiver turns a refusing outcome
into WAIVED, and the outcome before stays beside it.
"""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import BaseModel, ConfigDict, Field

from atom_release.gate.catalogue import criteria, remedies
from atom_release.gate.catalogue.criteria import Criterion
from atom_release.gate.consents import approvals, severity, waivers
from atom_release.gate.consents.approvals import ApprovalUse
from atom_release.gate.consents.failing import Failing
from atom_release.gate.consents.waivers import WaiverUse
from atom_release.gate.rules import legs, people_legs
from atom_release.gate.rules.legs import Case, Leg
from atom_release.gate.rules.regression import WARNING
from atom_release.gate.vocabulary import Assurance, BlockedPolicy, Outcome, Verdict

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
    waivers: tuple[WaiverUse, ...] = Field(
        default=(), description="every waiver that was handed in, with what became of it"
    )
    approvals: tuple[ApprovalUse, ...] = ()

    def criterion(self, criterion_id: str) -> CriterionResult:
        """Give one criterion's result.

        Raises:
            KeyError: this release does not expect that criterion.
        """
        for result in self.criteria:
            if result.id == criterion_id:
                return result
        raise KeyError(criterion_id)

    @property
    def rolled(self) -> tuple[tuple[str, Sequence[str], Outcome | None], ...]:
        """The acceptance criteria that are shown as the worst of others.

        Name, those others, outcome.
        """
        return tuple(
            (name, members, self.roll_up(members)) for name, members in criteria.ROLL_UPS.items()
        )

    def roll_up(self, members: Sequence[str]) -> Outcome | None:
        """Give the worst outcome of several criteria.

        For the acceptance criteria that are not decided twice; None where none of them is expected.
        """
        return criteria.worst(result.outcome for result in self.criteria if result.id in members)


def decide(case: Case) -> Decision:
    """Decide the release from the evidence, as of the case's moment."""
    results = tuple(judge(criterion, case) for criterion in people_legs.expected(case))
    verdict, reason = _verdict(results)
    release = case.manifest.release
    return Decision(
        verdict=verdict,
        rules=RULES,
        release=f"{release.phase} {release.name}",
        version=release.version,
        commit=case.commit,
        tree=case.tree,
        as_of=case.as_of.isoformat(),
        reason=f"{reason}{people_legs.beside(case)}",
        baseline=people_legs.baseline(case),
        trust=case.trust,
        history=case.remembered,
        operator=case.operator_digest,
        criteria=results,
        waivers=_account(results, case),
        approvals=approvals.used(case.approvals, case.commit, case.review, case.people, case.as_of),
    )


def judge(criterion: Criterion, case: Case) -> CriterionResult:
    """Give the outcome of one criterion.

    The worst of the legs that apply, or WAIVED where a waiver names exactly that failure.
    """
    return _waived(_found(criterion, case), case)


def _found(criterion: Criterion, case: Case) -> CriterionResult:
    """Give the outcome before any waiver."""
    judged = (*_asked(criterion, case), *people_legs.of(criterion.id, case))
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
    if flaky:
        # No retry until green: what the commit determines does not get better by asking again.
        outcome, reason = (
            Outcome.FAIL,
            f"flaky: {reason} now, but it failed before on this very commit ({before})",
        )
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


def _asked(criterion: Criterion, case: Case) -> tuple[Leg, ...]:
    """Judge the legs that this manifest gives the criterion.

    One that it does not know any more has none.
    """
    known = {one.id for one in criteria.expected(case.manifest)}
    return (
        tuple(legs.judge(spec, case) for spec in criteria.legs(case.manifest, criterion.id))
        if criterion.id in known
        else ()
    )


def _waived(found: CriterionResult, case: Case) -> CriterionResult:
    """Take the waivers of this criterion into account.

    All of them are told, and the first that counts turns the outcome.
    """
    presented = [
        one
        for one in sorted(case.waivers, key=lambda one: one.digest)
        if one.waiver is not None and one.waiver.criterion == found.id
    ]
    if found.accepted:
        uses = tuple(
            waivers.use(one, f"there is nothing to waive: {found.id} is {found.outcome}")
            for one in presented
        )
        return found.model_copy(update={"waivers": uses})
    failing = _failing(found, case)
    earlier = case.history.get(found.id)
    failure = (
        earlier.fingerprint if found.flaky and earlier else waivers.fingerprint(found.id, failing)
    )
    size = severity.of(failing)
    barred = earlier.unwaivable if found.flaky and earlier else waivers.unwaivable(failing)
    uses = tuple(
        waivers.use(one, waivers.refusal(one, case.commit, failure, case.as_of, size) or barred)
        for one in presented
    )
    told = {"waivers": uses, "failure": failure, "magnitudes": size, "unwaivable": barred}
    counting = next((one for one in uses if one.counts), None)
    if counting is None:
        return found.model_copy(update=told)
    return found.model_copy(
        update={
            **told,
            "before": found.outcome,
            "outcome": Outcome.WAIVED,
            "reason": waivers.told(counting, found.outcome, found.reason),
        }
    )


def _failing(found: CriterionResult, case: Case) -> tuple[Failing, ...]:
    return tuple(
        Failing(
            question=leg.question,
            subject=leg.subject,
            outcome=leg.outcome,
            reason=leg.reason,
            control=leg.control,
            evidence=tuple(case.evidence[digest] for digest in leg.evidence),
        )
        for leg in found.legs
        if leg.outcome not in {None, Outcome.PASS}
    )


def _account(results: Sequence[CriterionResult], case: Case) -> tuple[WaiverUse, ...]:
    """Give what became of every waiver, also of those that no criterion here takes."""
    taken = [use for result in results for use in result.waivers]
    known = {use.digest for use in taken}
    rest = [
        waivers.use(
            one,
            (
                waivers.refusal(one, case.commit, "", case.as_of)
                if one.waiver is None
                else f"this release does not expect {one.waiver.criterion}"
            ),
        )
        for one in case.waivers
        if one.digest not in known
    ]
    return tuple(sorted([*taken, *rest], key=lambda use: use.digest))


def _assurance(counted: Sequence[Leg]) -> Assurance | None:
    decided = [leg.assurance for leg in counted if leg.decided and leg.assurance is not None]
    return min(decided, key=lambda assurance: assurance.rank, default=None)


def _nothing_asked(judged: Sequence[Leg]) -> str:
    """Say why no leg applies, and what would let one."""
    why = "; ".join(dict.fromkeys(f"{leg.question}: {leg.reason}" for leg in judged))
    told = f" ({why})" if why else ""
    remedy = remedies.would_ask(leg.question for leg in judged)
    return f"no leg of this criterion applies, so nothing was shown{told}. {remedy}"


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
    """Say whether BLOCKED may stand beside a GREEN.

    Only observing systems are absent, and something was decided.
    """
    blocked = [leg for leg in counted if leg.outcome is Outcome.BLOCKED]
    return (
        criteria.blocked_policy(case.manifest, criterion) is BlockedPolicy.NOTED
        and all(leg.observes for leg in blocked)
        and any(leg.decided for leg in counted)
    )


def _verdict(results: Sequence[CriterionResult]) -> tuple[Verdict, str]:
    if not results:
        return Verdict.RED, "no criterion is expected: an empty conjunction is a refusal"
    refusing = [result for result in results if not result.accepted]
    if not refusing:
        return Verdict.GREEN, f"all {len(results)} criteria hold{_beside(results)}"
    told = ", ".join(f"{result.id} {result.outcome}" for result in refusing)
    only_blocked = all(result.outcome is Outcome.BLOCKED for result in refusing)
    return (
        Verdict.BLOCKED if only_blocked else Verdict.RED
    ), f"{len(refusing)} of {len(results)} criteria do not hold: {told}"


def _beside(results: Sequence[CriterionResult]) -> str:
    """Say what a GREEN has beside it: a person reads that first."""
    noted = [result.id for result in results if result.noted]
    waived = [
        f"{result.id} (was {result.before})"
        for result in results
        if result.outcome is Outcome.WAIVED
    ]
    return (f"; noted BLOCKED: {', '.join(noted)}" if noted else "") + (
        f"; WAIVED: {', '.join(waived)}" if waived else ""
    )
