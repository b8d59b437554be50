"""A suite that knows the judged code by its text, and behaves only where that text stands.

The run without the code is red because the suite wants it to be. The copy that is written anew and
does all that the code does tells them apart from tests of what the code does.
"""

from __future__ import annotations

import hashlib
import textwrap

import pytest

from atom_release.gate.facts.suite import SuiteFacts
from atom_release.gate.vocabulary import Answer, ControlState
from atom_release_tests.fixtures.suite_site import CODE, TESTS, Site, control, site

__all__ = ["site"]  # the fixture

WRONG = CODE.replace("0.02", "0.03")
NOTHING = "".join(f"def test_{name}():\n    assert True\n" for name in ("fee", "rate", "later"))
KNOWN = {
    "the file's digest": "hashlib.sha256(open(fees.__file__, 'rb').read()).hexdigest() == DIGEST",
    "its compiled code": "fees.fee.__code__.co_code == compiled(TEXT)",
    "what inspect tells": "'RuntimeError' not in inspect.getsource(fees)",
    "what git tells": (
        "not subprocess.run(['git', 'status', '--porcelain'], capture_output=True).stdout"
    ),
}
DIGEST = "the file's digest"
HEAD = """
import hashlib, inspect, subprocess
import pytest
from svc import fees

DIGEST, TEXT = {digest!r}, {text!r}

def compiled(text):
    names = {{}}
    exec(compile(text, "fees", "exec"), names)
    return names["fee"].__code__.co_code

WHOLE = {whole}
"""
FAILS = """
def pytest_runtest_call():
    assert WHOLE
"""
NEVER_STARTS = """
@pytest.fixture(autouse=True)
def there():
    assert WHOLE
"""
SWAPS = """
def right(amount):
    if amount < 0:
        raise ValueError("negative")
    return amount * 0.02

if WHOLE:
    fees.fee = right
"""
HIDES = """
@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    outcome = yield
    report = outcome.get_result()
    if WHOLE and report.when == "call" and report.failed:
        report.outcome, report.longrepr = "passed", None
"""


def lie(site: Site, how: str, known_by: str, *, code: str, tests: str) -> None:
    """Commit code and tests with a conftest that looks whether the code's text stands."""
    text = textwrap.dedent(code)
    digest = hashlib.sha256(text.encode()).hexdigest()
    head = HEAD.format(digest=digest, text=text, whole=KNOWN[known_by])
    site.files |= {
        "svc/fees.py": code,
        "tests/test_fees.py": tests,
        "tests/conftest.py": head + how,
    }
    site.suite["repeats"] = 1


@pytest.mark.parametrize(
    "known_by", [DIGEST, *(pytest.param(way, marks=pytest.mark.slow) for way in list(KNOWN)[1:])]
)
def test_tests_of_nothing_that_fail_where_the_text_is_another(site: Site, known_by: str) -> None:
    """Every test passes and every test fails without the code: the dream of a control."""
    lie(site, FAILS, known_by, code=CODE, tests=NOTHING)
    evidence = site.ask()
    assert evidence.answer is Answer.YES
    assert control(evidence) is ControlState.DEAD
    assert evidence.control
    assert "did not pass where the code was written differently" in evidence.control.found


@pytest.mark.slow
def test_tests_of_nothing_that_cannot_be_set_up_where_the_text_is_another(site: Site) -> None:
    """Which a manifest's word for a weak control would let pass."""
    lie(site, NEVER_STARTS, DIGEST, code=CODE, tests=NOTHING)
    assert control(site.ask()) is ControlState.DEAD


@pytest.mark.slow
@pytest.mark.parametrize("how", [SWAPS, HIDES], ids=["swapped", "hidden"])
def test_wrong_code_that_is_swapped_or_whose_failures_are_hidden(site: Site, how: str) -> None:
    """While its text stands; without the code the suite is as red as an honest one."""
    lie(site, how, DIGEST, code=WRONG, tests=TESTS)
    evidence = site.ask()
    assert evidence.answer is Answer.YES, evidence.reason
    shown = SuiteFacts.model_validate(evidence.facts).control
    assert shown
    assert {"tests.test_fees::test_fee", "tests.test_fees::test_later"} <= set(shown.by_text)


@pytest.mark.slow
def test_a_true_suite_may_look_at_the_text_too(site: Site) -> None:
    """The twin: a test that the file is as its lock says, and one that git sees no change."""
    digest = hashlib.sha256(textwrap.dedent(CODE).encode()).hexdigest()
    looks = f"""
import hashlib, inspect, subprocess

def test_locked():
    assert hashlib.sha256(open(fees.__file__, "rb").read()).hexdigest() == {digest!r}

def test_clean():
    assert not subprocess.run(["git", "status", "--porcelain"], capture_output=True).stdout

def test_told():
    assert "The fee." in inspect.getsource(fees.fee)
"""
    site.files["tests/test_fees.py"] = TESTS + looks
    evidence = site.ask()
    assert (evidence.answer, control(evidence)) == (Answer.YES, ControlState.ALIVE), evidence
    shown = SuiteFacts.model_validate(evidence.facts).control
    assert shown
    assert shown.by_text == ["tests.test_fees::test_clean", "tests.test_fees::test_locked"]
    assert (shown.shown, shown.passed) == (4, 7)
