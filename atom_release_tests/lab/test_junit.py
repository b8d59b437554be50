"""JUnit XML is counted by its cases and read as what a hostile process wrote."""

from __future__ import annotations

import pytest

from atom_release.lab import junit
from atom_release.lab.junit import Outcome, UnreadableResults
from atom_release.lab.junit_results import Case


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


@pytest.mark.slow
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


def outcomes(xml: bytes, *, by_pytest: bool = False) -> dict[str, str]:
    return {
        name: case.outcome.word for name, case in junit.read(xml, by_pytest=by_pytest).cases.items()
    }


@pytest.mark.parametrize(
    ("case", "outcome"),
    [
        # googletest, CTest, behave, Qt Test, NUnit by way of its converter
        ("status='run' result='completed'", Outcome.PASSED),
        ("status='notrun' result='suppressed'", Outcome.SKIPPED),
        ("status='run' result='skipped'", Outcome.SKIPPED),
        ("status='disabled'", Outcome.SKIPPED),
        ("status='Not Run'", Outcome.SKIPPED),
        ("status='untested'", Outcome.SKIPPED),
        ("status='fail'", Outcome.FAILED),
        ("status='broken'", Outcome.ERROR),
        ("result='xpass'", Outcome.FAILED),
        ("executed='False'", Outcome.SKIPPED),
        ("executed='True' success='False'", Outcome.FAILED),
        ("disabled='0' skipped='false'", Outcome.PASSED),
        ("ignored='true'", Outcome.SKIPPED),
        ("failure='a is not b'", Outcome.FAILED),  # Node, beside the element
        # what stands in no runner's document
        ("status='flummoxed'", Outcome.UNKNOWN),
        ("success='perhaps'", Outcome.UNKNOWN),
        ("quarantined='yes'", Outcome.UNKNOWN),
        # what says nothing of an outcome
        ("file='a.py' line='3' assertions='2' timestamp='2026-01-01'", Outcome.PASSED),
        ("type_param='int' value_param='3'", Outcome.PASSED),
    ],
)
def test_attributes_say_an_outcome_and_an_unknown_one_never_passes(
    case: str, outcome: Outcome
) -> None:
    xml = suite(f"<testcase classname='a' name='1' {case}/>").replace(b"'pytest'", b"'jest'")
    read_back = junit.read(xml)
    assert [parsed_case.outcome for parsed_case in read_back.cases.values()] == [outcome]


@pytest.mark.parametrize(
    ("inside", "outcome"),
    [
        ("", Outcome.PASSED),
        ("<properties><property name='a' value='b'/></properties>", Outcome.PASSED),
        ("<system-out>failure</system-out><system-err/>", Outcome.PASSED),
        ("<disabled/>", Outcome.SKIPPED),
        ("<notrun/>", Outcome.SKIPPED),
        ("<skipped/><failure/>", Outcome.FAILED),
        ("<flakyFailure message='once'/>", Outcome.FAILED),
        ("<rerunFailure/>", Outcome.FAILED),
        ("<inconclusive/>", Outcome.UNKNOWN),
        ("<x:failure xmlns:x='urn:x' message='no'/>", Outcome.FAILED),
        ("<x:verdict xmlns:x='urn:x'/>", Outcome.UNKNOWN),
        # Node's own runner: a failing todo fails no run
        ("<skipped type='todo' message='later'/><failure message='not yet'/>", Outcome.SKIPPED),
        ("<skipped type='skipped'/><failure message='not yet'/>", Outcome.FAILED),
    ],
)
def test_elements_say_an_outcome_and_an_unknown_one_never_passes(
    inside: str, outcome: Outcome
) -> None:
    read_back = junit.read(suite(f"<testcase classname='a' name='1'>{inside}</testcase>"))
    assert [case.outcome for case in read_back.cases.values()] == [outcome]


def test_attributes_that_a_test_of_pytest_records_are_its_own() -> None:
    """`record_xml_attribute` writes any; what pytest says itself, it says by elements."""
    xml = suite("<testcase classname='a' name='1' requirement='R-7'/>")
    assert outcomes(xml, by_pytest=True) == {"a::1": "passed"}
    assert outcomes(xml.replace(b"'pytest'", b"'jest'")) == {"a::1": "unknown"}


