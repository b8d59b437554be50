"""A suite without a stated number of repeats runs twice, and more often where its runs differ."""

from __future__ import annotations

import pytest

from atom_release.gate.vocabulary import Answer, ControlState
from atom_release.lab.junit import Case, Outcome
from atom_release.lab.junit_results import Results
from atom_release.probes.suite.repeats import Repeats
from atom_release.probes.suite.run import Run
from atom_release_tests.fixtures.suite_site import TESTS, Site, control, facts, site

__all__ = ["site"]
P, F, S = Outcome.PASSED, Outcome.FAILED, Outcome.SKIPPED


def run_of(*outcomes: Outcome, status: int = 0) -> Run:
    cases = {f"t{number}": Case(f"t{number}", each, "", "") for number, each in enumerate(outcomes)}
    return Run(1, status, Results(cases) if outcomes else None, "", {}, None, "")


@pytest.mark.parametrize(
    ("runs", "by_text", "more"),
    [
        ([run_of(P, P), run_of(P, P)], False, []),
        ([run_of(P, F, status=1), run_of(P, F, status=1)], False, []),
        ([run_of(P, P), run_of(P, F, status=1)], False, [3, 4, 5]),
        ([run_of(P, P), run_of(P, S)], False, [3, 4, 5]),
        ([run_of(P, P), run_of(P)], False, [3, 4, 5]),
        ([run_of(P, P), run_of(status=-9)], False, [3, 4, 5]),
        ([run_of(P, P), run_of(P, P)], True, [3, 4, 5]),
        ([], False, []),
    ],
)
def test_runs_that_differ_ask_for_more(runs: list[Run], by_text: bool, more: list[int]) -> None:  # noqa: FBT001 - a parameter
    assert list(Repeats(None).more(runs, by_text=by_text)) == more
    assert list(Repeats(2).more(runs, by_text=by_text)) == []


def test_a_run_that_stands_for_the_collection_is_one_of_them() -> None:
    assert list(Repeats(3).first(collects=True)) == [2, 3]
    assert list(Repeats(1).first(collects=True)) == [1]  # held against another one
    assert list(Repeats(3).first(collects=False)) == [1, 2, 3]


def test_two_runs_that_agree_are_enough_and_no_run_is_told_what_it_is(site: Site) -> None:
    """The attack: fail where the options say that this is a control, and nowhere else."""
    del site.suite["repeats"]
    site.files["tests/conftest.py"] = (
        "def pytest_configure(config):\n"
        "    print('STYLE', config.option.tbstyle, '--tb=native' in config.invocation_params.args)\n"
    )
    logs: list[tuple[str, str]] = []
    evidence = site.ask(keep=lambda heading, text: logs.append((heading, text)))
    assert (evidence.answer, control(evidence)) == (Answer.YES, ControlState.ALIVE), evidence
    assert evidence.reason.startswith("4 of 4 tests passed in 2 of 2 runs")
    styles = [
        line
        for heading, text in logs
        if "collection" not in heading
        for line in text.splitlines()
        if line.startswith("STYLE")
    ]
    assert styles == ["STYLE native True"] * 5  # two runs and three controls


def test_a_test_that_fails_once_is_run_until_its_rate_is_told(site: Site) -> None:
    """The outcome depends on the hash seed, which is the number of the run."""
    del site.suite["repeats"]
    site.files["tests/test_fees.py"] = TESTS + (
        "\ndef test_luck():\n    import os\n    assert os.environ['PYTHONHASHSEED'] != '2'\n"
    )
    evidence = site.ask()
    assert evidence.answer is Answer.NO
    assert evidence.reason.startswith(
        "flaky: tests/test_fees.py:25: tests.test_fees::test_luck in 1 of 5 runs failed"
    )
    assert facts(evidence, "cases")["tests.test_fees::test_luck"] == {"passed": 4, "ran": 5}
