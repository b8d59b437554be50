"""CONTRADICTED needs proof.

A change of any one number or status in a report that holds flips that claim and no other.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atom_release.gate.claims import count_verdicts, printed_numbers
from atom_release.gate.claims.ledger import LedgerRow, decide_claims, disagreements, judge_claims
from atom_release.gate.claims.record import Claim, ClaimKind, ClaimRecord, ReportStatus, TestCounts
from atom_release.gate.claims.service_facts import (
    Counts,
    FileSize,
    Known,
    LineAge,
    MeasuredLatency,
    Run,
    ScoresKnown,
    SuiteKnown,
)
from atom_release.gate.facts.latency import Load
from atom_release.gate.facts.suite import RunFacts
from atom_release.gate.vocabulary import Answer, ClaimVerdict, Outcome
from atom_release.reader import read_report

SINGLE = Load(model="single", rate=20)
GREEN_RUN = Run(passed=9, failed=0, skipped=1, total=10)
KNOWN = Known(
    report="reports/router.md",
    suite=SuiteKnown(runs=(GREEN_RUN,) * 5, control_held=True, unchanged_since_report=True),
    deliverables={
        "services/router/app.py": ("services/router/app.py",),
        "009_parcels.sql": ("infra/db/009_parcels.sql",),
        "gone.py": (),
        "vendor/a.py": None,
    },
    sizes={"services/router/app.py": FileSize(bytes=4100, lines=120)},
    scores=ScoresKnown(
        n=500,
        accuracy=0.818,
        precision=0.82,
        recall=0.88,
        f1=0.8489,
        answered_positive=300,
        labelled_positive=280,
        unchanged_since_report=True,
    ),
    policies={"P-1": Outcome.PASS, "P-2": Outcome.PASS, "P-5": Outcome.FAIL},
    code_unchanged_since_report=True,
    latency=(
        MeasuredLatency(endpoint="route", method="POST", path="/route", p95=21.3, load=SINGLE),
    ),
    branch_exists=True,
    added=datetime(2026, 3, 1, 12, tzinfo=UTC),
    history_complete=True,
    endpoints=("POST /route",),
    tables=("public.parcels",),
    views=("late_parcels",),
    evidence={"suite": ("d1",), "tree": ("d2",)},
)
REPORT = """# B.7 Parcel router

**Task:** B.7
**Status:** ✅ PASS
**Branch:** feat/router
**Date:** 2026-03-01

## Test Results

| Count | Tests |
|---|---|
| Passed | 9 |
| Failed | 0 |
| Skipped | 1 |
| Total | 10 |

## Policy Compliance

| Policy | Status |
|---|---|
| P-1 | PASS |
| P-2 | PASS |

## Model

- Accuracy: 81.8%
- Precision: 0.820
- Recall: 88.0%
- F1: 0.849

## Performance

- p95 latency of route: 30 ms

## API

- `POST /route`
- table `parcels`
- view `late_parcels`

## Files

