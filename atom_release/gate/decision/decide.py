"""Decide: from legs to criteria to GREEN, RED or BLOCKED.

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

from atom_release.gate.catalogue import criteria, leg_specs, remedies
from atom_release.gate.catalogue.criteria import Criterion
from atom_release.gate.consents import approvals
from atom_release.gate.decision.claims_summary import count_claims
from atom_release.gate.decision.contradictions import gather_contradictions
from atom_release.gate.decision.decision import RULES, CriterionResult, Decision, LeftOut
from atom_release.gate.decision.waive import account_waivers, apply_waivers
from atom_release.gate.rules import cited_legs, legs, people_legs
from atom_release.gate.rules.case import Case, Earlier
from atom_release.gate.rules.legs import Leg
from atom_release.gate.rules.regression import WARNING
from atom_release.gate.vocabulary import Assurance, BlockedPolicy, ControlState, Outcome, Verdict


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
        roll_ups=case.manifest.roll_ups,
        claims=claims,
        contradictions=gather_contradictions(case.evidence, results),
        waivers=account_waivers(results, case),
        approvals=approvals.judge_approvals(
            case.approvals, case.commit, case.review, case.people, case.as_of
        ),
    )


def judge(criterion: Criterion, case: Case) -> CriterionResult:
    """Return the outcome of one criterion.

    The worst of the legs that apply, or WAIVED where a waiver names exactly that failure.
    """
    return apply_waivers(_found(criterion, case), case)


def _found(criterion: Criterion, case: Case) -> CriterionResult:
    """Return the outcome before any waiver."""
    judged = (
        *_asked(criterion, case),
        *cited_legs.judge_cited(criterion.id, case),
        *people_legs.judge_people(criterion.id, case),
    )
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
        tuple(legs.judge(spec, case) for spec in leg_specs.legs(case.manifest, criterion.id))
        if criterion.id in expected_ids
        else ()
    )


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
