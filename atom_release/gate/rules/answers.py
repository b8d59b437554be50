"""What the facts of each question answer, where a yes of its probe can be worked out again.

One rule a question, by its name in the catalogue; a question without one has its probe's answer.
What an answer makes of a leg is `rules.legs`'s.
"""

from __future__ import annotations

from collections.abc import Callable, Collection

from atom_release.gate.catalogue.leg_specs import LegSpec
from atom_release.gate.claims import claim_facts
from atom_release.gate.facts.claims import ReportFacts
from atom_release.gate.facts.evidence import Evidence
from atom_release.gate.facts.own_check import OwnCheckFacts
from atom_release.gate.rules import accuracy as accuracy_rule
from atom_release.gate.rules import (
    addresses,
    artifacts,
    crossing,
    documents,
    focus,
    histogram,
    order,
    performance,
    proof,
    pull_requests,
    regression,
    surroundings,
    unapproved,
    validators,
)
from atom_release.gate.rules import routes as routes_rule
from atom_release.gate.rules.case import Case
from atom_release.gate.vocabulary import Answer

_USUAL_HEADERS = frozenset({"accept", "authorization", "content-type"})
"""Headers that any client sends; others may be a way of the load test's own."""

WithFindings = Callable[[Evidence, Collection[str]], tuple[Answer, str]]
"""A rule of a question whose findings the manifest can let decide."""


def answer_of(spec: LegSpec, evidence: Evidence, case: Case) -> tuple[Answer, str]:
    """Return the probe's answer, or what a rule makes of its facts.

    A yes is never taken where it can be worked out again.
    """
    if (spec.criterion, spec.question) == ("AC1", "report"):
        return _aggregation(evidence)
    with_findings = _WITH_FINDINGS.get(spec.question)
    if evidence.answer is not Answer.YES:
        return _decided_doubt(with_findings, evidence, case) or (evidence.answer, evidence.reason)
    if with_findings:
        return with_findings(evidence, case.manifest.findings)
    rule = _RULES.get(spec.question)
    return rule(spec, evidence, case) if rule else (evidence.answer, evidence.reason)


def _decided_doubt(
    with_findings: WithFindings | None, evidence: Evidence, case: Case
) -> tuple[Answer, str] | None:
    """Return the no of a finding that the manifest lets decide, where the probe only doubts."""
    if with_findings is None or evidence.answer is not Answer.UNKNOWN or not case.manifest.findings:
        return None
    answer, reason = with_findings(evidence, case.manifest.findings)
    return (answer, reason) if answer is Answer.NO else None


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


def _routes(spec: LegSpec, evidence: Evidence, case: Case) -> tuple[Answer, str]:
    return routes_rule.judge_routes(evidence.facts, case.manifest.service(spec.subject))


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


def _integration(spec: LegSpec, evidence: Evidence, case: Case) -> tuple[Answer, str]:
    del spec, case
    return crossing.judge(evidence)


_RULES: dict[str, Callable[[LegSpec, Evidence, Case], tuple[Answer, str]]] = {
    "latency": _latency,
    "accuracy": _accuracy,
    "histogram": _histogram,
    "regression": _regression,
    "routes": _routes,
    "claims": _claims,
    "own-check": _own_check,
    "integration": _integration,
}
_WITH_FINDINGS: dict[str, WithFindings] = {
    "documents": documents.judge,
    "order": order.judge,
    "unapproved": unapproved.judge,
    "artifact": artifacts.judge,
    "addresses": addresses.judge,
    "focus": focus.judge,
    "pull-requests": pull_requests.judge,
    "validator": validators.judge,
    "surroundings": surroundings.judge,
}
"""Rules of questions whose findings the manifest can let decide."""
