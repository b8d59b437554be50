"""Brings together what the evidence of one run says about a service, so that its report's claims can be judged.

Reading the report is `evidence.claims`; the verdict on one claim is `ledger`. Here only: which fact of which evidence speaks for what.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from atom_release.gate.claims import ClaimRecord
from atom_release.gate.evidence import Evidence
from atom_release.gate.known import Known, Run, ScoresKnown, SuiteKnown
from atom_release.gate.ledger import LedgerRow, decide_claims, judge_claims
from atom_release.gate.manifest import Service
from atom_release.gate.vocabulary import Answer, Outcome

Body = Mapping[str, Evidence]
_SOURCES = {"suite": "suite", "tree": "claims", "accuracy": "accuracy", "latency": "latency", "history": "claims"}


def answer(service: Service, evidence: Body) -> tuple[Answer, str]:
    """Say whether the deciding claims of a service's report stand."""
    rows = ledger(service, evidence)
    return decide_claims(rows) if rows is not None else (Answer.UNKNOWN, "the record of the report cannot be read back")


def ledger(service: Service, evidence: Body, policies: Mapping[str, Outcome] | None = None) -> tuple[LedgerRow, ...] | None:
    """Judge every claim of a service's report; None where no evidence holds a record of it.

    Args:
        service: the service.
        evidence: all evidence of the run, by digest.
        policies: outcome of each policy for the whole release, for the claims that only stand in the ledger.
    """
    facts = _facts("claims", service, evidence)
    try:
        record = ClaimRecord.model_validate_json(json.dumps(facts["record"]))
        known = Known.model_validate_json(json.dumps(facts["known"]))
    except (KeyError, ValidationError):
        return None
    return judge_claims(record, _completed(known, service, evidence, policies or {}))


def _completed(known: Known, service: Service, evidence: Body, policies: Mapping[str, Outcome]) -> Known:
    unchanged = _facts("claims", service, evidence).get("unchanged") or {}
    return known.model_copy(
        update={
            "suite": _suite(_facts("suite", service, evidence), unchanged.get("code")),
            "scores": _scores(_facts("accuracy", service, evidence), unchanged.get("data")),
            "latency": _latency(_facts("latency", service, evidence)),
            "policies": dict(policies),
            "evidence": {source: _digests(question, service, evidence) for source, question in _SOURCES.items()},
        }
    )


def _suite(facts: Mapping[str, Any], unchanged: bool | None) -> SuiteKnown | None:  # noqa: FBT001 - three states, as the facts have them
    """Give the runs that say something about the code: not those whose surroundings were to blame, nor those that met a limit."""
    if facts.get("not_the_code"):
        return None
    runs = [one for one in facts.get("runs", []) if "passed" in one and not one.get("met_limit") and not one.get("problem")]
    counted = tuple(
        Run(passed=one["passed"], failed=one.get("failed", 0) + one.get("errors", 0), skipped=one.get("skipped", 0), total=one["total"]) for one in runs
    )
    return SuiteKnown(runs=counted, unchanged_since_report=unchanged) if counted else None


def _scores(facts: Mapping[str, Any], unchanged: bool | None) -> ScoresKnown | None:  # noqa: FBT001 - the same
    if not facts.get("n"):
        return None
    named = {name: facts.get(name) for name in ("n", "accuracy", "precision", "recall", "f1")}
    return ScoresKnown.model_validate({**named, "unchanged_since_report": unchanged})


def _latency(facts: Mapping[str, Any]) -> dict[str, float]:
    return {one["name"]: float(one["p95"]) for one in facts.get("endpoints", []) if one.get("p95") is not None}


def _facts(question: str, service: Service, evidence: Body) -> Mapping[str, Any]:
    """Give the facts of the evidence on one question about a service; of several, the one whose digest is least: order must not matter."""
    digests = _digests(question, service, evidence)
    return evidence[digests[0]].facts if digests else {}


def _digests(question: str, service: Service, evidence: Body) -> tuple[str, ...]:
    return tuple(sorted(digest for digest, one in evidence.items() if one.leg == (question, service.id) and not one.errored))
