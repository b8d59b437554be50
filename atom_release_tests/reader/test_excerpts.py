"""Excerpts in the forms of public reports with the values that a careful person reads.

They lie beside the project; where they are absent, nothing is tested here.
"""

from __future__ import annotations

import json
from typing import Any

import pytest

from atom_release.gate.claims.record import ClaimRecord
from atom_release.reader import read_report
from atom_release_tests.fixtures.beside import ABSENT, find_shared

_SHARED = find_shared("reader", "excerpts.json")
pytestmark = [
    pytest.mark.shared,
    pytest.mark.skipif(_SHARED is None, reason="the excerpts are not beside this project"),
]
EXCERPTS = json.loads(_SHARED.read_text(encoding="utf-8")) if _SHARED else []


def _values(record: ClaimRecord) -> dict[str, Any]:
    tests = record.tests.model_dump() if record.tests else None
    return {
        "status": record.status.value,
        "date": (record.date or "")[:10],
        "tests": tests,
        "tests_total": tests and tests["total"],
        "tests_passed": tests and tests["passed"],
        "policies": record.policies,
        "deliverables": list(record.deliverables),
        "latency": [claim.value for claim in record.claims if claim.kind.value == "latency"],
        "coverage": [claim.value for claim in record.claims if claim.kind.value == "coverage"],
        "findings": list(record.findings),
    }


@pytest.mark.parametrize(
    "excerpt", EXCERPTS or ABSENT, ids=lambda excerpt: f"{excerpt['id']} {excerpt['kind']}"
)
def test_an_excerpt_is_read_as_a_careful_person_does(excerpt: dict[str, Any]) -> None:
    expected = dict(excerpt["expect"])
    name = "report.json" if expected.pop("json", False) else "report.md"
    values = _values(read_report(name, excerpt["text"].encode()))
    refused = expected.pop("status_not", None)
    assert values["status"] != refused
    assert {key: values[key] for key in expected} == expected
