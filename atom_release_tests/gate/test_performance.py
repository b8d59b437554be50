# ruff: noqa: ANN401 - what test services take and give is any JSON
"""The rules for latency and accuracy: what passes, what fails, and what no one may conclude."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atom_release.gate.manifest import Budget
from atom_release.gate.rules.accuracy import judge_accuracy
from atom_release.gate.rules.performance import ALPHA, QUANTILE, judge_latency
from atom_release.gate.statistics import quantile, quantile_interval
from atom_release.gate.vocabulary import Answer
from atom_release_tests.fixtures import simulated

BUDGET = Budget(p95=timedelta(milliseconds=800), requests=200, looks=3)
QUIET = {"requests": 50, "errors": 0, "p95": 2.0, "high": 3.0}
NOISY = {"requests": 50, "errors": 0, "p95": 400.0, "high": None}
SINGLE: dict[str, Any] = {"model": "single", "rate": 20.0}
GOODNESS = {Answer.NO: 0, Answer.UNKNOWN: 1, Answer.YES: 2}


def _endpoint(samples: list[float], errors: int = 0, **more: Any) -> dict[str, Any]:
    ordered, alpha = sorted(samples), ALPHA / BUDGET.looks
    interval = quantile_interval(ordered, QUANTILE, alpha)
    return {
        "name": "predict",
        "requests": len(samples) + errors,
        "errors": errors,
        "p95": quantile(ordered, QUANTILE) if ordered else None,
        "low": interval.low,
        "high": interval.high,
        "alpha": alpha,
        "looks": 1,
        **more,
    }


def _judge(
    *endpoints: dict[str, Any], noop: dict[str, Any] | None = None, budget: Budget = BUDGET
) -> tuple[Answer, str]:
    facts: dict[str, Any] = {
        "load": SINGLE,
        "endpoints": list(endpoints),
        "noop": noop or QUIET,
    }
    return judge_latency(facts, budget, ["predict"])


def test_a_fast_endpoint_passes_and_the_reason_gives_the_numbers() -> None:
    answer, reason = _judge(_endpoint([12.5] * 200))
    assert answer is Answer.YES
    assert reason == (
        "p95 is at most 12.5 ms (predict), below 800 ms, measured with one request at a time, at"
        " most 20 a second; 1 endpoints, 200 requests, 0 errors"
    )


def test_the_load_stands_in_every_sentence() -> None:
    for samples in ([10.0] * 200, [900.0] * 200, [10.0] * 190 + [1000.0] * 10, [10.0] * 9):
        assert "measured with one request at a time" in _judge(_endpoint(samples))[1]


def test_what_was_measured_under_another_load_decides_nothing() -> None:
    """Neither a fast answer one at a time where arrivals are asked for, nor a slow one the other way."""
    named = BUDGET.model_copy(update={"rate": 60.0})
    answer, reason = _judge(_endpoint([10.0] * 200), budget=named)
    assert answer is Answer.UNKNOWN
    assert reason == (
        "measured with one request at a time, at most 20 a second; the manifest asks for 60"
        " arrivals a second"
    )
    facts: dict[str, Any] = {"endpoints": [_endpoint([1000.0] * 200)], "noop": QUIET}
    arrivals: dict[str, Any] = {"model": "open", "rate": 100.0}
    assert judge_latency({**facts, "load": arrivals}, BUDGET)[0] is Answer.UNKNOWN
    assert judge_latency({**facts, "load": SINGLE}, BUDGET)[0] is Answer.NO
    assert judge_latency(facts, BUDGET)[0] is Answer.UNKNOWN


def test_timeouts_are_called_timeouts() -> None:
    facts: dict[str, Any] = {"load": SINGLE, "noop": QUIET, "patience_ms": 2600.0}
    silent = _endpoint([], errors=20, timeouts=20, error_kinds={"timeout": 20})
    assert judge_latency({**facts, "endpoints": [silent]}, BUDGET)[1].startswith(
        "predict: 20 of 20 requests timed out (no answer within 2.6 s), the budget is"
    )
    mixed = _endpoint(
        [], errors=20, timeouts=5, error_kinds={"timeout": 5, "503": 14, "refused": 1}
    )
    assert judge_latency({**facts, "endpoints": [mixed]}, BUDGET)[1].startswith(
        "predict: 20 of 20 requests failed (14 answered 503, 5 timed out, 1 refused), the budget is"
    )


def test_capacity_is_told_and_sets_no_verdict() -> None:
    stages = [
        {"users": 1, "requests": 9, "errors": 0, "per_second": 40.0, "p95": 25.0},
        {"users": 4, "requests": 9, "errors": 0, "per_second": 41.0, "p95": 90.0},
        {"users": 16, "requests": 9, "errors": 8, "per_second": 300.0, "p95": 9000.0},
    ]
    answer, reason = _judge(_endpoint([25.0] * 200, capacity=stages))
    assert answer is Answer.YES
    assert reason.endswith("; predict served up to 41 a second")


def test_exactly_the_budget_is_not_below_it() -> None:
    assert _judge(_endpoint([800.0] * 200))[0] is Answer.NO
    assert _judge(_endpoint([799.9] * 200))[0] is Answer.YES


def test_a_slow_tail_fails_though_the_mean_is_fine() -> None:
    """One in seven takes a second: the mean is 152 ms."""
    answer, reason = _judge(_endpoint([10.0] * 172 + [1000.0] * 28))
    assert answer is Answer.NO
    assert "must be below 800 ms" in reason


def test_the_budget_inside_the_interval_decides_nothing() -> None:
    answer, reason = _judge(_endpoint([10.0] * 190 + [1000.0] * 10))
    assert answer is Answer.UNKNOWN
    assert "does not decide" in reason


def test_fast_errors_are_not_fast_answers() -> None:
    answer, reason = _judge(_endpoint([], errors=200))
    assert answer is Answer.NO
    assert "200 of 200 requests failed" in reason


def test_one_error_is_too_many_where_none_is_allowed_and_within_a_budget_that_allows_it() -> None:
    assert _judge(_endpoint([10.0] * 199, errors=1))[0] is Answer.NO
    assert (
        _judge(
            _endpoint([10.0] * 199, errors=1), budget=BUDGET.model_copy(update={"error_rate": 0.01})
        )[0]
        is Answer.YES
    )


def test_errors_that_may_or_may_not_exceed_their_budget_decide_nothing() -> None:
    answer, reason = _judge(
        _endpoint([10.0] * 197, errors=3), budget=BUDGET.model_copy(update={"error_rate": 0.01})
    )
    assert answer is Answer.UNKNOWN
    assert "does not show" in reason


def test_a_noisy_machine_accuses_nobody_and_excuses_a_wrong_status_from_nothing() -> None:
    answer, reason = _judge(_endpoint([1000.0] * 200), noop=NOISY)
    assert answer is Answer.UNKNOWN
    assert reason.startswith("machine: p95 of a no-op was 400.0 ms")
    assert _judge(_endpoint([], errors=200, timeouts=200), noop=NOISY)[0] is Answer.UNKNOWN
    assert _judge(_endpoint([], errors=200, timeouts=0), noop=NOISY)[0] is Answer.NO


@pytest.mark.parametrize(
    ("machine", "answer"),
    [
        ({"busy": 0.99, "others": 0.6, "subject_processors": 0.9}, Answer.UNKNOWN),
        ({"busy": 0.5, "others": 0.4, "subject_processors": 0.9}, Answer.NO),  # there was room
        ({"busy": 0.99, "others": 0.1, "subject_processors": 1.8}, Answer.NO),  # it crowded itself
        (
            {"busy": 0.99, "others": 0.9, "subject_processors": 0.1},
            Answer.NO,
        ),  # it slept, and needed no processor
        (
            {"busy": 0.99, "others": 0.9, "subject_processors": 0.1, "subject_waited": 0.7},
            Answer.UNKNOWN,
        ),  # it needed little, and waited long for it
    ],
)
def test_a_service_that_had_to_wait_for_processors_is_not_accused(
    machine: dict[str, float], answer: Answer
) -> None:
    facts: dict[str, Any] = {
        "load": SINGLE,
        "endpoints": [_endpoint([1000.0] * 200)],
        "noop": QUIET,
        "machine": machine,
    }
    assert judge_latency(facts, BUDGET)[0] is answer


def test_a_noisy_machine_does_not_take_back_a_pass() -> None:
    assert _judge(_endpoint([100.0] * 200), noop=NOISY)[0] is Answer.YES


def test_a_noop_that_failed_or_was_not_measured_accuses_nobody() -> None:
    for noop in (
        {"requests": 9, "errors": 1, "p95": 1.0, "high": 1.0},
        {"requests": 0, "errors": 0, "p95": None, "high": None},
    ):
        assert _judge(_endpoint([1000.0] * 200), noop=noop)[0] is Answer.UNKNOWN


def test_too_few_requests_never_pass() -> None:
    answer, reason = _judge(_endpoint([10.0] * 199))
    assert answer is Answer.UNKNOWN
    assert "too few" in reason


def test_an_interval_that_took_more_risk_than_the_looks_leave_never_passes() -> None:
    assert _judge(_endpoint([10.0] * 200, alpha=0.05))[0] is Answer.UNKNOWN
    assert _judge(_endpoint([10.0] * 200, looks=4))[0] is Answer.UNKNOWN


def test_the_worst_endpoint_counts_and_is_named() -> None:
    answer, reason = _judge(_endpoint([10.0] * 200), _endpoint([900.0] * 200, name="train"))
    assert answer is Answer.NO
    assert reason.startswith("train:")


def test_an_endpoint_that_was_not_measured_is_not_forgotten() -> None:
    facts: dict[str, Any] = {
        "load": SINGLE,
        "endpoints": [_endpoint([10.0] * 200)],
        "noop": QUIET,
    }
    assert judge_latency(facts, BUDGET, ["predict", "train"]) == (
        Answer.UNKNOWN,
        "not measured: train",
    )


@pytest.mark.parametrize(
    "facts",
    [
        {},
        {"endpoints": [], "noop": QUIET},
        {"endpoints": [{"name": "x"}], "noop": QUIET},
        {"endpoints": "x", "noop": 1},
    ],
)
def test_facts_that_cannot_be_read_decide_nothing(facts: dict[str, Any]) -> None:
    assert judge_latency(facts, BUDGET)[0] is Answer.UNKNOWN


@given(st.lists(st.floats(0, 2000), min_size=100, max_size=300), st.data())
def test_a_slower_answer_never_improves_the_verdict(
    samples: list[float], data: st.DataObject
) -> None:
    where = data.draw(st.integers(0, len(samples) - 1))
    slower = [
        *samples[:where],
        samples[where] + data.draw(st.floats(0, 2000)),
        *samples[where + 1 :],
    ]
    assert GOODNESS[_judge(_endpoint(slower))[0]] <= GOODNESS[_judge(_endpoint(samples))[0]]


@given(
    st.lists(st.floats(0, 2000), min_size=100, max_size=300), st.integers(0, 50), st.floats(0, 0.2)
)
def test_one_more_error_in_place_of_an_answer_never_makes_a_pass(
    samples: list[float], errors: int, allowed: float
) -> None:
    budget = BUDGET.model_copy(update={"error_rate": allowed})
    fewer, more = (
        _endpoint([10.0] * len(samples), errors),
        _endpoint([10.0] * (len(samples) - 1), errors + 1),
    )
    assert GOODNESS[_judge(more, budget=budget)[0]] <= GOODNESS[_judge(fewer, budget=budget)[0]]


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(simulated.DISTRIBUTIONS))
def test_a_service_truly_at_805_ms_hardly_ever_passes_with_all_looks_counted(name: str) -> None:
    """2,000 experiments, each with as many looks as it takes.

    Samples, facts and rule are the product's.
    """
    assert simulated.passes(name, BUDGET, 805.0) <= 0.025


def test_fewer_experiments_say_the_same() -> None:
    """The one that comes nearest to the promise."""
    assert simulated.passes("whole milliseconds", BUDGET, 805.0, experiments=500) <= 0.025


def test_a_service_truly_well_within_its_budget_nearly_always_passes() -> None:
    """Else the experiments above would show nothing."""
    assert simulated.passes("lognormal", BUDGET, 400.0, experiments=200) >= 0.97


def _accuracy(n: int, correct: int, majority: float, unanswered: int = 0) -> dict[str, Any]:
    return {"n": n, "correct": correct, "majority": majority, "unanswered": unanswered}


@pytest.mark.parametrize(
    ("facts", "minimum", "answer"),
    [
        (_accuracy(200, 170, 0.6), 0.8, Answer.YES),
        (_accuracy(200, 160, 0.6), 0.8, Answer.YES),  # exactly the minimum is reached
        (_accuracy(200, 158, 0.6), 0.8, Answer.UNKNOWN),  # 79 %, which could be 84 %
        (_accuracy(200, 120, 0.5), 0.8, Answer.NO),
        (_accuracy(200, 157, 0.785), 0.7, Answer.NO),  # 78.5 %, the majority class alone
        (_accuracy(200, 120, 0.5, unanswered=60), 0.8, Answer.UNKNOWN),
        (_accuracy(200, 90, 0.5, unanswered=5), 0.8, Answer.NO),
        ({"n": 0, "correct": 0, "majority": 0}, 0.0, Answer.UNKNOWN),
        ({}, 0.0, Answer.UNKNOWN),
    ],
)
def test_accuracy_is_judged_against_its_minimum_and_the_majority_class(
    facts: dict[str, Any], minimum: float, answer: Answer
) -> None:
    assert judge_accuracy(facts, minimum)[0] is answer


@given(st.integers(1, 500), st.data(), st.floats(0, 1), st.floats(0, 1))
def test_one_more_right_answer_never_worsens_the_verdict(
    n: int, data: st.DataObject, minimum: float, majority: float
) -> None:
    correct = data.draw(st.integers(0, n - 1))
    fewer, more = (
        judge_accuracy(_accuracy(n, right, majority), minimum)[0]
        for right in (correct, correct + 1)
    )
    assert GOODNESS[fewer] <= GOODNESS[more]
