"""A failing test is told by its place, its name and its own words, and how it is run alone."""

from __future__ import annotations

import subprocess
import sys

import pytest

from atom_release.lab import junit
from atom_release.lab.junit_results import Case
from atom_release.probes.suite.told_failure import failure_of, remedy_of, words_of

_TESTS = """
import pytest

def given():
    return 200

def test_a_status():
    assert given() == 401

def test_a_text():
    assert "v1.1" == "v1.0"

def test_of_its_own_words():
    assert 1 > 2, "the first line of it\\nand the second"

class TestOfAClass:
    @pytest.mark.parametrize("header", ["no token"])
    def test_a_refusal(self, header):
        raise ValueError(header)
"""


@pytest.fixture(scope="module", params=["native", "short"])
def failing(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> list[Case]:
    """Return what pytest itself wrote of the failing tests above, by their names."""
    folder = tmp_path_factory.mktemp("failing")
    (folder / "checks").mkdir()
    (folder / "checks/test_door.py").write_text(_TESTS)
    words = ["-p", "no:cacheprovider", f"--tb={request.param}", "--junit-xml=out.xml", "checks"]
    subprocess.run([sys.executable, "-m", "pytest", *words], cwd=folder, check=False)
    return list(junit.read((folder / "out.xml").read_bytes(), by_pytest=True).cases.values())


def _case(failing: list[Case], name: str) -> Case:
    return next(case for case in failing if name in case.id)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("test_a_status", "assert 200 == 401"),
        ("test_a_text", "AssertionError: assert 'v1.1' == 'v1.0'"),
        (
            "test_of_its_own_words",
            "AssertionError: the first line of it and the second assert 1 > 2",
        ),
        ("test_a_refusal", "ValueError: no token"),
    ],
)
def test_what_failed_is_told_and_not_what_explains_its_parts(
    failing: list[Case], name: str, words: str
) -> None:
    assert words_of(_case(failing, name)) == words


def test_the_module_is_told_once(failing: list[Case]) -> None:
    worst = _case(failing, "test_a_status")
    sentence = failure_of(worst, [case.id for case in failing])
    assert sentence.startswith(
        "checks/test_door.py:8: test_a_status, TestOfAClass::test_a_refusal[no"
    )
    assert sentence.endswith("and 1 more failed: assert 200 == 401")


def test_a_test_of_pytest_is_run_alone_by_its_name_there(failing: list[Case]) -> None:
    worst = _case(failing, "test_a_refusal")
    node = "checks/test_door.py::TestOfAClass::test_a_refusal[no token]"
    assert f"`python -m pytest '{node}'`" in remedy_of(worst)


def test_of_another_runner_no_command_is_made_up() -> None:
    case = Case(
        "test/sum.test.js::sum > adds", junit.Outcome.FAILED, text="at test/sum.test.js:4:9"
    )
    assert failure_of(case, [case.id]).startswith(
        "test/sum.test.js:4: test/sum.test.js::sum > adds"
    )
    assert "pytest" not in remedy_of(case)


def test_a_test_without_words_says_that_it_had_none() -> None:
    assert words_of(Case("a::b", junit.Outcome.FAILED)) == "it did not say why"
