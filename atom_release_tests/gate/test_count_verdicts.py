"""A count is contradicted only by runs of the code that it was said of."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from atom_release.gate.claims import count_verdicts
from atom_release.gate.claims.ledger import judge_claims
from atom_release.gate.claims.record import ClaimKind, ClaimRecord, ReportStatus, TestCounts
from atom_release.gate.claims.service_facts import (
    Counts,
    Known,
    LineAge,
    Run,
    SuiteKnown,
)
from atom_release.gate.facts.suite import RunFacts
from atom_release.gate.vocabulary import ClaimVerdict
from atom_release.reader import read_report
from atom_release_tests.fixtures.known_service import (
    GREEN_RUN,
    KNOWN,
    make_claim,
    verdict_of,
    with_runs,
)

_VERIFIED, _CONTRADICTED, _UNVERIFIED = (
    ClaimVerdict.VERIFIED,
    ClaimVerdict.CONTRADICTED,
    ClaimVerdict.UNVERIFIED,
)


_EIGHT = make_claim(ClaimKind.TESTS, 8, unit="passed", comparator="=")
_SAID = {"tests": TestCounts(passed=8, failed=0, skipped=0, total=8)}


@pytest.mark.parametrize(
    ("facts", "verdict", "why"),
    [
        (Known(), _UNVERIFIED, "no conclusive run"),
        (with_runs(), _UNVERIFIED, "no conclusive run"),
        (with_runs(Run(passed=8, failed=0, skipped=0, total=8)), _VERIFIED, "1 of 1 runs"),
        (
            with_runs(Run(passed=8, failed=0, skipped=0, total=8), unchanged=False),
            _VERIFIED,
            "1 of 1 runs",
        ),
        (
            with_runs(GREEN_RUN, Run(passed=8, failed=1, skipped=1, total=10)),
            _UNVERIFIED,
            "holds in 1 of 2 runs",
        ),
        (with_runs(GREEN_RUN, GREEN_RUN), _CONTRADICTED, "passed in 2 runs"),
        (with_runs(GREEN_RUN, guessed=("SEAL",)), _UNVERIFIED, "with made values of SEAL"),
        (with_runs(GREEN_RUN, unchanged=False), _UNVERIFIED, "superseded"),
        (with_runs(GREEN_RUN, unchanged=None), _UNVERIFIED, "history does not tell"),
        (
            with_runs(GREEN_RUN, unchanged=False, then=(GREEN_RUN, GREEN_RUN)),
            _CONTRADICTED,
            "no run of 2 at the commit that added the report",
        ),
        (
            with_runs(
                GREEN_RUN,
                unchanged=False,
                then=(GREEN_RUN, Run(passed=8, failed=0, skipped=0, total=8)),
            ),
            _UNVERIFIED,
            "it held at the commit",
        ),
        (with_runs(Run(passed=6, failed=0, skipped=2, total=8)), _UNVERIFIED, "skips"),
        (with_runs(Run(passed=6, failed=2, skipped=0, total=8)), _CONTRADICTED, "the suite has"),
    ],
)
def test_a_count_is_contradicted_only_by_the_code_it_was_said_of(
    facts: Known, verdict: ClaimVerdict, why: str
) -> None:
    (row,) = judge_claims(
        ClaimRecord.model_validate({"path": "r.md", "claims": (_EIGHT,), **_SAID}), facts
    )
    assert (row.verdict, why in row.reason) == (verdict, True), row.reason


@pytest.mark.parametrize(
    ("run", "skipped"),
    [
        (Run(passed=6, failed=0, skipped=2, total=8), True),
        (Run(passed=8, failed=0, skipped=0, total=8), False),
        (Run(passed=9, failed=0, skipped=0, total=9), False),
    ],
    ids=["two of them", "none", "another count"],
)
def test_what_no_run_passed_cannot_be_counted_as_passed(run: Run, *, skipped: bool) -> None:
    """A test that is switched off, or expected to fail, is not one that passes."""
    record = ClaimRecord.model_validate({"path": "r.md", "claims": (_EIGHT,), **_SAID})
    assert count_verdicts.counts_skipped(_EIGHT, record, with_runs(run)) is skipped


def test_more_tests_that_run_here_than_where_the_report_was_written_are_no_skips() -> None:
    six = make_claim(ClaimKind.TESTS, 6, unit="passed", comparator="=")
    counts = TestCounts(passed=6, failed=0, skipped=2, total=8)
    record = ClaimRecord.model_validate({"path": "r.md", "claims": (six,), "tests": counts})
    run = Run(passed=8, failed=0, skipped=0, total=8)
    assert not count_verdicts.counts_skipped(six, record, with_runs(run))


def test_a_total_that_held_when_the_report_came_is_superseded() -> None:
    eight = make_claim(ClaimKind.TESTS, 8, unit="total")
    held, other = (Run(passed=total, failed=0, skipped=0, total=total) for total in (8, 7))
    assert verdict_of(eight, with_runs(GREEN_RUN, unchanged=False, then=(held,))) is _UNVERIFIED
    assert verdict_of(eight, with_runs(GREEN_RUN, unchanged=False, then=(other,))) is _CONTRADICTED


def test_a_total_may_leave_skips_out() -> None:
    assert (
        verdict_of(make_claim(ClaimKind.TESTS, 9, unit="total"), with_runs(GREEN_RUN)) is _VERIFIED
    )


def test_a_pass_over_its_own_failures_is_contradicted() -> None:
    status = make_claim(ClaimKind.STATUS, "PASS")
    assert verdict_of(status, Known(), tests=TestCounts(passed=9, failed=2)) is _CONTRADICTED
    assert verdict_of(status, Known(), tests=TestCounts(passed=9, failed=0)) is _UNVERIFIED
    assert verdict_of(status, Known()) is _UNVERIFIED
    assert verdict_of(status, with_runs(GREEN_RUN)) is _VERIFIED
    assert (
        verdict_of(status, with_runs(GREEN_RUN, Run(passed=8, failed=1, skipped=1, total=10)))
        is _UNVERIFIED
    )
    assert verdict_of(status, with_runs(Run(passed=0, failed=0, skipped=9, total=9))) is _UNVERIFIED
    assert (
        verdict_of(make_claim(ClaimKind.STATUS, ReportStatus.SIMULATED.value), with_runs(GREEN_RUN))
        is _UNVERIFIED
    )


@pytest.mark.parametrize(
    ("passed", "wanted"),
    [((9, 8), False), ((8, 8), True)],
    ids=["some run agrees", "no run agrees"],
)
def test_only_a_count_that_no_run_agrees_with_wants_a_rerun(
    passed: tuple[int, int],
    wanted: bool,  # noqa: FBT001 - a table
) -> None:
    record = read_report("r.md", b"# B.7 Router\n\n## Tests\n\n9 passed, 0 failed\n")
    runs = tuple(Run(passed=count, failed=0, skipped=0, total=count) for count in passed)
    facts = Known(suite=SuiteKnown(runs=runs, unchanged_since_report=False))
    assert bool(count_verdicts.unsettled_counts(record, facts)) is wanted


_TWO_LINES = b"# B.7 Router\n\n## Tests\n\n7 passed, 0 failed\n"


def _aged(*, unchanged: bool | None, then: tuple[Run, ...] = (), at: str = "old") -> Known:
    """Return what is known where the report came with the code and its fifth line is older."""
    age = LineAge(
        commit="old",
        written=datetime(2026, 1, 1, tzinfo=UTC),
        code_unchanged=unchanged,
        data_unchanged=unchanged,
    )
    facts = with_runs(GREEN_RUN, unchanged=True, then=then)
    assert facts.suite is not None
    return facts.model_copy(
        update={
            "lines": {5: age},
            "suite": facts.suite.model_copy(update={"rerun_commit": at if then else None}),
        }
    )


@pytest.mark.parametrize(
    ("facts", "verdict", "why"),
    [
        (_aged(unchanged=True), _CONTRADICTED, "as they were"),
        (_aged(unchanged=False), _UNVERIFIED, "superseded"),
        (_aged(unchanged=None), _UNVERIFIED, "history does not tell"),
        (_aged(unchanged=True).model_copy(update={"lines": {}}), _UNVERIFIED, "does not tell"),
        (_aged(unchanged=False, then=(GREEN_RUN,)), _CONTRADICTED, "no run of 1"),
        (_aged(unchanged=False, then=(GREEN_RUN,), at="newer"), _UNVERIFIED, "superseded"),
    ],
    ids=["as then", "code moved", "cut", "no blame", "re-run", "re-run elsewhere"],
)
def test_a_count_is_as_old_as_its_line_and_not_as_the_report(
    facts: Known, verdict: ClaimVerdict, why: str
) -> None:
    """An edit elsewhere in the report makes no old sentence new."""
    rows = judge_claims(read_report("r.md", _TWO_LINES), facts)
    (row,) = [row for row in rows if row.said == "7 passed"]
    assert (row.verdict, why in row.reason) == (verdict, True), row.reason


def test_pytest_s_own_line_counts_a_teardown_s_error_apart() -> None:
    """Four calls passed and one of them could not be torn down: "4 passed, 1 error" is true."""
    run = Run(
        passed=3,
        failed=1,
        skipped=0,
        total=4,
        printed=Counts(passed=4, failed=1, skipped=0, total=5),
    )
    for summary, verdict in (
        (b"4 passed, 1 error in 0.1s", _VERIFIED),
        (b"5 passed, 1 error in 0.1s", _CONTRADICTED),
    ):
        record = read_report("r.md", b"# B.7\n\n**Status:** PARTIAL\n\n```\n%s\n```\n" % summary)
        rows = judge_claims(record, with_runs(run, run))
        assert {row.verdict for row in rows if row.said.endswith(" passed")} == {verdict}, rows


def test_a_last_line_that_counts_other_tests_than_the_results_verifies_nothing() -> None:
    """Nor does it contradict: both numbers are told."""
    swollen = Counts(passed=1843, failed=0, skipped=0, total=1843)
    run = Run(passed=2, failed=0, skipped=0, total=2, doubted=swollen)
    for summary, verdict in (
        (b"2 passed", _VERIFIED),
        (b"1843 passed", _UNVERIFIED),
        (b"9 passed", _CONTRADICTED),
    ):
        record = read_report("r.md", b"# B.7\n\n**Status:** PARTIAL\n\n**Tests:** %s\n" % summary)
        (row,) = [
            row for row in judge_claims(record, with_runs(run, run)) if row.said.endswith("ed")
        ]
        assert row.verdict == verdict, row
        assert ("counts 1843 passed and its results, test by test, 2" in row.reason) is (
            verdict is _UNVERIFIED
        )


@pytest.mark.parametrize(
    ("results", "counted", "agree"),
    [
        ((2, 0, 0, 0), {"passed": 2}, True),
        ((2, 0, 0, 0), {"passed": 1843}, False),
        ((2, 0, 0, 0), {"passed": 1}, False),
        ((2, 0, 0, 0), {"passed": 2, "failed": 1}, False),
        ((2, 0, 0, 0), {"passed": 2, "skipped": 40}, False),
        ((2, 0, 0, 0), {"passed": 2, "error": 40}, False),
        ((2, 0, 0, 0), {"passed": 2, "xpassed": 40}, False),
        ((1, 1, 0, 0), {"passed": 2}, False),
        ((3, 0, 0, 2), {"passed": 2, "xpassed": 1, "skipped": 1, "xfailed": 1}, True),
        ((3, 0, 1, 0), {"passed": 4, "error": 1}, True),
        ((3, 0, 1, 0), {"passed": 3, "error": 2}, True),
        ((3, 1, 0, 0), {"passed": 4, "failed": 3}, True),
        ((3, 1, 0, 0), {"passed": 3, "failed": 9}, False),
    ],
)
def test_a_last_line_is_of_the_tests_that_the_results_name(
    results: tuple[int, int, int, int],
    counted: dict[str, int],
    agree: bool,  # noqa: FBT001 - a parameter
) -> None:
    """Teardowns, expected failures and subtests differ honestly; three failures were heard."""
    passed, failed, errors, skipped = results
    run = RunFacts(
        passed=passed, failed=failed, errors=errors, skipped=skipped, counted=counted, failures=3
    )
    assert run.counts_agree is agree


def test_a_stated_pass_is_verified_by_a_suite_that_was_seen_to_need_the_code() -> None:
    suite = KNOWN.suite
    assert suite is not None
    for held, verdict in ((True, _VERIFIED), (False, _UNVERIFIED)):
        facts = Known(suite=suite.model_copy(update={"control_held": held}))
        assert verdict_of(make_claim(ClaimKind.STATUS, ReportStatus.PASS), facts) is verdict
