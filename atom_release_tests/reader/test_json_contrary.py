"""What a JSON report says against its own PASS, and what in it does not."""

from __future__ import annotations

import json
from typing import Any

import pytest

from atom_release.reader import read_report

AGAINST: dict[str, dict[str, Any]] = {
    "counts tests that fail": {"status": "PASS", "notes": "3 tests failed"},
    "speaks against it": {"status": "PASS", "summary": "Not ready for production"},
    "says that its results are none": {"status": "PASS", "remark": "No tests were run"},
    "says that it did not pass": {"status": "PASS", "ready": False},
    "has an exit status that is not 0": {"status": "PASS", "exit_code": 1},
    "lists what failed": {"success": True, "failed_tests": ["queue"]},
    "is of a test that failed": {"status": "PASS", "results": [{"name": "queue", "status": "FAILED"}]},
}  # fmt: skip


@pytest.mark.parametrize("kind", AGAINST)
def test_what_speaks_against_a_pass_takes_it(kind: str) -> None:
    record = read_report("report.json", json.dumps(AGAINST[kind], indent=1).encode())
    assert record.status == "UNREAD"
    assert kind in str(record.doubt)


def test_a_suite_below_the_total_that_fails_is_told_with_its_line() -> None:
    report = {"status": "PASS", "tests": {"passed": 10, "failed": 0}, "suites": [{"passed": 8, "failed": 2}]}  # fmt: skip
    record = read_report("report.json", json.dumps(report, indent=1).encode())
    assert record.doubt == "line 10 counts tests that fail: '\"failed\": 2'"


@pytest.mark.parametrize(
    "report",
    [
        {"status": "PASS", "notes": "0 tests failed"},
        {"status": "PASS", "ready": True, "exit_code": 0, "failed_tests": []},
        {"status": "PASS", "previous": {"status": "FAIL", "tests": {"passed": 1, "failed": 2}}},
        {"status": "PASS", "history": ["3 tests failed before the fix"]},
        {"status": "PASS", "results": [{"name": "queue", "status": "PASSED", "passed": True}]},
        {"status": "PASS", "example": {"results": [{"status": "FAILED"}]}},
        {"status": "PASS", "tests": {"passed": 3, "failed": 0}, "failed": 0},
    ],
)
def test_what_does_not_speak_against_it_leaves_it(report: dict[str, Any]) -> None:
    record = read_report("report.json", json.dumps(report, indent=1).encode())
    assert record.status == "PASS"
    assert record.doubt is None
