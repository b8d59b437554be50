"""Brings together what the evidence of one run says about a service.

So that its report's claims can be judged.

Reading the report is `evidence.claims`; the verdict on one claim is `ledger`. Here only: which fact
of which evidence speaks for what.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from atom_release.gate.claims import count_verdicts, earned, judged_claim
from atom_release.gate.claims.ledger import LedgerRow, decide_claims, judge_claims
from atom_release.gate.claims.record import ClaimRecord
from atom_release.gate.claims.service_facts import (
    Counts,
    Known,
    MeasuredLatency,
    Run,
    ScoresKnown,
    SuiteKnown,
)
from atom_release.gate.facts.accuracy import AccuracyFacts
from atom_release.gate.facts.claims import ClaimsFacts, ReportFacts, UnchangedFact
from atom_release.gate.facts.evidence import Evidence
from atom_release.gate.facts.latency import LatencyFacts
from atom_release.gate.facts.suite import RerunFacts, RunFacts, SuiteFacts
from atom_release.gate.manifest import Service
from atom_release.gate.once import once_each
from atom_release.gate.vocabulary import Answer, ControlState, Outcome

Body = Mapping[str, Evidence]
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


def answer(service: Service, evidence: Body) -> tuple[Answer, str]:
    """Return whether the deciding claims of a service's report stand, and on evidence."""
    record_and_facts = _record_and_known(service, evidence)
    if record_and_facts is None:
        return Answer.UNKNOWN, "the record of the report cannot be read back"
    facts = _completed(record_and_facts[1], service, evidence, {}, {})
    decided = decide_claims(judge_claims(record_and_facts[0], facts))
    if decided[0] is not Answer.YES:
        return decided
    lacks = earned.lacking(service, record_and_facts[0], facts, evidence)
    return (Answer.UNKNOWN, lacks) if lacks else decided


def ledger(
    service: Service,
    evidence: Body,
    policies: Mapping[str, Outcome] | None = None,
    own: Mapping[str, Outcome] | None = None,
) -> tuple[LedgerRow, ...] | None:
    """Judge every claim of a service's report; None where no evidence holds a record of it.

    Args:
        service: the service.
        evidence: all evidence of the run, by digest.
        policies: outcome of each policy for the whole release, for the claims that only stand in
            the ledger.
        own: outcome of each policy by the legs that ask this service itself, for the same.
    """
    record_and_facts = _record_and_known(service, evidence)
    return (
        judge_claims(
            record_and_facts[0],
            _completed(record_and_facts[1], service, evidence, policies or {}, own or {}),
        )
        if record_and_facts
        else None
    )


def rerun_commit(service: Service, evidence: Body) -> str | None:
    """Return the commit that wrote a count which only a run of the suite there can settle.

    Of several, the last one of the report. None where there is no such count.
    """
    record_and_facts = _record_and_known(service, evidence)
    if record_and_facts is None:
        return None
    record, facts = record_and_facts[0], _completed(record_and_facts[1], service, evidence, {}, {})
    counts = count_verdicts.unsettled_counts(record, facts)
    if not counts:
        return None
    if facts.lines is None:
        claims = ClaimsFacts.read(_facts("claims", service, evidence))
        added = claims.added if claims else None
        return added.commit if added and added.complete else None
    ages = [age for claim in counts if (age := judged_claim.line_age(claim, facts))]
    return max(ages, key=lambda age: (age.written, age.commit)).commit if ages else None


def record(service: Service, evidence: Body) -> ClaimRecord | None:
    """Return what the service's report asserts, as it was read; None where no evidence holds it."""
    record_and_facts = _record_and_known(service, evidence)
    return record_and_facts[0] if record_and_facts else None


def findings(service: Service, evidence: Body) -> tuple[str, ...]:
    """Return the contradictions inside the service's report, and between reports of its task."""
    read = record(service, evidence)
    report = ReportFacts.read(_facts("report", service, evidence))
    return (*(read.findings if read else ()), *(report.disagreements if report else ()))


def _record_and_known(service: Service, evidence: Body) -> tuple[ClaimRecord, Known] | None:
    digests = _digests("claims", service, evidence)
    return _read_record(evidence[digests[0]]) if digests else None


@once_each
def _read_record(piece: Evidence) -> tuple[ClaimRecord, Known] | None:
    """Return what a piece of evidence says was read of a report; None where it cannot be read."""
    claims = ClaimsFacts.read(piece.facts)
    if claims is None:
        return None
    try:
        return ClaimRecord.model_validate_json(
            json.dumps(claims.record)
        ), Known.model_validate_json(json.dumps(claims.known))
    except ValidationError:
        return None


def _completed(
    facts: Known,
    service: Service,
    evidence: Body,
    policies: Mapping[str, Outcome],
    own: Mapping[str, Outcome],
) -> Known:
    claims = ClaimsFacts.read(_facts("claims", service, evidence))
    unchanged = claims.unchanged if claims else UnchangedFact()
    return facts.model_copy(
        update={
            "suite": _suite(
                _facts("suite", service, evidence),
                unchanged.code,
                control=_control(service, evidence),
            ),
            "scores": _scores(_facts("accuracy", service, evidence), unchanged.data),
            "latency": _latency(_facts("latency", service, evidence)),
            "policies": dict(policies),
            "own_policies": dict(own),
            "code_unchanged_since_report": unchanged.code,
            "tables": _relations("tables", evidence),
            "views": _relations("views", evidence),
            "evidence": {
                source: _digests(question, service, evidence)
                for source, question in _SOURCES.items()
            },
        }
    )


def _control(service: Service, evidence: Body) -> ControlState | None:
    """Return what the suite's control showed."""
    digests = _digests("suite", service, evidence)
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


def _facts(question: str, service: Service, evidence: Body) -> Mapping[str, Any]:
    """Return the facts of the evidence on one question about a service.

    Of several, the one whose digest is least: order must not matter.
    """
    digests = _digests(question, service, evidence)
    return evidence[digests[0]].facts if digests else {}


def _digests(question: str, service: Service, evidence: Body) -> tuple[str, ...]:
    return tuple(
        sorted(
            digest
            for digest, piece in evidence.items()
            if piece.leg == (question, service.id) and not piece.errored
        )
    )
