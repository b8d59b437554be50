"""Builders of evidence and cases for the tests of the pure core."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from atom_release.gate import criteria
from atom_release.gate.evidence import Evidence, NegativeControl
from atom_release.gate.legs import Case
from atom_release.gate.manifest import Manifest
from atom_release.gate.vocabulary import Answer, Assurance, ControlState

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
COMMIT, TREE = "a" * 40, "b" * 40
# Suites, latency and claims have rules of their own, tested where they are; here every leg is decided by its evidence alone.
MANIFEST = Manifest.model_validate(
    {
        "release": {"phase": "X", "name": "Example", "version": "v1", "tag": "v1", "branch": "review/v1"},
        "services": [{"id": "X.1", "name": "one", "source": ["src"], "report": "r.md", "health": "/health", "metrics": "/metrics"}],
        "expected": ["AC5", "AC6", "P-2", "P-4"],
    }
)
LEGS = sorted({(leg.question, leg.subject) for one in criteria.expected(MANIFEST) for leg in criteria.legs(MANIFEST, one.id) if leg.applies})


def evidence_for(leg: tuple[str, str], answer: Answer = Answer.YES, **rest: object) -> Evidence:
    fields: dict[str, object] = {
        "question": leg[0],
        "subject": leg[1],
        "answer": answer,
        "reason": "asked",
        "commit": COMMIT,
        "tree": TREE,
        "observed_at": NOW - timedelta(minutes=1),
        "assurance": Assurance.REHEARSED,
        "control": NegativeControl(state=ControlState.ALIVE, changed="something", found="red"),
    }
    return Evidence.model_validate({**fields, **rest})


def case_of(evidence: list[Evidence], manifest: Manifest = MANIFEST) -> Case:
    return Case(manifest, COMMIT, TREE, NOW, {f"{index:064x}": one for index, one in enumerate(evidence)})


def all_good() -> list[Evidence]:
    return [evidence_for(leg) for leg in LEGS]
