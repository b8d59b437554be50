"""Every family of report is read for what it asserts and for nothing else.

Each value has its line.
"""

from __future__ import annotations

import json

import pytest

from atom_release.gate.claims.record import ClaimRecord, ReportStatus
from atom_release.reader import read_report
from atom_release_tests.fixtures import written
from atom_release_tests.fixtures.written import Written


def _read(case: Written) -> ClaimRecord:
    return read_report(case.path, case.text.encode())


@pytest.mark.parametrize("case", written.ALL, ids=lambda case: case.name)
def test_reports_are_read_as_labelled(case: Written) -> None:
    record = _read(case)
    seen = record.model_dump(mode="json")
    seen["environment"] = [(row.variable, row.status, row.fallback) for row in record.environment]
    assert {name: seen[name] for name in case.expected} == case.expected
    claimed = [(claim.kind.value, claim.value) for claim in record.claims]
    assert set(case.claimed) <= set(claimed)
    assert not [kind for kind, _ in claimed if kind in case.never]
    if case.findings is not None:
        assert len(record.findings) == case.findings, record.findings


def test_no_measurement_is_read_beyond_the_labels() -> None:
    """Of all labelled reports, only those labelled with a score or a latency claim one."""
    kinds = {"accuracy", "precision", "recall", "f1", "latency", "throughput"}
    read = {
        (case.name, claim.kind.value, claim.value)
        for case in written.ALL
        for claim in _read(case).claims
        if claim.kind.value in kinds
    }
    assert read == {
        (case.name, kind, value)
        for case in written.ALL
        for kind, value in case.claimed
        if kind in kinds
    }


@pytest.mark.parametrize("case", written.ALL, ids=lambda case: case.name)
def test_every_claim_quotes_its_line(case: Written) -> None:
    lines = case.text.split("\n")
    for claim in _read(case).claims:
        assert claim.text == lines[claim.line - 1].strip()
        if claim.kind.value == "tests":
            assert str(claim.value) in claim.text


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize(
    "case",
    [written.STATUSES[0], written.TESTS[9], written.POLICIES[0], written.FILES[2]],
    ids=lambda case: case.name,
)
def test_the_encoding_and_the_line_ends_change_nothing(
    case: Written, encoding: str, end: str
) -> None:
    """UTF-16 without a mark is valid UTF-8 with NULs.

    It is read as what it is, with the same lines.
    """
    raw = case.text.replace("\n", end).encode(encoding)
    assert read_report(case.path, raw) == _read(case)


def test_text_garbled_by_a_code_page_is_put_right() -> None:
    text = "# B.7\n\n**Status:** ✅ PASS — done\n\n## Tests\n\n- ✅ one\n- ❌ two\n"
    garbled = (
        text.encode().decode("cp1252", "replace")
        if b"\x9d" not in text.encode()
        else "".join(
            chr(byte) if byte in {0x81, 0x8D, 0x8F, 0x90, 0x9D} else bytes([byte]).decode("cp1252")
            for byte in text.encode()
        )
    )
    assert garbled != text
    record = read_report("a.md", garbled.encode())
    assert (record.status_raw, record.tests) == (
        read_report("a.md", text.encode()).status_raw,
        read_report("a.md", text.encode()).tests,
    )
    assert record.status is ReportStatus.PASS


def test_honest_accents_are_left_alone() -> None:
    assert (
        read_report("a.md", "# Café à la façon de Zoë\n".encode()).title == "Café à la façon de Zoë"
    )
    assert read_report("a.md", "# Café\n".encode("cp1252")).title == "Café"


def test_nuls_between_the_letters_are_taken_out() -> None:
    record = read_report("a.md", b"# B.7\n\n**Sta\0tus:** PASS\n")
    assert record.status is ReportStatus.PASS


@pytest.mark.parametrize(
    ("raw", "why"),
    [
        (b"", "empty"),
        (b"\n \n", "empty"),
        (bytes(range(1, 32)) * 40, "not text"),
        (b"\0" * 500, "empty"),
    ],
)
def test_what_cannot_be_read_says_why(raw: bytes, why: str) -> None:
    record = read_report("a.md", raw)
    assert record.unread is not None
    assert why in record.unread
    assert record.status is ReportStatus.MISSING


