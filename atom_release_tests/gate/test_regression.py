"""The regression rule.

An accusation needs the whole shift beyond what is allowed, an acquittal the whole shift within it.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import numpy as np
import pytest

from atom_release.gate.manifest import Budget, Regression
from atom_release.gate.rules.performance import ALPHA, QUANTILE
from atom_release.gate.rules.regression import WARNING, judge_regression
from atom_release.gate.statistics import quantile_interval
from atom_release.gate.vocabulary import Answer


def _budget(then: str = "fail", allowed: float = 0.2, least: float = 10.0) -> Budget:
    regression = Regression.model_validate(
        {"allowed": allowed, "least": timedelta(milliseconds=least), "then": then}
    )
    return Budget(p95=timedelta(milliseconds=800), regression=regression)


def _endpoint(low: float | None, high: float | None, **rest: Any) -> dict[str, Any]:  # noqa: ANN401 - any field
    endpoint = {
        "name": "summary",
        "method": "GET",
        "path": "/summary",
        "requests": 200,
        "errors": 0,
        "p95": low,
        "low": low,
        "high": high,
        "alpha": ALPHA / 3,
    }
    return {**endpoint, "looks": 1, **rest}


def _window(
    *endpoints: dict[str, Any],
    rate: float = 100,
    noop: tuple[float, float] = (1.0, 2.0),
    **rest: Any,  # noqa: ANN401 - any field
) -> dict[str, Any]:
    beside = {"requests": 50, "errors": 0, "p95": noop[1], "low": noop[0], "high": noop[1]}
    load = {"model": "open", "rate": rate}
    return {"load": load, "endpoints": list(endpoints), "noop": beside, **rest}


def _judge(
    now: dict[str, Any], then: dict[str, Any], budget: Budget | None = None
) -> tuple[Answer, str]:
    return judge_regression({"now": now, "then": then}, budget or _budget())


@pytest.mark.parametrize(
    ("now", "answer"),
    [
        ((90, 110), Answer.YES),
        ((100, 108), Answer.YES),
        ((133, 140), Answer.NO),
        ((131, 131.9), Answer.UNKNOWN),
        ((100, 125), Answer.UNKNOWN),
    ],
    ids=["same", "within", "beyond", "just not beyond", "undecided"],
)
def test_a_shift_is_judged_by_the_whole_of_it(now: tuple[float, float], answer: Answer) -> None:
    """Before: between 95 and 110 ms; 20 % more than 110 is 132."""
    assert _judge(_window(_endpoint(*now)), _window(_endpoint(95, 110)))[0] is answer


def test_the_reason_gives_the_figures_that_were_compared() -> None:
    answer, reason = _judge(_window(_endpoint(300, 320)), _window(_endpoint(50, 100)))
    assert answer is Answer.NO
    assert (
        reason == "summary: p95 rose by at least 200% (from at most 100.0 ms to at least 300.0 ms);"
        " allowed is 20%, at least 10 ms; measured with 100 arrivals a second"
    )


def test_a_rise_of_a_few_milliseconds_is_none_whatever_its_share() -> None:
    assert _judge(_window(_endpoint(5, 9)), _window(_endpoint(1, 2)))[0] is Answer.YES
    assert (
        _judge(_window(_endpoint(5, 9)), _window(_endpoint(1, 2)), _budget(least=1))[0] is Answer.NO
    )


def test_errors_that_rose_fail_though_p95_fell() -> None:
    answer, reason = _judge(
        _window(_endpoint(10, 20, errors=40)), _window(_endpoint(100, 110, errors=1))
    )
    assert answer is Answer.NO
    assert "40 of 200 requests failed, 1 of 200 before" in reason
    assert (
        _judge(_window(_endpoint(10, 20, errors=3)), _window(_endpoint(100, 110, errors=1)))[0]
        is Answer.YES
    )


def test_a_manifest_that_only_warns_says_what_it_found_and_passes() -> None:
    for now in ((300, 320), (100, 125)):
        answer, reason = _judge(
            _window(_endpoint(*now)), _window(_endpoint(95, 110)), _budget("warn")
        )
        assert answer is Answer.YES
        assert reason.startswith(WARNING)
    assert not _judge(_window(_endpoint(95, 110)), _window(_endpoint(95, 110)), _budget("warn"))[
        1
    ].startswith(WARNING)


def test_what_was_asked_otherwise_is_not_compared() -> None:
    then = _window(_endpoint(95, 110))
    assert (
        "with 100 arrivals a second, this one with 50 arrivals a second"
        in _judge(_window(_endpoint(300, 320), rate=50), then)[1]
    )
    for other in ({"method": "POST"}, {"path": "/other"}, {"name": "other"}):
        assert _judge(_window(_endpoint(300, 320, **other)), then) == (
            Answer.UNKNOWN,
            "no endpoint of the previous release is asked in the same way now",
        )
    answer, reason = _judge(_window(_endpoint(95, 100), _endpoint(700, 710, name="new")), then)
    assert (answer, "1 of 2 endpoints" in reason) == (Answer.YES, True)


def test_a_machine_that_became_slower_by_as_much_accuses_nobody() -> None:
    """Ten times slower, and so is the no-op; four times slower does not explain it."""
    then = _window(_endpoint(20, 30))
    assert _judge(_window(_endpoint(300, 320), noop=(20, 22)), then)[0] is Answer.UNKNOWN
    assert _judge(_window(_endpoint(300, 320), noop=(8, 9)), then)[0] is Answer.NO


def test_a_noisy_machine_accuses_nobody() -> None:
    answer, reason = _judge(_window(_endpoint(600, 620), noop=(1, 300)), _window(_endpoint(20, 30)))
    assert answer is Answer.UNKNOWN
    assert reason.startswith("machine: p95 of a no-op was 300.0 ms")


@pytest.mark.parametrize("ends", [(None, 20), (5, None)], ids=["no low", "no high"])
def test_an_interval_without_an_end_does_not_decide(
    ends: tuple[float | None, float | None],
) -> None:
    assert _judge(_window(_endpoint(*ends)), _window(_endpoint(*ends)))[0] is Answer.UNKNOWN


def test_an_interval_that_was_not_paid_for_does_not_decide() -> None:
    then = _window(_endpoint(95, 110))
    for now in ((300, 320), (95, 100)):
        assert _judge(_window(_endpoint(*now, alpha=ALPHA, looks=3)), then)[0] is Answer.UNKNOWN


@pytest.mark.parametrize(
    "facts",
    [{}, {"now": {}, "then": {}}, {"now": 3, "then": []}],
    ids=["none", "empty", "nonsense"],
)
def test_figures_that_cannot_be_read_do_not_decide(facts: dict[str, Any]) -> None:
    assert judge_regression(facts, _budget())[0] is Answer.UNKNOWN


@pytest.mark.parametrize("slower", [1.2, 1.0], ids=["at the limit", "the same"])
def test_a_service_that_did_not_rise_beyond_is_seldom_accused(slower: float) -> None:
    """1000 pairs of log-normal samples of which the true p95 rose by exactly what is allowed.

    Or not at all: at most 5 % are accused.
    """
    draw = np.random.default_rng(7)
    accused = 0
    for _ in range(1000):
        then, now = (np.sort(draw.lognormal(4, 0.5, 200)) for _ in range(2))
        ends = [
            quantile_interval(list(latencies), QUANTILE, ALPHA)
            for latencies in (now * slower, then)
        ]
        after, before = (_window(_endpoint(end.low, end.high, alpha=ALPHA)) for end in ends)
        accused += _judge(after, before, _budget(least=0.001))[0] is Answer.NO
    assert accused <= 50
