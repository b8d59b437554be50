"""From evidence to the outcome of one leg: the rules, in the order in which they are tried.

1. No evidence: INCONCLUSIVE. Several for one leg: the worst counts.
2. Of another commit or tree, from the future, or older than the freshness: INCONCLUSIVE.
3. `errored`, or the probe could not tell: INCONCLUSIVE. The system is absent: BLOCKED.
4. The thing asked does not hold: FAIL, also when a suite's control shows that no test needed the
   code ("vacuous").
5. It holds, but the assurance is below what the manifest asks, or the negative control is missing,
   dead, or weak where the manifest, or the operator, does not accept weak: INCONCLUSIVE.
6. Otherwise: PASS.
"""

from __future__ import annotations

from datetime import timedelta

from pydantic import BaseModel, ConfigDict

from atom_release.gate.catalogue import remedies
from atom_release.gate.catalogue.leg_specs import LegSpec
from atom_release.gate.catalogue.origin_legs import NEVER_SHOWN_BY
from atom_release.gate.facts.evidence import Evidence
from atom_release.gate.rules import answers, isolation
from atom_release.gate.rules.case import Case, policy
from atom_release.gate.vocabulary import Answer, Assurance, ControlState, Outcome

_NOT_YES = {
    Answer.ABSENT: Outcome.BLOCKED,
    Answer.UNKNOWN: Outcome.INCONCLUSIVE,
    Answer.NO: Outcome.FAIL,
}


class Leg(BaseModel):
    """What became of one leg; `outcome` is None where the leg does not apply."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    question: str
    subject: str
    outcome: Outcome | None
    assurance: Assurance | None = None
    reason: str
    remedy: str = ""
    control: ControlState | None = None
    observes: str | None = None
    evidence: tuple[str, ...] = ()

    @property
    def decided(self) -> bool:
        """Whether the system gave an answer: yes or no, not absence or doubt."""
        return self.outcome in {Outcome.PASS, Outcome.FAIL}


def judge(spec: LegSpec, case: Case) -> Leg:
    """Return the outcome of one leg: the worst that its evidence says."""
    if not spec.applies:
        return Leg(question=spec.question, subject=spec.subject, outcome=None, reason=spec.why_not)
    pieces = case.evidence_of(spec.question, spec.subject)
    if not pieces:
        remedy = remedies.remedy(spec.question, Outcome.INCONCLUSIVE)
        return _leg(
            spec, Outcome.INCONCLUSIVE, "no evidence: the question was not asked", remedy=remedy
        )
    judged = [_judge_one(spec, digest, evidence, case) for digest, evidence in pieces]
    return max(judged, key=lambda leg: -1 if leg.outcome is None else leg.outcome.badness)


def _judge_one(spec: LegSpec, digest: str, evidence: Evidence, case: Case) -> Leg:
    outcome, reason = _outcome(spec, evidence, case)
    remedy = (evidence.remedy if outcome not in {None, Outcome.PASS} else "") or remedies.remedy(
        spec.question, outcome
    )
    control = evidence.control.state if evidence.control else None
    return _leg(
        spec,
        outcome,
        reason,
        assurance=evidence.assurance,
        remedy=remedy,
        control=control,
        evidence=(digest,),
    )


def _leg(spec: LegSpec, outcome: Outcome | None, reason: str, **rest: object) -> Leg:
    return Leg.model_validate(
        {
            "question": spec.question,
            "subject": spec.subject,
            "outcome": outcome,
            "reason": reason,
            "observes": spec.observes,
            **rest,
        }
    )


def _outcome(spec: LegSpec, evidence: Evidence, case: Case) -> tuple[Outcome | None, str]:
    doubt = _doubt(spec, evidence, case)
    if doubt:
        return Outcome.INCONCLUSIVE, doubt
    not_applicable = evidence.facts.get("not_applicable")
    answer, reason = answers.answer_of(spec, evidence, case)
    if answer in _NOT_YES:
        return _NOT_YES[answer], reason
    if spec.question in NEVER_SHOWN_BY:
        return None, reason
    weakness = _weakness(spec, evidence, case) or _unheld(evidence, case)
    if weakness:
        return weakness
    return (None, str(not_applicable)) if not_applicable else (Outcome.PASS, reason)


def _unheld(evidence: Evidence, case: Case) -> tuple[Outcome, str] | None:
    why = isolation.doubt(evidence.isolation, case.operator.isolation)
    return (Outcome.INCONCLUSIVE, why) if why else None


def _doubt(spec: LegSpec, evidence: Evidence, case: Case) -> str:
    """Return why this evidence cannot speak for the judged commit now, or nothing."""
    if (evidence.commit, evidence.tree) != (case.commit, case.tree):
        return f"the evidence is of another commit: {evidence.commit[:12]}"
    age = case.as_of - evidence.observed_at
    if age < timedelta(0):
        return f"the evidence is dated after the decision: {evidence.observed_at.isoformat()}"
    limit = policy(case.manifest, spec.criterion).freshness or case.manifest.freshness
    if age > limit:
        return f"the evidence is stale: {age} old, at most {limit}"
    return f"the probe failed: {evidence.reason}" if evidence.errored else ""


def _weakness(spec: LegSpec, evidence: Evidence, case: Case) -> tuple[Outcome, str] | None:
    control, manifest = evidence.control, case.manifest
    if control is not None and control.state is ControlState.VACUOUS:
        return Outcome.FAIL, f"vacuous: {control.found}"
    needed = max(
        policy(manifest, spec.criterion).assurance,
        case.operator.least_assurance(spec.criterion),
        key=lambda assurance: assurance.rank,
    )
    if evidence.assurance.rank < needed.rank:
        return (
            Outcome.INCONCLUSIVE,
            f"the evidence is only {evidence.assurance}, {needed} is asked for: {evidence.reason}",
        )
    if control is None:
        return (
            Outcome.INCONCLUSIVE,
            f"no negative control: nothing shows that the probe could fail ({evidence.reason})",
        )
    if control.state is ControlState.DEAD:
        return (
            Outcome.INCONCLUSIVE,
            f"dead control: {control.changed}, and the probe said {control.found}",
        )
    if control.state is ControlState.WEAK and not accepts_weak(spec, case):
        return Outcome.INCONCLUSIVE, f"weak control: {control.found}"
    return None


def accepts_weak(spec: LegSpec, case: Case) -> bool:
    """Return whether a weak control is enough: by the manifest's word, which the operator lets."""
    manifest = case.manifest
    if not case.operator.weak_controls:
        return False
    if spec.question == "suite":
        suite = manifest.service(spec.subject).suite
        return suite is not None and suite.control == "weak"
    if spec.question == "own-check":
        control = manifest.check(spec.subject).control
        return control is not None and bool(control.none or control.weak)
    return any(
        integration.name == spec.subject and integration.control == "weak"
        for integration in manifest.integration
        if spec.question == "integration"
    )
