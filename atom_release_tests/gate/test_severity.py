"""How large a failure is: by the facts of its own question, and by nothing that only looks alike."""

from __future__ import annotations

from typing import Any

import pytest

from atom_release.gate.consents.failing import Failing
from atom_release.gate.consents.severity import collect_figures, worse
from atom_release.gate.vocabulary import Answer, Outcome
from atom_release_tests.fixtures.cases import evidence_for

LOAD = {"model": "single", "rate": 5}
NOOP = {"p95": 450.0, "requests": 9, "errors": 1}


def _figures(question: str, facts: dict[str, Any]) -> dict[str, float]:
    piece = evidence_for((question, "X.1"), Answer.NO, facts=facts)
    failure = Failing(
        question=question, subject="X.1", outcome=Outcome.FAIL, reason="", evidence=(piece,)
    )
    return collect_figures([failure])


def _window(p95: float, errors: int = 0, **endpoint: Any) -> dict[str, Any]:  # noqa: ANN401 - fields of a model
    measured = {"name": "predict", "p95": p95, "requests": 200, "errors": errors, **endpoint}
    return {"load": LOAD, "endpoints": [measured], "noop": NOOP}


def _latency(p95: float, errors: int = 0, **rest: Any) -> dict[str, float]:  # noqa: ANN401 - fields of a model
    return _figures("latency", {**_window(p95, errors), **rest})


def _suite(passed: int) -> dict[str, float]:
    cases = {"a": {"passed": 0, "ran": 3}, "b": {"passed": passed, "ran": 3}}
    return _figures("suite", {"cases": cases})


def _accuracy(correct: int) -> dict[str, float]:
    return _figures("accuracy", {"n": 100, "correct": correct, "majority": 0.5})


WORSE = {
    "slower by a quarter": (_latency(900), _latency(1125), ""),
    "faster": (_latency(900), _latency(850), ""),
    "slower by more": (
        _latency(900),
        _latency(1126),
        "endpoints predict p95 is 1126, and 900 was waived",
    ),
    "more errors": (
        _latency(900, 10),
        _latency(900, 20),
        "errors, share is 0.1, and 0.05 was waived",
    ),
    "errors where there were none": (_latency(900), _latency(900, 1), "does not say how large"),
    "more wrong answers": (
        _accuracy(70),
        _accuracy(60),
        "wrong answers, share is 0.4, and 0.3 was waived",
    ),
    "one more failing test": (_suite(3), _suite(2), "failing tests, count is 2, and 1 was waived"),
    "one more finding of a plug-in": (
        _figures(
            "own-probe", {"probe": "x", "package": "x 1", "facts": {"counts": {"findings": 1}}}
        ),
        _figures(
            "own-probe", {"probe": "x", "package": "x 1", "facts": {"counts": {"findings": 2}}}
        ),
        "findings, count is 2, and 1 was waived",
    ),
    "a file of measurements with more errors": (
        _figures("measurement", {"files": [{"name": "k6", "requests": 100, "errors": 1}]}),
        _figures("measurement", {"files": [{"name": "k6", "requests": 100, "errors": 2}]}),
        "files k6 errors, share is 0.02, and 0.01 was waived",
    ),
}


@pytest.mark.parametrize("name", WORSE)
def test_what_grew_is_told_by_name(name: str) -> None:
    accepted, grown, why = WORSE[name]
    assert accepted
    assert why in worse(accepted, grown)
    assert bool(why) == bool(worse(accepted, grown))


def test_the_machine_s_own_slowness_is_no_magnitude() -> None:
    assert list(_latency(900)) == ["latency/X.1 endpoints predict p95"]


@pytest.mark.parametrize(
    "facts",
    [
        {**_window(900), "control": {"slow": _window(5000)}},
        _window(900, capacity=[{"users": 50, "requests": 100, "errors": 7, "p95": 4000}]),
        {**_window(900), "budget": {"p95": 800, "error_rate": 0, "requests": 200, "looks": 5}},
    ],
    ids=["the control that must fail", "under more and more users", "the budget"],
)
def test_what_decides_nothing_is_no_magnitude(facts: dict[str, Any]) -> None:
    """A stand-in that is slow on purpose varies as it likes; the failure is the same."""
    assert _figures("latency", facts) == {"latency/X.1 endpoints predict p95": 900.0}


def test_the_release_before_is_no_magnitude() -> None:
    now = _window(900, method="GET", path="/predict")
    facts = {"now": now, "then": _window(300, errors=9, method="GET", path="/predict")}
    assert _figures("regression", facts) == {"regression/X.1 now endpoints predict p95": 900.0}


def test_facts_that_do_not_fit_have_no_size() -> None:
    assert _figures("latency", {"endpoints": "none"}) == {}
