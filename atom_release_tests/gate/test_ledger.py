"""CONTRADICTED needs proof.

A change of any one number or status in a report that holds flips that claim and no other.
"""

from __future__ import annotations

import re

import pytest

from atom_release.gate.claims.ledger import LedgerRow, decide_claims, disagreements, judge_claims
from atom_release.gate.claims.record import ClaimKind, ClaimRecord, ReportStatus, TestCounts
from atom_release.gate.claims.service_facts import (
    Known,
)
from atom_release.gate.vocabulary import Answer, ClaimVerdict
from atom_release.reader import read_report
from atom_release_tests.fixtures.known_service import (
    KNOWN,
    REPORT,
    make_claim,
    verdict_of,
)

_VERIFIED, _CONTRADICTED, _UNVERIFIED = (
    ClaimVerdict.VERIFIED,
    ClaimVerdict.CONTRADICTED,
    ClaimVerdict.UNVERIFIED,
)


def _ledger(text: str = REPORT, facts: Known = KNOWN) -> tuple[LedgerRow, ...]:
    return judge_claims(read_report("reports/router.md", text.encode()), facts)


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
        verdict_of(
            make_claim(ClaimKind.DELIVERABLE, path),
            KNOWN.model_copy(update={"deliverables": {path: paths}}),
        )
        is verdict
    )
    assert verdict_of(make_claim(ClaimKind.DELIVERABLE, "unasked.py")) is _UNVERIFIED


def test_what_nothing_derives_is_unverified() -> None:
    for kind in ClaimKind:
        assert verdict_of(make_claim(kind, "x"), Known()) is _UNVERIFIED


def test_no_deciding_claim_at_all_is_no_yes() -> None:
    assert decide_claims(())[0] is Answer.UNKNOWN
    assert (
        decide_claims(
            judge_claims(
                ClaimRecord(path="r.md", claims=(make_claim(ClaimKind.BRANCH, "main"),)), KNOWN
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
