"""What the evidence of one run says about a service, in the form in which claims are held to it.

Which fact of which evidence speaks for what is said here, and nowhere else. Reading a report and
judging what it claims is done elsewhere.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from atom_release.gate.claims.service_facts import (
    Counts,
    Known,
    MeasuredLatency,
    Run,
    ScoresKnown,
    SuiteKnown,
)
from atom_release.gate.facts.accuracy import AccuracyFacts
from atom_release.gate.facts.claims import ClaimsFacts, UnchangedFact
from atom_release.gate.facts.evidence import Evidence
from atom_release.gate.facts.latency import LatencyFacts
from atom_release.gate.facts.suite import RerunFacts, RunFacts, SuiteFacts
from atom_release.gate.manifest import Service
from atom_release.gate.vocabulary import ControlState, Outcome

Body = Mapping[str, Evidence]
"""Evidence by its digest."""

_MIGRATIONS = "migrations"
_SOURCES = {
    "suite": "suite",
    "tree": "claims",
    "accuracy": "accuracy",
    "latency": "latency",
    "history": "claims",
}


def by_service(evidence: Body) -> Mapping[str, Body]:
    """Return the evidence that says something about a service, by the service.

    Under an empty name what is about none, and is said of each: what the migrations made.
    """
    common = {digest: piece for digest, piece in evidence.items() if piece.question == _MIGRATIONS}
    grouped: dict[str, dict[str, Evidence]] = {"": common}
    for digest, piece in evidence.items():
        grouped.setdefault(piece.subject, dict(common))[digest] = piece
    return grouped


def complete(
    facts: Known,
    service: Service,
    evidence: Body,
    policies: Mapping[str, Outcome],
    own: Mapping[str, Outcome],
) -> Known:
    """Return what is known of a service with what the evidence of this run says of it."""
    claims = ClaimsFacts.read(facts_of("claims", service, evidence))
    unchanged = claims.unchanged if claims else UnchangedFact()
    return facts.model_copy(
        update={
            "suite": _suite(
                facts_of("suite", service, evidence),
                unchanged.code,
                control=_control(service, evidence),
            ),
            "scores": _scores(facts_of("accuracy", service, evidence), unchanged.data),
            "latency": _latency(facts_of("latency", service, evidence)),
            "policies": dict(policies),
            "own_policies": dict(own),
            "code_unchanged_since_report": unchanged.code,
            "tables": _relations("tables", evidence),
            "views": _relations("views", evidence),
            "evidence": {
                source: digests_of(question, service, evidence)
                for source, question in _SOURCES.items()
            },
        }
    )


def _control(service: Service, evidence: Body) -> ControlState | None:
    """Return what the suite's control showed."""
    digests = digests_of("suite", service, evidence)
    control = evidence[digests[0]].control if digests else None
    return control.state if control else None


def _suite(
    facts: Mapping[str, Any],
    unchanged: bool | None,  # noqa: FBT001 - three states, as the facts have them
    *,
    control: ControlState | None,
) -> SuiteKnown | None:
    """Return the runs that say something about the code.

    Not those whose surroundings were to blame, nor those that met a limit.
    """
    read = SuiteFacts.read(facts)
    if read is None or read.not_the_code:
        return None
    counted = tuple(_counted(run) for run in read.runs if run.conclusive)
    if not counted:
        return None
    return SuiteKnown(
        runs=counted,
        control_held=control is ControlState.ALIVE,
        weak=control is ControlState.WEAK,
        beside=read.beside,
        unshown=read.unshown,
        guessed=tuple(read.guessed),
        unchanged_since_report=unchanged,
        runs_at_report=_rerun(read.at_report),
        rerun_commit=read.at_report.commit if read.at_report else None,
    )


def _rerun(facts: RerunFacts | None) -> tuple[Run, ...]:
    """Return the counts of the runs at the commit that wrote the count.

    If each of them was conclusive.
    """
    if facts is None or facts.not_the_code or not all(run.conclusive for run in facts.runs):
        return ()
    return tuple(_counted(run) for run in facts.runs)


def _counted(run: RunFacts) -> Run:
    return Run(
        passed=run.passed or 0,
        failed=run.failed + run.errors,
        skipped=run.skipped,
        total=run.total or 0,
        **{"printed" if run.counts_agree else "doubted": _printed(run.counted)},
    )


def _printed(counted: Mapping[str, int]) -> Counts | None:
    """Return what pytest's own last line counts; None of a runner that was not listened to."""
    if not any(counted.values()):
        return None
    return Counts(
        passed=counted.get("passed", 0),
        failed=counted.get("failed", 0) + counted.get("error", 0),
        skipped=counted.get("skipped", 0),
        total=sum(counted.values()),
    )


def _scores(facts: Mapping[str, Any], unchanged: bool | None) -> ScoresKnown | None:  # noqa: FBT001 - the same
    if not facts.get("n"):
        return None
    named = {
        name: facts.get(name)
        for name in (
            "n",
            "accuracy",
            "precision",
            "recall",
            "f1",
            "answered_positive",
            "labelled_positive",
        )
    }
    return ScoresKnown.model_validate(
        {
            **named,
            "unanswered": facts.get("unanswered", 0),
            "unchanged_since_report": unchanged,
            "of_other_rows": facts.get("rows_of") == "operator",
            "doubt": read.bears_no_score if (read := AccuracyFacts.read(facts)) else "",
        }
    )


def _relations(kind: str, evidence: Body) -> tuple[str, ...] | None:
    """Return the tables or views that the migrations of the judged commit made.

    As the database's own catalog names them.
    """
    relations = [
        piece.facts[kind]
        for digest, piece in sorted(evidence.items())
        if piece.question == _MIGRATIONS and not piece.errored and kind in piece.facts
    ]
    return (
        tuple(str(name) for name in relations[0])
        if relations and isinstance(relations[0], list)
        else None
    )


def _latency(facts: Mapping[str, Any]) -> tuple[MeasuredLatency, ...]:
    measured = LatencyFacts.read(facts)
    if measured is None:
        return ()
    return tuple(
        MeasuredLatency(
            endpoint=endpoint.name,
            method=endpoint.method,
            path=endpoint.path,
            p95=endpoint.p95,
            load=measured.load,
        )
        for endpoint in measured.endpoints
        if endpoint.p95 is not None
    )


def facts_of(question: str, service: Service, evidence: Body) -> Mapping[str, Any]:
    """Return the facts of the evidence on one question about a service.

    Of several, the one whose digest is least: order must not matter.
    """
    digests = digests_of(question, service, evidence)
    return evidence[digests[0]].facts if digests else {}


def digests_of(question: str, service: Service, evidence: Body) -> tuple[str, ...]:
    """Return the digests of the evidence on one question about a service, sorted."""
    return tuple(
        sorted(
            digest
            for digest, piece in evidence.items()
            if piece.leg == (question, service.id) and not piece.errored
        )
    )
