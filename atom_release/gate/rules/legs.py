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

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property

from pydantic import BaseModel, ConfigDict

from atom_release.gate.catalogue import remedies
from atom_release.gate.catalogue.leg_specs import LegSpec
from atom_release.gate.catalogue.origin_legs import NEVER_SHOWN_BY
from atom_release.gate.claims import claim_facts
from atom_release.gate.consents.approvals import Shown
from atom_release.gate.consents.review import Review, Signatory
from atom_release.gate.consents.waivers import Presented
from atom_release.gate.facts.claims import ReportFacts
from atom_release.gate.facts.documents import DocumentsFacts
from atom_release.gate.facts.evidence import Evidence
from atom_release.gate.facts.order import OrderFacts
from atom_release.gate.facts.own_check import OwnCheckFacts
from atom_release.gate.facts.unapproved import UnapprovedFacts
from atom_release.gate.manifest import CriterionPolicy, Manifest
from atom_release.gate.operator import Operator
from atom_release.gate.rules import accuracy as accuracy_rule
from atom_release.gate.rules import (
    artifacts,
    crossing,
    documents,
    focus,
    histogram,
    isolation,
    order,
    performance,
    proof,
    regression,
    surroundings,
    unapproved,
    validators,
)
from atom_release.gate.rules.ratchet import Baseline
from atom_release.gate.vocabulary import Answer, Assurance, ControlState, Outcome

_DEFAULT_POLICY = CriterionPolicy()
_NOT_YES = {
    Answer.ABSENT: Outcome.BLOCKED,
    Answer.UNKNOWN: Outcome.INCONCLUSIVE,
    Answer.NO: Outcome.FAIL,
}
_USUAL_HEADERS = frozenset({"accept", "authorization", "content-type"})
"""Headers that any client sends; others may be a way of the load test's own."""
NOTHING_TO_REVIEW = Review()
NO_OPERATOR = Operator(floor=())
"""What decisions were made under before there were operators' files: no floor."""
_FIRST = Baseline(None, "no baseline: there is no release before this one")


class Earlier(BaseModel):
    """A failure of a criterion on the same commit, manifest and environment, in an earlier run."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    when: str
    reason: str
    fingerprint: str = ""
    unwaivable: str = ""
    commit: str = ""  # another commit of the same tree that it was found on
    ended: int = 0  # it was no failure: so often did the suite end its own runner

    @property
    def place(self) -> str:
        """On what it was found."""
        return f"the same tree, as commit {self.commit[:12]}" if self.commit else "this very commit"

    def __str__(self) -> str:
        """Return it in one line."""
        return f"{self.when}: {self.reason}"


@dataclass(frozen=True)
class Case:
    """All that a decision may depend on: nothing else is read, and the clock was read once."""

    manifest: Manifest
    commit: str
    tree: str
    as_of: datetime
    evidence: Mapping[str, Evidence]  # sha256 of its canonical JSON -> evidence
    history: Mapping[str, Earlier] = field(default_factory=dict)  # criterion -> its earlier failure
    remembered: str = "none"  # what is known of earlier runs on this repository
    waivers: tuple[Presented, ...] = ()
    approvals: tuple[Shown, ...] = ()
    review: Review = NOTHING_TO_REVIEW  # the commits that approvals are about
    people: tuple[Signatory, ...] = ()  # those whose signatures count
    trust: str = ""  # whose signatures those are, and why no others
    baseline: Baseline = _FIRST
    operator: Operator = NO_OPERATOR
    operator_digest: str = ""  # SHA-256 of the operator's file; empty where there is none

    def evidence_of(self, question: str, subject: str) -> list[tuple[str, Evidence]]:
        """Return the evidence of one leg with its digests, ordered by digest."""
        return self._by_leg.get((question, subject), [])

    def evidence_about(self, subject: str) -> Mapping[str, Evidence]:
        """Return the evidence that says something about a service, by digest."""
        return self._by_service.get(subject) or self._by_service.get("") or {}

    @cached_property
    def _by_leg(self) -> Mapping[tuple[str, str], list[tuple[str, Evidence]]]:
        by_leg: dict[tuple[str, str], list[tuple[str, Evidence]]] = {}
        for digest in sorted(self.evidence):
            by_leg.setdefault(self.evidence[digest].leg, []).append((digest, self.evidence[digest]))
        return by_leg

    @cached_property
    def _by_service(self) -> Mapping[str, Mapping[str, Evidence]]:
        return claim_facts.by_service(self.evidence)


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
    answer, reason = _answer(spec, evidence, case)
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


def _answer(spec: LegSpec, evidence: Evidence, case: Case) -> tuple[Answer, str]:
    """Return the probe's answer, or what a rule makes of its facts.

    A yes is never taken where it can be worked out again.
    """
    if (spec.criterion, spec.question) == ("AC1", "report"):
        return _aggregation(evidence)
    rule = _RULES.get(spec.question)
    if rule is None or evidence.answer is not Answer.YES:
        return evidence.answer, evidence.reason
    return rule(spec, evidence, case)


def _aggregation(evidence: Evidence) -> tuple[Answer, str]:
    """Judge AC1, which asks less than C.x: that the report is there, once, and readable."""
    report = ReportFacts.read(evidence.facts)
    if report is not None and report.state == "one":
        return Answer.YES, f"{', '.join(report.paths)} is there once and can be read"
    unread = report is not None and report.state == "unread"
    return Answer.UNKNOWN if unread else Answer.NO, evidence.reason


def _latency(spec: LegSpec, evidence: Evidence, case: Case) -> tuple[Answer, str]:
    service = case.manifest.service(spec.subject)
    answer, reason = performance.judge_latency(
        evidence.facts, service.budget, [endpoint.name for endpoint in service.endpoints]
    )
    headers = sorted({name for endpoint in service.endpoints for name in endpoint.headers})
    own = [name for name in headers if name.casefold() not in _USUAL_HEADERS]
    return answer, f"{reason}; asked with headers of its own: {', '.join(own)}" if own else reason


def _histogram(spec: LegSpec, evidence: Evidence, case: Case) -> tuple[Answer, str]:
    return histogram.judge_histogram(evidence.facts, case.manifest.service(spec.subject).budget)


def _regression(spec: LegSpec, evidence: Evidence, case: Case) -> tuple[Answer, str]:
    if "not_applicable" in evidence.facts:
        return evidence.answer, evidence.reason
    return regression.judge_regression(evidence.facts, case.manifest.service(spec.subject).budget)


def _accuracy(spec: LegSpec, evidence: Evidence, case: Case) -> tuple[Answer, str]:
    accuracy = case.manifest.service(spec.subject).accuracy
    return (
        accuracy_rule.judge_accuracy(evidence.facts, accuracy.minimum)
        if accuracy
        else (evidence.answer, evidence.reason)
    )


def _claims(spec: LegSpec, evidence: Evidence, case: Case) -> tuple[Answer, str]:
    del evidence  # the ledger takes all evidence about the service together
    service = case.manifest.service(spec.subject)
    return claim_facts.answer(service, case.evidence_about(service.id))


def _own_check(spec: LegSpec, evidence: Evidence, case: Case) -> tuple[Answer, str]:
    """Judge the runs of a check of the release's own again, and that its control is theirs."""
    del spec, case
    facts = OwnCheckFacts.read(evidence.facts)
    if facts is None or evidence.control is None:
        return Answer.UNKNOWN, "the runs of the check cannot be read"
    answer, state = proof.answer_of(facts), proof.control_of(facts)
    if (answer, state) != (evidence.answer, evidence.control.state):
        return Answer.UNKNOWN, "the runs of the check do not show what it is said to have answered"
    return answer, evidence.reason