def test_a_namespace_hides_nothing() -> None:
    xml = (
        b"<j:testsuites xmlns:j='urn:junit'><j:testsuite name='s'><j:testcase classname='a'"
        b" name='1'><j:failure/></j:testcase><j:testcase classname='a' name='2'/>"
        b"</j:testsuite></j:testsuites>"
    )
    assert outcomes(xml) == {"a::1": "failed", "a::2": "passed"}


@pytest.mark.parametrize(
    "element",
    [
        "<error message='two of three files did not compile'/>",
        "<failure message='setup'/>",
        "<x:error xmlns:x='urn:x'/>",
        "<inconclusive/>",
    ],
)
def test_what_a_suite_says_of_itself_does_not_pass(element: str) -> None:
    xml = f"<testsuites><testsuite name='s'>{element}<testcase classname='a' name='1'/></testsuite>"
    listed = outcomes(f"{xml}</testsuites>".encode())
    assert listed == {"s (the suite itself)": "unknown", "a::1": "passed"}


@pytest.mark.parametrize(
    ("header", "inside"),
    [("", "<skipped/>"), ("disabled='true'", ""), ("status='notrun'", "")],
)
def test_a_suite_that_did_not_run_passes_no_case(header: str, inside: str) -> None:
    xml = f"<testsuite name='s' {header}>{inside}<testcase classname='a' name='1'/></testsuite>"
    assert outcomes(xml.encode()) == {"a::1": "skipped"}


def test_a_header_that_counts_failures_which_no_case_shows_is_not_passed_over() -> None:
    cases = "<testcase classname='a' name='1'/>"
    listed = outcomes(f"<testsuite name='s' failures='2'>{cases}</testsuite>".encode())
    assert listed == {"s (the suite itself)": "unknown", "a::1": "passed"}
    shown = cases.replace("/>", "><failure/></testcase>")
    listed = outcomes(f"<testsuite name='s' failures='1'>{shown}</testsuite>".encode())
    assert listed == {"a::1": "failed"}


def test_equal_names_in_different_suites_are_different_tests() -> None:
    """Node gives every test the class `test`; its groups are suites."""
    group = "<testsuite name='{}'><testcase classname='test' name='trims'/></testsuite>"
    xml = f"<testsuites>{group.format('create')}{group.format('rename')}</testsuites>"
    assert outcomes(xml.encode()) == {
        "create > test::trims": "passed",
        "rename > test::trims": "passed",
    }


def test_equal_names_in_one_suite_are_phases_in_pytest_s_file_alone() -> None:
    twice = "<testcase classname='a' name='1'/><testcase classname='a' name='1'><error/></testcase>"
    assert outcomes(suite(twice)) == {"a::1": "error"}
    other = suite(twice).replace(b"'pytest'", b"'jest'")
    assert outcomes(other) == {"a::1": "passed", "a::1 (2)": "error"}


@pytest.mark.parametrize(
    ("text", "place"),
    [
        (
            "    def test_x():\n>       assert 1 == 2\n\ntests/test_x.py:3: AssertionError",
            "tests/test_x.py:3",
        ),
        (
            ">   fee(1)\n\ntests/test_x.py:3: \n_ _\n>   raise ValueError\nE   ValueError\n\nsrc/fees.py:9: ValueError",
            "src/fees.py:9",
        ),
        ("/usr/lib/python3.11/json/decoder.py:355: JSONDecodeError", ""),
        (
            "AssertionError: 3 != 4\n    at test/sum.test.js:5:10\n    at node_modules/x/i.js:1:1",
            "test/sum.test.js:5",
        ),
        (" at node_modules/x/i.js:1:1\n > src/sum.ts:2:3", "src/sum.ts:2"),
        ("failed", ""),
    ],
)
def test_a_failing_test_says_where(text: str, place: str) -> None:
    assert Case("a", Outcome.FAILED, "", text).place == place


def test_a_traceback_of_python_s_own_is_placed_in_the_tree_by_the_test_s_id() -> None:
    text = (
        'Traceback (most recent call last):\n  File "/tmp/x/copy/tests/test_fees.py", line 9, in'
        ' test_fee\n  File "/tmp/x/copy/tests/help.py", line 3, in check\nAssertionError: 1\n'
    )
    assert (
        Case("tests.test_fees::test_fee", Outcome.FAILED, "", text).place == "tests/test_fees.py:9"
    )
    assert (
        Case("tests.test_fees.TestFee::test_fee", Outcome.FAILED, "", text).place
        == "tests/test_fees.py:9"
    )
    assert Case("tests.other::test_fee", Outcome.FAILED, "", text).place == ""