def test_a_report_over_the_limit_is_not_parsed() -> None:
    raw = b"**Status:** PASS\n"
    over = read_report("a.md", raw, limit=len(raw) - 1)
    assert over.unread == f"the file is larger than {len(raw) - 1} bytes and was not parsed"
    assert over.claims == ()
    assert read_report("a.md", raw, limit=len(raw)).status is ReportStatus.PASS


def test_a_report_of_too_many_lines_is_not_parsed() -> None:
    text = "**Status:** PASS\n" + "x\n" * 10_000
    over = read_report("a.md", text.encode())
    assert over.unread == "the file has more than 10000 lines and was not parsed"
    assert read_report("a.md", text[:-2].encode()).status is ReportStatus.PASS


@pytest.mark.parametrize(
    "text",
    [
        "{",
        '{"a": }',
        '{"a" 1}',
        "nonsense",
        '{"a": 1} x',
        "[" * 3000,
        '{"a":' * 3000,
        '"open',
        '{"a": "\\ud800"',
    ],
)
def test_what_is_no_json_says_where(text: str) -> None:
    record = read_report("a.json", text.encode())
    assert record.unread is not None
    assert "on line 1" in record.unread


def test_lone_surrogates_do_not_reach_the_record() -> None:
    for record in (
        read_report("a.json", b'{"title": "x \\ud800"}'),
        read_report(
            "a\udcff.md", "# t \ud800\n**Status:** PASS".encode("utf-16-le", "surrogatepass")
        ),
    ):
        written = json.loads(record.model_dump_json())
        assert written["title"]
        json.dumps(written, ensure_ascii=False).encode()


def test_lines_without_anything_looked_for_are_counted() -> None:
    text = "# B.7\n\n```python\nprint(1)\n```\n\n<div>\nhidden\n</div>\n"
    record = read_report("a.md", text.encode())
    assert (record.lines, record.unexamined) == (9, 6)


def test_a_line_that_is_too_long_is_left_unexamined() -> None:
    text = f"# B.7\n\n**Status:** PASS {'x' * 3000}\n"
    record = read_report("a.md", text.encode())
    assert (record.status, record.unexamined) == (ReportStatus.MISSING, 1)


def test_a_heading_that_is_too_long_is_left_unexamined() -> None:
    record = read_report("a.md", f"# B.7\n\n## Status: PASS {'x' * 3000}\n".encode())
    assert (record.status, record.unexamined) == (ReportStatus.MISSING, 1)


def test_link_definitions_are_text_like_any_other() -> None:
    assert read_report("a.md", b"# B.7\n\n[a]: x\n[b]: y\n").unexamined == 0


@pytest.mark.parametrize(
    ("header", "status"),
    [
        ("nothing works, forty tests red", ReportStatus.UNREAD),
        ("F\u0410IL", ReportStatus.UNREAD),  # a Cyrillic letter
        ("FAIL", ReportStatus.FAIL),
        ("PASS", ReportStatus.PASS),
    ],
)
def test_nothing_speaks_in_the_place_of_a_header_that_is_not_understood(
    header: str, status: ReportStatus
) -> None:
    text = f"# C.1 Fees\n\n**Status:** {header}\n\n## Conclusion\n\n**Status:** PASS\n"
    assert read_report("docs/fees.md", text.encode()).status is status


@pytest.mark.parametrize("answer", ["200 OK", "HTTP/1.1 201 Created", "`404 Not Found`"])
def test_what_a_server_answered_is_no_status_of_the_work(answer: str) -> None:
    calls = f"## Calls\n\n**Status:** {answer}\n"
    assert read_report("r.md", f"# R\n\n{calls}".encode()).status is ReportStatus.UNREAD
    stated = read_report("r.md", f"# R\n\n**Status:** Complete\n\n{calls}".encode())
    assert stated.status is ReportStatus.PASS


def test_a_count_of_tests_is_no_answer_of_a_server() -> None:
    report = read_report("r.md", b"# R\n\n**Status:** 200 tests passed\n")
    assert report.status is ReportStatus.PASS