def _documents(spec: LegSpec, evidence: Evidence, case: Case) -> tuple[Answer, str]:
    """Compare the documents again, with the kinds that this manifest lets decide."""
    del spec
    facts = DocumentsFacts.read(evidence.facts)
    if facts is None:
        return Answer.UNKNOWN, "what the documents say cannot be read"
    against = documents.contradictions(facts.documents)
    if against != facts.contradictions:
        return Answer.UNKNOWN, "the contradictions are not those of what was read"
    named = [entry for entry in against if entry.decides or entry.id in case.manifest.findings]
    return (Answer.NO, named[0].sentence) if named else (evidence.answer, evidence.reason)


def _order(spec: LegSpec, evidence: Evidence, case: Case) -> tuple[Answer, str]:
    """Hold tags and dates against history again, with the kinds that this manifest lets decide."""
    del spec
    facts = OrderFacts.read(evidence.facts)
    if facts is None:
        return Answer.UNKNOWN, "the order of commits, tags and documents cannot be read"
    against = order.contradictions(facts)
    if against != facts.contradictions:
        return Answer.UNKNOWN, "what is out of order is not what the history shows"
    named = [entry for entry in against if entry.decides or entry.id in case.manifest.findings]
    return (Answer.NO, named[0].sentence) if named else (evidence.answer, evidence.reason)


def _unapproved(spec: LegSpec, evidence: Evidence, case: Case) -> tuple[Answer, str]:
    """Hold what speaks against an approval together again; the manifest may let it decide."""
    del spec
    facts = UnapprovedFacts.read(evidence.facts)
    if facts is None:
        return Answer.UNKNOWN, "what speaks against an approval cannot be read"
    against = unapproved.contradictions(facts)
    if against != facts.contradictions:
        return Answer.UNKNOWN, "what speaks against an approval is not what was read"
    named = [entry for entry in against if entry.id in case.manifest.findings]
    return (Answer.NO, named[0].sentence) if named else (evidence.answer, evidence.reason)


def _artifact(spec: LegSpec, evidence: Evidence, case: Case) -> tuple[Answer, str]:
    del spec
    return artifacts.judge(evidence, case.manifest.findings)


def _focus(spec: LegSpec, evidence: Evidence, case: Case) -> tuple[Answer, str]:
    del spec
    return focus.judge(evidence, case.manifest.findings)


def _validator(spec: LegSpec, evidence: Evidence, case: Case) -> tuple[Answer, str]:
    del spec
    return validators.judge(evidence, case.manifest.findings)


def _integration(spec: LegSpec, evidence: Evidence, case: Case) -> tuple[Answer, str]:
    del spec, case
    return crossing.judge(evidence)


def _surroundings(spec: LegSpec, evidence: Evidence, case: Case) -> tuple[Answer, str]:
    del spec
    return surroundings.judge(evidence, case.manifest.findings)


_RULES: dict[str, Callable[[LegSpec, Evidence, Case], tuple[Answer, str]]] = {
    "latency": _latency,
    "accuracy": _accuracy,
    "histogram": _histogram,
    "regression": _regression,
    "claims": _claims,
    "own-check": _own_check,
    "documents": _documents,
    "order": _order,
    "unapproved": _unapproved,
    "artifact": _artifact,
    "focus": _focus,
    "validator": _validator,
    "surroundings": _surroundings,
    "integration": _integration,
}


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


def policy(manifest: Manifest, criterion: str) -> CriterionPolicy:
    """Return what the manifest asks of a criterion beyond the defaults."""
    return manifest.criteria.get(criterion, _DEFAULT_POLICY)
