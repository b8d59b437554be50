"""Which failures of tests are judgements of their own."""

from __future__ import annotations

import pytest

from atom_release.lab.judgement import judged
from atom_release.lab.junit import Case, Outcome

TEST = "tests/test_code.py:5: "
CODE = "/copy/src/code.py:9: "
RAISED = ">       raise Wrong(total)\nE       Wrong: 3\nE       more\n\n"
NATIVE_TEST = '  File "/copy/tests/test_code.py", line 5, in test\n'
NATIVE_CODE = '  File "/copy/src/code.py", line 9, in total\n'
CALLED = ">       total.amount\nE       AttributeError: amount\n\n"


@pytest.mark.parametrize(
    ("message", "text", "itself"),
    [
        ("assert 1 == 2", f">  assert\nE  assert 1 == 2\n\n{TEST}AssertionError", True),
        ("assert 1 == 2", f"{TEST}in test\n{CODE}AssertionError", False),
        ("AssertionError: called", f"{CODE}in run\n{TEST}AssertionError", True),
        ("assert 1 == 2", "", True),
        ("Failed: DID NOT RAISE <class 'ValueError'>", "", True),
        ("Failed: no error came", "", True),
        ("AssertionError: Expected 'send' to have been called once.", "", True),
        ("Failed: Timeout >5.0s", "", False),
        ("TypeError: unsupported operand type(s)", "", False),
        ("", "", False),
        ('failed on setup with "assert 1 == 2"', f"{TEST}AssertionError", True),
        ('failed on setup with "KeyError: 1"', f"{TEST}KeyError", False),
        ("002 f\nExpected:\n    3\nGot:\n    4\n", f"{CODE}DocTestFailure", True),
        ("library.ApprovalException: Mismatch", "lib/approvals.py:4: ApprovalException", True),
        ("Wrong: 3", f"{RAISED}{TEST}Wrong", True),
        ("Wrong: 3", f"{TEST}in test\n    raise Wrong(3)\nE   Wrong: 3", True),
        ("Wrong: 3", f"{TEST}\n{RAISED}{CODE}Wrong", False),
        ("Wrong: 3", f"{TEST}\n{CODE}in read\n{RAISED}lib/json.py:3: Wrong", False),
        ("AttributeError: amount", f"{CALLED}{TEST}AttributeError", False),
        ("AttributeError: amount", "", False),
        ("SystemExit: 1", f"{CALLED}{TEST}SystemExit", True),
        ("SystemExit: 1", f"{TEST}\n{CALLED}{CODE}SystemExit", False),
        ("ValueError: invalid literal for int()", f"{CALLED}{TEST}ValueError", True),
        ("Wrong: 3", f"{NATIVE_TEST}    raise Wrong(3)\nWrong: 3", True),
        ("Wrong: 3", f"{NATIVE_TEST}    raise Wrong(\n    ^^^^^^\n    3)\nWrong: 3", True),
        ("Wrong: 3", f"{NATIVE_TEST}    total()\n    ~~~~~^^\nWrong: raise 3", False),
        ("Wrong: 3", f"{NATIVE_TEST}    total()\n{NATIVE_CODE}    raise Wrong(3)\nWrong: 3", False),
        ("assert 1 == 2", f"{NATIVE_CODE}    f()\n{NATIVE_TEST}    assert x\nAssertionError", True),
        (
            "assert 1 == 2",
            f"{NATIVE_TEST}    f()\n{NATIVE_CODE}    assert x\nAssertionError",
            False,
        ),
        ("ValueError: not enough values to unpack", f"{CALLED}{TEST}ValueError", False),
    ],
)
def test_an_assertion_or_an_error_raised_by_hand_outside_of_the_code(
    message: str,
    text: str,
    itself: bool,  # noqa: FBT001 - a parameter
) -> None:
    assert judged(Case("x", Outcome.FAILED, message, text), ["src/code.py"]) is itself


@pytest.mark.parametrize(
    ("message", "text", "itself"),
    [
        ("AssertionError: 1 == 2", "", True),
        ("", "Error: expect(received).toBe(expected)", True),
        ("TypeError: Cannot read properties of null", "at src/sum.js:3", False),
    ],
)
def test_assertions_of_javascript(message: str, text: str, itself: bool) -> None:  # noqa: FBT001 - a parameter
    assert judged(Case("x", Outcome.FAILED, message, text), ["src/sum.js"]) is itself
