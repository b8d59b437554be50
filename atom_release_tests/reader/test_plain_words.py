"""Statuses on a condition, counts told behind, and JSON's own names for when and for all; with twins."""

from __future__ import annotations

import json

import pytest

from atom_release.gate.claims.record import ReportStatus
from atom_release.reader import read_report


def _status(text: str) -> ReportStatus:
    return read_report("docks.md", text.encode()).status


@pytest.mark.parametrize(
    ("words", "status"),
    [
        ("PASS once ticket 4 is closed", ReportStatus.PARTIAL),
        ("PASS as soon as the key is set", ReportStatus.PARTIAL),
        ("PASS unless ticket 4 stays open", ReportStatus.PARTIAL),
        ("Terminé dès que la clé est posée", ReportStatus.PARTIAL),
        ("PASS?", ReportStatus.UNREAD),
        ("PASS", ReportStatus.PASS),
        ("Passed after two retries", ReportStatus.PASS),
    ],
)
def test_a_pass_on_a_condition_is_none_and_a_question_is_no_status(
    words: str, status: ReportStatus
) -> None:
    assert _status(f"# Docks\n\n**Status:** {words}\n") is status


@pytest.mark.parametrize(
    ("line", "status"),
    [
        ("Ready for production deployment!", ReportStatus.PASS),
        ("🎉 Production ready", ReportStatus.PASS),
        ("Ramps are ready for production once they are sorted.", ReportStatus.MISSING),
        ("Production readiness", ReportStatus.MISSING),
    ],
)
def test_a_last_line_that_says_ready_for_production_alone_is_the_status(
    line: str, status: ReportStatus
) -> None:
    assert _status(f"# Docks\n\n## Queue\n\nSorted.\n\n{line}\n") is status


@pytest.mark.parametrize("line", ["18 个测试全部通过", "18 tests all passed"])
def test_that_all_of_so_many_pass_may_stand_behind_their_number(line: str) -> None:
    tests = read_report("docks.md", f"# Docks\n\n## Test Results\n\n{line}\n".encode()).tests
    assert tests is not None
    assert (tests.passed, tests.failed, tests.total) == (18, 0, 18)


def test_a_product_in_a_title_is_no_next_step() -> None:
    text = "# Docks\n\n## What was implemented\n\n### Frontend (Next.js)\n\n- `dock/page.tsx`\n"
    assert read_report("docks.md", text.encode()).deliverables == ("dock/page.tsx",)
    later = text.replace("Frontend (Next.js)", "Next steps")
    assert read_report("docks.md", later.encode()).deliverables == ()


def test_json_says_when_it_ran_and_how_all_went_in_its_summary() -> None:
    body = {"test_timestamp": "2026-03-01 02:04:36", "dock_summary": {"overall_status": "FAIL"}}
    record = read_report("docks.json", json.dumps(body).encode())
    assert (record.date, record.status) == ("2026-03-01T02:04:36", ReportStatus.FAIL)


def test_json_of_a_part_says_nothing_of_all() -> None:
    body = {"next_timestamp": "2026-03-01 02:04:36", "dock_summary": {"status": "FAIL"}}
    record = read_report("docks.json", json.dumps(body).encode())
    assert (record.date, record.status) == (None, ReportStatus.MISSING)


@pytest.mark.parametrize(
    ("line", "status"),
    [
        ("All steps were implemented.", ReportStatus.PASS),
        ("✅ Alle Schritte erfolgreich umgesetzt", ReportStatus.PASS),
        ("✅ Toutes les tâches sont terminées !", ReportStatus.PASS),
        ("所有任务已完成。", ReportStatus.PASS),
        ("All tests passed", ReportStatus.PASS),
        ("- All steps were implemented.", ReportStatus.MISSING),
        ("All steps will be implemented once the key is set.", ReportStatus.MISSING),
        ("All steps but the last were implemented.", ReportStatus.MISSING),
        ("Not all steps were implemented.", ReportStatus.MISSING),
        ("Steps were implemented.", ReportStatus.MISSING),
        ("❌ All steps were implemented", ReportStatus.MISSING),
    ],
)
def test_a_sentence_of_a_summary_that_all_of_it_is_done_is_the_status(
    line: str, status: ReportStatus
) -> None:
    assert (
        _status(f"# Docks\n\nRamps and belts.\n\n## Summary\n\n{line}\n\n## Belt\n\nx\n") is status
    )


def test_what_is_stated_speaks_before_a_sentence_of_all() -> None:
    text = "# Docks\n\n**Status:** FAIL\n\n## Summary\n\nAll steps were implemented.\n"
    assert _status(text) is ReportStatus.FAIL
    unread = text.replace("FAIL", "Purple")
    assert _status(unread) is ReportStatus.UNREAD


@pytest.mark.parametrize(
    ("words", "status"),
    [
        ("PASS after review", ReportStatus.UNREAD),
        ("PASS, after final approval", ReportStatus.UNREAD),
        ("Bestanden nach Freigabe", ReportStatus.UNREAD),
        ("PASS after two reviews of the code", ReportStatus.PASS),
        ("Passed after two retries", ReportStatus.PASS),
        ("PASS, reviewed", ReportStatus.PASS),
    ],
)
def test_a_pass_behind_an_approval_may_be_meant_either_way(
    words: str, status: ReportStatus
) -> None:
    assert _status(f"# Docks\n\n**Status:** {words}\n") is status


def test_a_table_of_releases_states_no_status() -> None:
    rows = "|---|---|\n| Released | 1.2.0 |\n| Superseded | 1.1.0 |\n"
    assert _status(f"# Docks\n\n| Status | Version |\n{rows}") is ReportStatus.MISSING
    assert _status("# Docks\n\n| Status | PASS |\n|---|---|\n| Dock | 4 |\n") is ReportStatus.PASS