- `services/router/app.py` (120 lines)
- `009_parcels.sql`
"""
_VERIFIED, _CONTRADICTED, _UNVERIFIED = (
    ClaimVerdict.VERIFIED,
    ClaimVerdict.CONTRADICTED,
    ClaimVerdict.UNVERIFIED,
)


def _ledger(text: str = REPORT, facts: Known = KNOWN) -> tuple[LedgerRow, ...]:
    return judge_claims(read_report("reports/router.md", text.encode()), facts)


def _claim(kind: ClaimKind, value: str | float, **rest: Any) -> Claim:  # noqa: ANN401 - fields of a claim
    return Claim(kind=kind, value=value, line=1, text=rest.pop("text", f"{value}"), **rest)


def _verdict(claim: Claim, facts: Known = KNOWN, **record: Any) -> ClaimVerdict:  # noqa: ANN401 - fields of a record
    (row,) = judge_claims(ClaimRecord(path="reports/router.md", claims=(claim,), **record), facts)
    return row.verdict


def test_every_claim_of_a_report_that_holds_is_verified() -> None:
    rows = _ledger()
    underived = {
        ClaimKind.THROUGHPUT,
        ClaimKind.COVERAGE,
        ClaimKind.VERSION,
        ClaimKind.COMMIT,
        ClaimKind.ERROR_RATE,
        ClaimKind.COMMAND,
        ClaimKind.BLOCKER,
    }
    assert {row.kind for row in rows} == set(ClaimKind) - underived
    assert [row for row in rows if row.verdict is not _VERIFIED] == []
    assert decide_claims(rows) == (
        Answer.YES,
        "no deciding claim is contradicted; 11 of 11 verified",
    )
    assert {row.reason for row in rows if row.kind is ClaimKind.TESTS} == {"5 of 5 runs"}
    assert {row.evidence for row in rows if row.kind is ClaimKind.TESTS} == {("d1",)}


MUTATIONS = [
    (12, "9", "12", _CONTRADICTED), (13, "0", "1", _CONTRADICTED), (14, "1", "3", _CONTRADICTED), (15, "10", "13", _CONTRADICTED),
    (4, "✅ PASS", "❌ FAIL", _UNVERIFIED), (4, "PASS", "BLOCKED", _UNVERIFIED), (5, "feat/router", "feat/other", _CONTRADICTED), (6, "2026-03-01", "2025-03-01", _CONTRADICTED),
    (21, "PASS", "FAIL", _CONTRADICTED), (22, "PASS", "BLOCKED", _UNVERIFIED),
    (26, "81.8", "91.8", _CONTRADICTED), (27, "0.820", "0.920", _CONTRADICTED), (28, "88.0", "78.0", _CONTRADICTED), (29, "0.849", "0.949", _CONTRADICTED), (26, "81.8", "81.9", _UNVERIFIED),
    (33, "30", "3", _UNVERIFIED), (37, "/route", "/rout", _UNVERIFIED), (38, "parcels", "parcel", _UNVERIFIED), (39, "late", "lost", _UNVERIFIED), (43, "120", "121", _UNVERIFIED),
]  # fmt: skip


@pytest.mark.parametrize(("number", "old", "new", "verdict"), MUTATIONS)
def test_a_change_of_one_number_or_status_flips_that_claim_alone(
    number: int, old: str, new: str, verdict: ClaimVerdict
) -> None:
    lines = REPORT.split("\n")
    assert old in lines[number - 1]
    lines[number - 1] = lines[number - 1].replace(old, new)
    facts = KNOWN.model_copy(update={"branch_exists": False}) if new == "feat/other" else KNOWN
    expected = _UNVERIFIED if new == "feat/other" else verdict  # an absent branch accuses nobody
    before, after = _ledger(), _ledger("\n".join(lines), facts)
    assert [row.where for row in after] == [row.where for row in before]
    flipped = [
        (was, now) for was, now in zip(before, after, strict=True) if was.verdict is not now.verdict
    ]
    assert [(was.where, now.verdict) for was, now in flipped] == [
        (f"reports/router.md:{number}", expected)
    ]
    decides = flipped[0][1].decides and expected is _CONTRADICTED
    assert decide_claims(after)[0] is (Answer.NO if decides else Answer.YES)


def test_all_numbers_and_statuses_of_the_report_are_among_the_changes() -> None:
    """Every line that the ledger has a row for is changed above, paths aside."""
    rows = {
        int(row.where.rpartition(":")[2])
        for row in _ledger()
        if row.kind is not ClaimKind.DELIVERABLE
    }
    assert rows == {number for number, *_ in MUTATIONS}


def test_a_missing_deliverable_contradicts_and_names_its_line() -> None:
    rows = _ledger(REPORT.replace("009_parcels.sql", "gone.py"))
    assert decide_claims(rows)[0] is Answer.NO
    assert "reports/router.md:44 says gone.py" in decide_claims(rows)[1]


@pytest.mark.parametrize(
    ("path", "paths", "verdict"),
    [
        ("a.py", None, _UNVERIFIED),
        ("a.py", ("x/a.py", "y/a.py"), _UNVERIFIED),
        ("router.md", ("reports/router.md",), _UNVERIFIED),
        ("a.py", (), _CONTRADICTED),
    ],
)
def test_a_deliverable_needs_one_file_that_is_not_the_report(
    path: str, paths: tuple[str, ...] | None, verdict: ClaimVerdict
) -> None:
    assert (
        _verdict(
            _claim(ClaimKind.DELIVERABLE, path),
            KNOWN.model_copy(update={"deliverables": {path: paths}}),
        )
        is verdict
    )
    assert _verdict(_claim(ClaimKind.DELIVERABLE, "unasked.py")) is _UNVERIFIED


def _suite(*runs: Run, unchanged: bool | None = True, then: tuple[Run, ...] = ()) -> Known:
    return Known(
        suite=SuiteKnown(
            runs=runs, control_held=True, unchanged_since_report=unchanged, runs_at_report=then
        )
    )


_EIGHT = _claim(ClaimKind.TESTS, 8, unit="passed", comparator="=")
_SAID = {"tests": TestCounts(passed=8, failed=0, skipped=0, total=8)}


@pytest.mark.parametrize(
    ("facts", "verdict", "why"),
    [
        (Known(), _UNVERIFIED, "no conclusive run"),
        (_suite(), _UNVERIFIED, "no conclusive run"),
        (_suite(Run(passed=8, failed=0, skipped=0, total=8)), _VERIFIED, "1 of 1 runs"),
        (
            _suite(Run(passed=8, failed=0, skipped=0, total=8), unchanged=False),
            _VERIFIED,
            "1 of 1 runs",
        ),
        (
            _suite(GREEN_RUN, Run(passed=8, failed=1, skipped=1, total=10)),
            _UNVERIFIED,
            "holds in 1 of 2 runs",
        ),
        (_suite(GREEN_RUN, GREEN_RUN), _CONTRADICTED, "passed in 2 runs"),
        (_suite(GREEN_RUN, unchanged=False), _UNVERIFIED, "superseded"),
        (_suite(GREEN_RUN, unchanged=None), _UNVERIFIED, "history does not tell"),
        (
            _suite(GREEN_RUN, unchanged=False, then=(GREEN_RUN, GREEN_RUN)),
            _CONTRADICTED,
            "no run of 2 at the commit that added the report",
        ),
        (
            _suite(
                GREEN_RUN,
                unchanged=False,
                then=(GREEN_RUN, Run(passed=8, failed=0, skipped=0, total=8)),
            ),
            _UNVERIFIED,
            "it held at the commit",
        ),
        (_suite(Run(passed=6, failed=0, skipped=2, total=8)), _UNVERIFIED, "skips"),
        (_suite(Run(passed=6, failed=2, skipped=0, total=8)), _CONTRADICTED, "the suite has"),
    ],
)
def test_a_count_is_contradicted_only_by_the_code_it_was_said_of(
    facts: Known, verdict: ClaimVerdict, why: str
) -> None:
    (row,) = judge_claims(
        ClaimRecord.model_validate({"path": "r.md", "claims": (_EIGHT,), **_SAID}), facts
    )
    assert (row.verdict, why in row.reason) == (verdict, True), row.reason


def test_a_total_that_held_when_the_report_came_is_superseded() -> None:
    eight = _claim(ClaimKind.TESTS, 8, unit="total")
    held, other = (Run(passed=total, failed=0, skipped=0, total=total) for total in (8, 7))
    assert _verdict(eight, _suite(GREEN_RUN, unchanged=False, then=(held,))) is _UNVERIFIED
    assert _verdict(eight, _suite(GREEN_RUN, unchanged=False, then=(other,))) is _CONTRADICTED


def test_a_total_may_leave_skips_out() -> None:
    assert _verdict(_claim(ClaimKind.TESTS, 9, unit="total"), _suite(GREEN_RUN)) is _VERIFIED


def test_a_pass_over_its_own_failures_is_contradicted() -> None:
    status = _claim(ClaimKind.STATUS, "PASS")
    assert _verdict(status, Known(), tests=TestCounts(passed=9, failed=2)) is _CONTRADICTED
    assert _verdict(status, Known(), tests=TestCounts(passed=9, failed=0)) is _UNVERIFIED
    assert _verdict(status, Known()) is _UNVERIFIED
    assert _verdict(status, _suite(GREEN_RUN)) is _VERIFIED
    assert (
        _verdict(status, _suite(GREEN_RUN, Run(passed=8, failed=1, skipped=1, total=10)))
        is _UNVERIFIED
    )
    assert _verdict(status, _suite(Run(passed=0, failed=0, skipped=9, total=9))) is _UNVERIFIED
    assert (
        _verdict(_claim(ClaimKind.STATUS, ReportStatus.SIMULATED.value), _suite(GREEN_RUN))
        is _UNVERIFIED
    )


@pytest.mark.parametrize(
    ("score", "text", "verdict"),
    [
        (0.818, "81.8%", _VERIFIED), (0.82, "82%", _VERIFIED), (0.818, "0.818", _VERIFIED), (0.8180, "81.80 %", _VERIFIED),
        (0.8184, "81.84%", _UNVERIFIED), (0.80, "80%", _UNVERIFIED), (0.90, "90%", _CONTRADICTED), (0.7, "0.70", _CONTRADICTED),
        (0.90, "Cross-validation: 90%", _UNVERIFIED), (0.90, "training accuracy 90%", _UNVERIFIED),
    ],
)  # fmt: skip
def test_a_score_is_compared_at_its_own_precision_and_its_interval(
    score: float, text: str, verdict: ClaimVerdict
) -> None:
    assert _verdict(_claim(ClaimKind.ACCURACY, score, unit="fraction", text=text)) is verdict


@pytest.mark.parametrize("unchanged", [False, None])
def test_a_score_of_other_code_or_rows_accuses_nobody(
    unchanged: bool | None,  # noqa: FBT001 - a case
) -> None:
    facts = KNOWN.model_copy(
        update={"scores": ScoresKnown(n=500, accuracy=0.6, unchanged_since_report=unchanged)}
    )
    assert _verdict(_claim(ClaimKind.ACCURACY, 0.9, text="90%"), facts) is _UNVERIFIED
    assert _verdict(_claim(ClaimKind.RECALL, 0.9, text="90%"), facts) is _UNVERIFIED


@pytest.mark.parametrize(
    ("unanswered", "accuracy", "verdict"),
    [
        (0, 0.6, _CONTRADICTED),
        (500, 0.0, _UNVERIFIED),  # nothing was answered: nothing was scored
        (150, 0.6, _UNVERIFIED),  # those, right, would make 0.9
        (20, 0.6, _CONTRADICTED),  # nor would these
    ],
)
def test_rows_without_an_answer_are_held_against_no_claim(
    unanswered: int, accuracy: float, verdict: ClaimVerdict
) -> None:
    scores = ScoresKnown(
        n=500, accuracy=accuracy, recall=0.0, unanswered=unanswered, unchanged_since_report=True
    )
    facts = KNOWN.model_copy(update={"scores": scores})
    assert _verdict(_claim(ClaimKind.ACCURACY, 0.9, text="90%"), facts) is verdict
    recall = _verdict(_claim(ClaimKind.RECALL, 0.9, text="90%"), facts)
    assert recall is (_UNVERIFIED if unanswered else _CONTRADICTED)


def test_a_share_of_unknown_size_has_the_widest_interval_it_can() -> None:
    """0.25 may be one of four: too little to contradict 0.5; one of two hundred would not be."""
    facts = Known(scores=ScoresKnown(n=500, precision=0.25, unchanged_since_report=True))
    half = _claim(ClaimKind.PRECISION, 0.5, text="0.5")
    assert _verdict(half, facts) is _UNVERIFIED
    scores = ScoresKnown(n=500, precision=0.25, answered_positive=200, unchanged_since_report=True)
    assert _verdict(half, Known(scores=scores)) is _CONTRADICTED


@given(value=st.integers(0, 1000), digits=st.integers(1, 4))
def test_a_printed_number_holds_what_rounds_to_it(value: int, digits: int) -> None:
    share = value / 1000
    text = f"{share * 100:.{digits}f}%"
    stated = round(float(text[:-1]) / 100, 10)
    low, high = printed_numbers.printed_range(stated, f"accuracy {text} of n")
    assert low <= share < high
    assert high - low == pytest.approx(10.0 ** -(digits + 2), rel=1e-6)


@pytest.mark.parametrize(
    ("policy", "verdict"),
    [
        ("P-1 PASS", _VERIFIED),
        ("P-1 FAIL", _CONTRADICTED),
        ("P-5 PASS", _UNVERIFIED),
        ("P-5 FAIL", _UNVERIFIED),
        ("P-6 PASS", _UNVERIFIED),
        ("P-1", _UNVERIFIED),
        ("P-1 PARTIAL", _UNVERIFIED),
    ],
)
def test_a_policy_that_fails_for_the_release_accuses_no_one_service(
    policy: str, verdict: ClaimVerdict
) -> None:
    assert _verdict(_claim(ClaimKind.POLICY, policy)) is verdict


def test_a_policy_that_fails_by_the_service_s_own_legs_contradicts_but_does_not_decide() -> None:
    facts = KNOWN.model_copy(update={"own_policies": {"P-5": Outcome.FAIL}})
    rows = judge_claims(
        ClaimRecord(
            path="r.md",
            claims=(
                _claim(ClaimKind.POLICY, "P-5 PASS"),
                _claim(ClaimKind.DELIVERABLE, "services/router/app.py"),
            ),
        ),
        facts,
    )
    assert [row.verdict for row in rows] == [_CONTRADICTED, _VERIFIED]
    assert decide_claims(rows)[0] is Answer.YES


@pytest.mark.parametrize("unchanged", [False, None], ids=["changed", "unknown"])
@pytest.mark.parametrize("own", [{"P-1": Outcome.FAIL}, {}], ids=["own legs", "release"])
def test_a_policy_of_other_code_accuses_nobody(
    unchanged: bool | None,  # noqa: FBT001 - a case
    own: dict[str, Outcome],
) -> None:
    facts = KNOWN.model_copy(update={"own_policies": own, "code_unchanged_since_report": unchanged})
    right, wrong = ("P-1 FAIL", "P-1 PASS") if own else ("P-1 PASS", "P-1 FAIL")
    assert [_verdict(_claim(ClaimKind.POLICY, status), facts) for status in (right, wrong)] == [
        _VERIFIED,
        _UNVERIFIED,
    ]


@pytest.mark.parametrize(
    ("value", "unit", "comparator", "text", "verdict"),
    [
        (50, "ms", "<", "p95 <50ms", _VERIFIED),
        (20, "ms", "<", "p95 <20ms", _UNVERIFIED),
        (1, "s", "<", "p95 under 1 s", _VERIFIED),
        (50, "ms", "<", "<50ms average", _UNVERIFIED),
        (50, "ms", ">", "p95 >50ms", _UNVERIFIED),
        (50, "ticks", "<", "p95 <50 ticks", _UNVERIFIED),
        (50, None, "<", "p95 <50", _UNVERIFIED),
        (1, "us", "<", "p95 <1us", _UNVERIFIED),
        (900_000, "us", "<", "p95 <900000us", _VERIFIED),
    ],
)
def test_latency_elsewhere_is_never_contradicted(
    value: float, unit: str | None, comparator: str, text: str, verdict: ClaimVerdict
) -> None:
    assert (
        _verdict(_claim(ClaimKind.LATENCY, value, unit=unit, comparator=comparator, text=text))
        is verdict
    )


@pytest.mark.parametrize(
    ("date", "verdict"),
    [("2026-03-01", _VERIFIED), ("2026-02-27", _VERIFIED), ("2026-03-04", _VERIFIED), ("2026-02-20", _CONTRADICTED), ("2026-03-08", _CONTRADICTED), ("2026-03-03T11:59:00+00:00", _VERIFIED),
     ("2026-03-03T12:01:00Z", _CONTRADICTED), ("0001-01-01", _UNVERIFIED), ("soon", _UNVERIFIED)],
)  # fmt: skip
def test_a_date_contradicts_when_two_days_off_in_a_whole_history(
    date: str, verdict: ClaimVerdict
) -> None:
    assert _verdict(_claim(ClaimKind.DATE, date)) is verdict
    cut = KNOWN.model_copy(update={"history_complete": False})
    assert _verdict(_claim(ClaimKind.DATE, date), cut) is (
        _UNVERIFIED if verdict is _CONTRADICTED else verdict
    )
    assert (
        _verdict(_claim(ClaimKind.DATE, date), KNOWN.model_copy(update={"added": None}))
        is _UNVERIFIED
    )


def test_the_zone_of_a_bare_date_is_nobody_s_fault() -> None:
    for hours in range(-73, 72):
        facts = KNOWN.model_copy(
            update={"added": datetime(2026, 3, 1, 12, tzinfo=UTC) + timedelta(hours=hours)}
        )
        assert _verdict(_claim(ClaimKind.DATE, "2026-03-01"), facts) is _VERIFIED


@pytest.mark.parametrize("there", [True, False, None])
def test_an_absent_branch_is_unverified(there: bool | None) -> None:  # noqa: FBT001 - a case
    verdict = _verdict(
        _claim(ClaimKind.BRANCH, "feat/router"), KNOWN.model_copy(update={"branch_exists": there})
    )
    assert verdict is (_VERIFIED if there else _UNVERIFIED)


def test_what_nothing_derives_is_unverified() -> None:
    for kind in ClaimKind:
        assert _verdict(_claim(kind, "x"), Known()) is _UNVERIFIED


def test_no_deciding_claim_at_all_is_no_yes() -> None:
    assert decide_claims(())[0] is Answer.UNKNOWN
    assert (
        decide_claims(
            judge_claims(
                ClaimRecord(path="r.md", claims=(_claim(ClaimKind.BRANCH, "main"),)), KNOWN
            )
        )[0]
        is Answer.UNKNOWN
    )


def test_reports_of_one_task_that_disagree_are_told() -> None:
    good = ClaimRecord(
        path="a.md", task_id="B.7", status=ReportStatus.PASS, tests=TestCounts(passed=8)
    )
    assert disagreements([good, good.model_copy(update={"path": "b.md"})]) == ()
    other = good.model_copy(
        update={"path": "b.md", "status": ReportStatus.FAIL, "tests": TestCounts(passed=7)}
    )
    assert disagreements([other, good]) == (
        "B.7: a.md and b.md state another status",
        "B.7: a.md and b.md state another count of tests",
    )
    assert disagreements([good, other.model_copy(update={"task_id": "B.8"})]) == ()


def test_the_counts_of_kinds_that_decide_are_those_of_the_contract() -> None:
    assert {kind.value for kind in ClaimKind if kind.decides} == {
        "status",
        "tests",
        "deliverable",
        "accuracy",
        "precision",
        "recall",
        "f1",
    }
    assert re.fullmatch(r"reports/router\.md:\d+", _ledger()[0].where)


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
    facts = _suite(GREEN_RUN, unchanged=True, then=then)
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
        rows = judge_claims(record, _suite(run, run))
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
        (row,) = [row for row in judge_claims(record, _suite(run, run)) if row.said.endswith("ed")]
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
        assert _verdict(_claim(ClaimKind.STATUS, ReportStatus.PASS), facts) is verdict
