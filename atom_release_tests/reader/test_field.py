"""Real reports with labels by hand, where they lie beside the project.

Every label is met, and nothing is read beyond them.
"""

from __future__ import annotations

import json
from functools import cache
from typing import Any

import pytest

from atom_release.gate.claims.record import ClaimRecord
from atom_release.reader import read_report
from atom_release_tests.fixtures.beside import ABSENT, find_shared

_SHARED = find_shared("atom")
pytestmark = [
    pytest.mark.shared,
    pytest.mark.skipif(
        _SHARED is None, reason="the labelled real reports are not beside this project"
    ),
]


def _labels() -> list[dict[str, Any]]:
    if _SHARED is None:
        return []
    labels: list[dict[str, Any]] = json.loads((_SHARED / "phase_c_labels.json").read_text())
    return labels


LABELLED = _labels()


@cache
def _read(path: str) -> ClaimRecord:
    assert _SHARED is not None
    return read_report(path, (_SHARED / path).read_bytes())


@pytest.fixture
def record(label: dict[str, Any]) -> ClaimRecord:
    """What is read of the report with that label: read when it is asked of, not at collection."""
    return _read(label["path"])


@pytest.mark.parametrize("label", LABELLED or ABSENT, ids=lambda label: label["path"])
def test_a_real_report_is_read_as_labelled(record: ClaimRecord, label: dict[str, Any]) -> None:
    assert (record.status.value, record.status_raw) == (label["status"], label["status_raw"])
    assert (record.task_id, record.title, record.service, record.branch) == (
        label["task_id"],
        label["title"],
        label["service"],
        label["branch"],
    )
    assert record.date == (label["date"].split(" ")[0] if label["date"] else None)
    assert record.tests is not None
    assert record.tests.model_dump() == {
        name: label["tests"][name] for name in ("passed", "failed", "skipped", "total")
    }
    assert record.policies == {
        name: status if status in {"PASS", "FAIL", "BLOCKED"} else None
        for name, status in label["policies"].items()
    }


@pytest.mark.parametrize("label", LABELLED or ABSENT, ids=lambda label: label["path"])
def test_deliverables_are_those_labelled_as_written_or_resolved(
    record: ClaimRecord, label: dict[str, Any]
) -> None:
    resolved = [entry.split(" (")[0] for entry in label["deliverables"]]
    assert len(record.deliverables) == len(resolved)
    assert all(
        any(full == name or full.endswith(f"/{name}") for full in resolved)
        for name in record.deliverables
    )


@pytest.mark.parametrize("label", LABELLED or ABSENT, ids=lambda label: label["path"])
def test_the_environment_is_that_labelled(record: ClaimRecord, label: dict[str, Any]) -> None:
    fallbacks = {
        row["variable"]: (row["status"], row["fallback"]) for row in label["env_fallbacks"]
    }
    read = {row.variable: (row.status, row.fallback) for row in record.environment}
    variables = {name for name in fallbacks if name.isupper()}
    assert variables <= set(read) <= set(fallbacks)
    assert all(read[name] == fallbacks[name] for name in read)


@pytest.mark.parametrize("label", LABELLED or ABSENT, ids=lambda label: label["path"])
def test_no_score_or_latency_is_read_beyond_the_labels(
    record: ClaimRecord, label: dict[str, Any]
) -> None:
    labelled = {
        (claim.get("metric", "accuracy"), claim["value"]) for claim in label["accuracy_claims"]
    }
    scores = {
        (claim.kind.value, claim.value)
        for claim in record.claims
        if claim.kind.value in {"accuracy", "precision", "recall", "f1"}
    }
    assert scores <= labelled
    assert {
        (kind, value) for kind, value in labelled if kind != "accuracy" or value == 0.818
    } <= scores
    bounds = {
        (claim["value"], claim["unit"], claim["cmp"]) for claim in label["other_latency_claims"]
    }
    latency = {
        (claim.value, claim.unit, claim.comparator)
        for claim in record.claims
        if claim.kind.value == "latency"
    }
    assert latency <= bounds  # and so no p95: none was measured


def test_the_two_known_contradictions_are_found() -> None:
    if not LABELLED:
        pytest.skip("nothing labelled")
    records = [_read(label["path"]) for label in LABELLED]
    contradictions = {record.task_id: len(record.findings) for record in records}
    assert contradictions == {"C.1": 0, "C.2": 0, "C.3": 1, "C.4": 0, "C.5": 1}
