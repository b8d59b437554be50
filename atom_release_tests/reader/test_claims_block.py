"""A record that a report gives itself comes before its prose, and prose that differs is told."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml
from jsonschema import Draft202012Validator

from atom_release.gate.claims.given import claims_schema
from atom_release.gate.claims.record import ClaimRecord, ReportStatus
from atom_release.gate.vocabulary import ControlState
from atom_release.reader import control, read_files, read_report
from atom_release.reader.draft import draft_block
from atom_release_tests.fixtures import written

PROSE = (
    "# B.7 Router\n\n**Status:** Ready\n**Date:** 2026-03-01\n\n## Tests\n\n8 passed, 0 failed\n"
)
GIVEN = {
    "status": "PASS",
    "tests": {"passed": 9, "failed": 0, "total": 9},
    "policies": {"P-1": "PASS"},
    "date": "2026-03-02",
    "deliverables": ["services/router/app.py"],
    "claims": [{"kind": "coverage", "value": 91.5, "unit": "%"}],
}
FENCED = f"{PROSE}\n```release-claims\n{json.dumps(GIVEN, indent=1)}\n```\n"
FRONT = (
    "---\ntitle: Router\nrelease-claims:\n  status: PASS\n"
    "  tests: {passed: 9, failed: 0, total: 9}\n  policies: {P-1: PASS}\n  date: 2026-03-02\n"
    "  deliverables: [services/router/app.py]\n"
    "  claims: [{kind: coverage, value: 91.5, unit: '%'}]\n"
    f"---\n{PROSE}"
)
BESIDE = json.dumps({"reports": {"router.md": GIVEN}}, indent=1).encode()


def _values(record: ClaimRecord) -> tuple[object, ...]:
    return (
        record.status,
        record.tests and record.tests.model_dump(),
        record.policies,
        record.date,
        record.deliverables,
        [claim.value for claim in record.claims if claim.kind.value == "coverage"],
    )


EXPECTED = (
    ReportStatus.PASS,
    {"passed": 9, "failed": 0, "skipped": None, "total": 9},
    {"P-1": "PASS"},
    "2026-03-02",
    ("services/router/app.py",),
    [91.5],
)


@pytest.mark.parametrize(
    ("text", "beside", "where"),
    [
        (FENCED, None, "the block on line 10"),
        (FRONT, None, "the front matter"),
        (PROSE, BESIDE, "release-claims.json"),
    ],
    ids=["fenced", "front matter", "beside"],
)
def test_what_a_report_gives_comes_before_its_prose(
    text: str, beside: bytes | None, where: str
) -> None:
    record = read_report("reports/router.md", text.encode(), beside=beside)
    assert record.unread is None
    assert (_values(record), record.given) == (EXPECTED, where)
    assert record.title == "B.7 Router"
    against = " ".join(record.findings)
    assert "gives tests passed as 9" in against
    assert "gives tests total as 9" in against
    assert "gives the date as 2026-03-02" in against
    assert len(record.findings) == 3


def test_prose_that_agrees_is_no_finding() -> None:
    text = FENCED.replace("8 passed, 0 failed", "9 passed, 0 failed").replace("03-01", "03-02")
    assert read_report("router.md", text.encode()).findings == ()


def test_its_own_block_comes_before_the_file_beside_it() -> None:
    other = json.dumps({"reports": {"router.md": {"status": "FAIL"}}}).encode()
    assert read_report("router.md", FENCED.encode(), beside=other).status is ReportStatus.PASS


def test_a_file_beside_it_that_names_another_report_says_nothing_of_this_one() -> None:
    record = read_report("dock.md", PROSE.encode(), beside=BESIDE)
    assert (record.status, record.given) == (ReportStatus.UNREAD, None)


@pytest.mark.parametrize(
    ("block", "why"),
    [
        ("status: OK", "status"),
        ("state: PASS", "state"),
        ("tests: {passed: many}", "tests.passed"),
        ("policies: {Privacy: PASS}", "policies"),
        ("status: [", "no valid claims block"),
        ("a: &a [1]\nb: *a", "aliases are not accepted"),
        ("just words", "no valid claims block"),
        ("status: FAIL\nstatus: PASS", "'status' twice"),
        ("tests: {failed: 40, failed: 0}", "'failed' twice"),
        ("status: PASS\n" + f"# {'x' * 100}\n" * 700, "larger than"),
    ],
)
def test_a_block_that_is_not_valid_is_told_and_nothing_is_guessed(block: str, why: str) -> None:
    record = read_report("router.md", f"{PROSE}\n```release-claims\n{block}\n```\n".encode())
    assert record.unread is not None
    assert why in record.unread
    assert "block on line 10" in record.unread
    assert record.claims == ()


def test_a_file_beside_it_that_is_no_json_is_told() -> None:
    record = read_report("router.md", PROSE.encode(), beside=b"{")
    assert "release-claims.json beside the report is not JSON" in str(record.unread)


def test_a_file_beside_it_that_states_a_key_twice_is_told() -> None:
    text = b'{"reports": {"router.md": {"status": "FAIL", "status": "PASS"}}}'
    record = read_report("router.md", PROSE.encode(), beside=text)
    assert "'status' twice, again on line 1" in str(record.unread)


def test_two_blocks_are_none() -> None:
    block = "```release-claims\nstatus: {}\n```\n"
    text = f"# B.7\n\n{block.format('PASS')}\n{block.format('FAIL')}"
    record = read_report("router.md", text.encode())
    assert "2 times: the block on line 3 and the block on line 7" in str(record.unread)
    front = f"---\nrelease-claims: {{status: PASS}}\n---\n{block.format('PASS')}"
    assert "the front matter" in str(read_report("router.md", front.encode()).unread)


@pytest.mark.parametrize(
    "example",
    [
        "````markdown\n```release-claims\nstatus: FAIL\n```\n````\n",
        "> ```release-claims\n> status: FAIL\n> ```\n",
        "<!--\n```release-claims\nstatus: FAIL\n```\n-->\n",
    ],
)
def test_an_example_of_a_block_is_none(example: str) -> None:
    text = f"# B.7\n\n```release-claims\nstatus: PASS\n```\n\nHow it is written:\n\n{example}"
    record = read_report("router.md", text.encode())
    assert (record.status, record.given) == (ReportStatus.PASS, "the block on line 3")


@pytest.mark.parametrize(
    ("prose", "block"),
    [
        ("**Status:** FAIL", "status: PASS"),
        ("**Status:** in progress", "status: PASS"),
        ("**Tests:** 3 passed, 40 failed", "status: PASS\ntests: {passed: 3, failed: 0}"),
        ("**Tests:** 3 passed, 40 failed", "status: PASS\ntests: {passed: 3}"),
        ("**Tests:** 5000 passed, 0 failed", "status: PASS\ntests: {passed: 3, failed: 0}"),
        ("As of today 40 tests fail.", "status: PASS\ntests: {passed: 3, failed: 0}"),
    ],
)
@pytest.mark.parametrize("place", ["fenced", "beside"])
def test_a_block_does_not_outshout_what_people_read(prose: str, block: str, place: str) -> None:
    text = f"# B.7 Router\n\n{prose}\n"
    given = yaml.safe_load(block)
    beside = json.dumps({"reports": {"router.md": given}}).encode()
    record = (
        read_report("router.md", f"{text}\n```release-claims\n{block}\n```\n".encode())
        if place == "fenced"
        else read_report("router.md", text.encode(), beside=beside)
    )
    assert record.status is ReportStatus.UNREAD
    assert record.doubt is not None
    assert "line 3" in record.doubt


@pytest.mark.parametrize(
    ("prose", "block"),
    [
        ("**Status:** PASS", "status: PASS"),
        ("**Status:** Ready", "status: PASS"),
        ("**Tests:** 3 passed, 0 failed", "status: PASS\ntests: {passed: 3, failed: 0, total: 3}"),
        ("**Tests:** 2 passed, 0 failed", "status: PASS\ntests: {passed: 3, failed: 0}"),
        (
            "**Tests:** 3 passed",
            "status: PASS\ntests: {passed: 3, failed: 0, skipped: 1, total: 4}",
        ),
        ("**Tests:** 3 passed, 1 failed", "status: PASS\ntests: {passed: 3, failed: 1}"),
        ("Nothing else is said.", "status: PASS"),
    ],
)
def test_a_block_that_says_what_people_read_speaks(prose: str, block: str) -> None:
    """The twins; failures that the block itself names are held against its status elsewhere."""
    text = f"# B.7 Router\n\n{prose}\n\n```release-claims\n{block}\n```\n"
    record = read_report("router.md", text.encode())
    assert (record.status, record.doubt) == (ReportStatus.PASS, None)


def test_claims_of_the_file_beside_stand_on_that_files_lines() -> None:
    record = read_report("reports/router.md", PROSE.encode(), beside=BESIDE)
    lines = BESIDE.decode().split("\n")
    given = [claim for claim in record.claims if claim.file == "reports/release-claims.json"]
    assert {claim.kind.value for claim in given} >= {"status", "tests", "deliverable", "coverage"}
    assert all(claim.text == lines[claim.line - 1].strip() for claim in given)
    assert "router.md" not in {claim.file for claim in record.claims}
    status = next(claim for claim in given if claim.kind.value == "status")
    assert record.place(status) == "reports/release-claims.json:4"


@pytest.mark.parametrize("given", ["fenced", "beside"])
def test_the_control_changes_what_was_given(given: str) -> None:
    text, beside = (FENCED, None) if given == "fenced" else (PROSE, BESIDE)
    record = read_report("reports/router.md", text.encode(), beside=beside)
    assert control.changed_copy(record, text.encode(), beside).state is ControlState.ALIVE


@pytest.mark.parametrize(
    "case", [*written.STATUSES, *written.TESTS, *written.POLICIES, *written.FILES, *written.MEASURED],
    ids=lambda case: case.name,
)  # fmt: skip
def test_a_draft_is_a_valid_block_and_reads_back_as_it_was_read(case: written.Written) -> None:
    record = read_report("report.md", case.text.encode())
    again = read_report("other.md", f"# Other\n\n{draft_block(record)}".encode())
    assert again.unread is None
    expected = record.status if record.status.understood else ReportStatus.MISSING
    assert again.status is expected
    stated = {name: status for name, status in record.policies.items() if status}
    assert (again.tests, again.policies) == (record.tests, stated)
    assert (again.deliverables, again.branch) == (record.deliverables, record.branch)


def test_a_draft_asks_for_a_status_that_was_not_understood() -> None:
    block = draft_block(read_report("router.md", PROSE.encode()))
    assert "# status: PASS, FAIL, BLOCKED, PARTIAL or SIMULATED (the report says 'Ready')" in block


def test_the_published_schema_accepts_what_the_reader_accepts() -> None:
    schema = claims_schema()
    Draft202012Validator.check_schema(schema)
    assert schema["$id"].startswith("urn:")
    validator = Draft202012Validator(schema)
    assert validator.is_valid(GIVEN)
    assert not validator.is_valid({**GIVEN, "status": "OK"})
    assert not validator.is_valid({**GIVEN, "state": "PASS"})


def test_the_file_beside_reports_is_read_with_them_and_is_no_report(tmp_path: Path) -> None:
    (tmp_path / "router.md").write_text(PROSE)
    (tmp_path / "release-claims.json").write_bytes(BESIDE)
    (record,) = read_files([tmp_path])
    assert record.status is ReportStatus.PASS


def test_a_release_claims_file_can_be_the_report_itself() -> None:
    record = read_report("reports/release-claims.json", json.dumps(GIVEN).encode())
    assert _values(record) == EXPECTED
