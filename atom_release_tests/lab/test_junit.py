"""JUnit XML is counted by its cases and read as what a hostile process wrote."""

from __future__ import annotations

import pytest

from atom_release.lab import junit
from atom_release.lab.junit import Outcome, UnreadableResults


def suite(cases: str, header: str = "") -> bytes:
    return (
        "<?xml version='1.0' encoding='utf-8'?><testsuites><testsuite name='pytest'"
        f" {header}>{cases}</testsuite></testsuites>".encode()
    )


def test_counts_cases_and_not_the_header() -> None:
    cases = (
        "<testcase classname='a' name='1'/><testcase classname='a' name='2'><skipped"
        " message='no'/></testcase>"
    )
    assert junit.read(suite(cases, "tests='900' failures='0' errors='0'")).count() == {
        "passed": 1,
        "failed": 0,
        "errors": 0,
        "skipped": 1,
        "total": 2,
    }


@pytest.mark.parametrize("turned", [False, True])
def test_a_failing_call_with_a_failing_teardown_is_one_failed_test(
    turned: bool,  # noqa: FBT001 - a parameter
) -> None:
    nodes = [
        "<testcase classname='a' name='1'><failure message='assert 1'/></testcase>",
        "<testcase classname='a' name='1'><error message='down'/></testcase>",
    ]
    results = junit.read(suite("".join(reversed(nodes) if turned else nodes)))
    assert results.count() == {"passed": 0, "failed": 1, "errors": 0, "skipped": 0, "total": 1}
    assert results.cases["a::1"].message == "assert 1"


def test_a_passing_call_with_a_failing_teardown_is_an_error() -> None:
    results = junit.read(
        suite(
            "<testcase classname='a' name='1'/><testcase classname='a' name='1'><error"
            " message='down'/></testcase>"
        )
    )
    assert [case.outcome for case in results.cases.values()] == [Outcome.ERROR]


def test_the_same_name_in_two_modules_is_two_tests() -> None:
    assert (
        junit.read(
            suite("<testcase classname='a' name='1'/><testcase classname='b' name='1'/>")
        ).count()["total"]
        == 2
    )


def test_numbers_that_are_none_do_no_harm() -> None:
    """Times and totals are the subject's own; none of them is read."""
    results = junit.read(
        suite(
            "<testcase classname='a' name='1' time='nan'/>",
            "tests='NaN' time='-inf' timestamp='never'",
        )
    )
    assert results.count()["passed"] == 1


BOMB = "<!DOCTYPE x [<!ENTITY a 'aaaa'><!ENTITY b '&a;&a;&a;'>]>"


@pytest.mark.parametrize(
    ("xml", "why"),
    [
        (b"", "not well-formed"),
        (b"<testsuites>", "not well-formed"),
        (b"\xff\xfe\x00", "not well-formed"),
        (f"{BOMB}<testsuites>&b;</testsuites>".encode(), "declares what JUnit XML never does"),
        (
            b"<!DOCTYPE x SYSTEM 'file:///etc/passwd'><testsuites/>",
            "declares what JUnit XML never does",
        ),
        (b"<html/>", "another root element"),
        (b"<?xml version='1.0' encoding='no-such'?><testsuites/>", "not well-formed"),
    ],
)
def test_what_is_not_junit_is_refused(xml: bytes, why: str) -> None:
    with pytest.raises(UnreadableResults, match=why):
        junit.read(xml)


def test_a_file_without_bound_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(junit, "_LARGEST", 1000)
    assert junit.read(suite("")).count()["total"] == 0
    with pytest.raises(UnreadableResults, match="larger than"):
        junit.read(suite("<testcase classname='a' name='1'/>" * 100))


def test_deep_nesting_is_read_in_bounded_depth() -> None:
    assert (
        junit.read(
            b"<testsuites>"
            + b"<testsuite>" * 100_000
            + b"<testcase classname='a' name='1'/>"
            + b"</testsuite>" * 100_000
            + b"</testsuites>"
        ).count()["total"]
        == 1
    )


@pytest.mark.parametrize(
    ("node", "expected"),
    [
        ("tests/test_a.py::test_x", "tests.test_a::test_x"),
        ("test_a.py::TestB::test_x[a::b/c.py]", "test_a.TestB::test_x[a::b/c.py]"),
    ],
)
def test_pytest_s_own_names_are_the_file_s(node: str, expected: str) -> None:
    assert junit.case_id(node) == expected
