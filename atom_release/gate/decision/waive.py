"""What waivers make of a refusing criterion: WAIVED, with the outcome before beside it.

And the account of every waiver that was handed in.
"""

from __future__ import annotations

from collections.abc import Sequence

from atom_release.gate.consents import severity, waivers
from atom_release.gate.consents.failing import Failing
from atom_release.gate.consents.signed import Signature
from atom_release.gate.consents.waivers import WaiverUse
from atom_release.gate.decision.decision import CriterionResult
from atom_release.gate.rules import people_legs
from atom_release.gate.rules.case import Case
from atom_release.gate.vocabulary import Outcome


def apply_waivers(result: CriterionResult, case: Case) -> CriterionResult:
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


def account_waivers(results: Sequence[CriterionResult], case: Case) -> tuple[WaiverUse, ...]:
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
