"""Last lines of runners in an order or a shape of their own, and what looks like them and is none."""

from __future__ import annotations

import pytest

from atom_release.gate.claims.record import ClaimKind, ReportStatus
from atom_release.reader import read_report
from atom_release.reader.words import status_of

_REPORT = "# Router\n\n## Test Results\n\n```\n{}\n```\n"
_PRINTED = [
    ("42 tests completed, 2 failed, 1 skipped\n\nBUILD FAILED in 3s", (39, 2, 1, 42)),
    ("FAILURES!\nTests: 42, Assertions: 120, Failures: 2, Skipped: 1.", (39, 2, 1, 42)),
    ("Tests: 42, Assertions: 120, Errors: 1, Failures: 2.", (39, 3, 0, 42)),
    ("DONE 42 tests, 1 skipped, 2 failures in 1.204s", (39, 2, 1, 42)),
    ("ok | 42 passed (7 steps) | 0 failed | 1 ignored (812ms)", (42, 0, 1, 43)),
    ("FAILED | 40 passed | 2 failed (1s)", (40, 2, 0, 42)),
    ("00:05 +42: All tests passed!", (42, 0, 0, 42)),
    ("00:07 +40 ~1 -2: Some tests failed.", (40, 2, 1, 43)),
    ("42 runs, 120 assertions, 1 failures, 1 errors, 2 skips", (38, 2, 2, 42)),
    ("Finished in 0.1 seconds\n3 doctests, 42 tests, 1 failure, 2 skipped", (39, 1, 2, 42)),
    (
        "[==========] 42 tests from 5 test suites ran.\n[  PASSED  ] 40 tests.\n[  FAILED  ] 2 tests, listed below:\n",
        (40, 2, 0, 42),
    ),
    ("Running 43 tests using 4 workers\n  1 skipped\n  42 passed (12.3s)", (42, 0, 1, 43)),
]


@pytest.mark.parametrize(("printed", "expected"), _PRINTED)
def test_what_a_runner_prints_last_is_the_suite_s(
    printed: str, expected: tuple[int, int, int, int]
) -> None:
    tests = read_report("report.md", _REPORT.format(printed).encode()).tests
    assert tests is not None
    assert (tests.passed, tests.failed, tests.skipped, tests.total) == expected


_NO_RUN = [
    "Running 43 tests using 4 workers\n  1 flaky\n  42 passed (12.3s)",
    "Running 43 tests using 4 workers\n  42 passed (12.3s)",
    "[  PASSED  ] 42 tests.",
    "  42 passed (12.3s)\n  3 files",
    "Tests: 1, Assertions: 9, Failures: 2.",
    "job: 42 tests completed, 2 failed, see the log",
]


@pytest.mark.parametrize("printed", _NO_RUN)
def test_what_does_not_add_up_or_is_part_of_a_line_is_no_run(printed: str) -> None:
    assert read_report("report.md", _REPORT.format(printed).encode()).tests is None


@pytest.mark.parametrize("lead", ["Expected output:", "Example:", "Erwartete Ausgabe:"])
def test_what_a_line_announces_as_expected_was_not_run(lead: str) -> None:
    text = f"# Router\n\n{lead}\n\n```\n42 passed in 1.2s\n```\n"
    assert read_report("report.md", text.encode()).tests is None


@pytest.mark.parametrize("lead", ["Output:", "Everything passes as expected:", "We ran the suite:"])
def test_what_a_line_announces_as_output_was_run(lead: str) -> None:
    text = f"# Router\n\n{lead}\n\n```\n42 passed in 1.2s\n```\n"
    tests = read_report("report.md", text.encode()).tests
    assert tests is not None
    assert tests.passed == 42


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("4 out of 6 services done", ReportStatus.PARTIAL),
        ("3 of 5 tasks complete", ReportStatus.PARTIAL),
        ("3 von 5 Aufgaben erledigt", ReportStatus.PARTIAL),
        ("Complete (except billing)", ReportStatus.PARTIAL),
        ("Completado (excepto facturación)", ReportStatus.PARTIAL),
        ("5 of 5 tasks complete", ReportStatus.PASS),
        ("Phase 3 of 5 complete", ReportStatus.PASS),
        ("Complete (see the exceptions list)", ReportStatus.PASS),
        ("PASS (30 of 30 tests)", ReportStatus.PASS),
    ],
)
def test_a_share_in_words_or_an_exception_is_not_the_whole(text: str, status: ReportStatus) -> None:
    assert status_of(text) is status


def _coverage(text: str) -> list[object]:
    claims = read_report("report.md", f"# Router\n\n{text}\n".encode()).claims
    return [claim.value for claim in claims if claim.kind is ClaimKind.COVERAGE]


def test_a_coverage_below_goals_is_one_that_is_aimed_at() -> None:
    assert _coverage("## Goals\n\n- Coverage: 90%") == []
    assert _coverage("## Goals\n\n- Coverage: 91% (goal: 90%)") == [91.0]
    assert _coverage("## Summary\n\n- Coverage: 90%") == [90.0]


def test_the_total_of_go_s_cover_tool_is_the_coverage() -> None:
    assert _coverage(
        "## Coverage\n\n```\na.go:1:\tSort\t80.0%\ntotal:\t(statements)\t91.5%\n```"
    ) == [91.5]
