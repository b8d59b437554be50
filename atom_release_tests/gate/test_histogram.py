"""Buckets give an interval of edges and never more; a budget on an edge is not decided by it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import numpy as np
import pytest
from pydantic import ValidationError

from atom_release.gate.manifest import Budget, Histogram
from atom_release.gate.rules.histogram import bucket_interval, judge_histogram
from atom_release.gate.rules.performance import ALPHA
from atom_release.gate.units import Unit
from atom_release.gate.vocabulary import Answer

EDGES = (100.0, 500.0, 800.0, 1000.0, None)


def _judge(
    *at_most: int,
    edges: tuple[float | None, ...] = EDGES,
    p95: float = 800,
    **rest: Any,  # noqa: ANN401 - any fact
) -> tuple[Answer, str]:
    return judge_histogram(
        {"edges": list(edges), "at_most": list(at_most), **rest},
        Budget(p95=timedelta(milliseconds=p95), requests=200),
    )


def test_a_quantile_is_an_interval_of_edges() -> None:
    answer, reason = _judge(900, 1000, 1000, 1000, 1000)
    assert (answer, reason) == (
        Answer.YES,
        (
            "p95 of 1000 requests is above 100 ms and at most 500 ms, under the live traffic of the"
            " window, below 800 ms"
        ),
    )


def test_wholly_above_the_budget_fails_and_in_between_is_not_decided() -> None:
    assert _judge(0, 0, 900, 1000, 1000)[0] is Answer.NO
    assert (
        _judge(0, 0, 950, 1000, 1000)[0] is Answer.UNKNOWN
    )  # the true p95 may lie on either side of the edge at 800
    assert _judge(0, 0, 1000, 1000, 1000)[0] is Answer.UNKNOWN  # at most 800 is not below 800
    assert _judge(0, 0, 1000, 1000, 1000, p95=801)[0] is Answer.YES


def test_what_took_longer_than_every_edge_has_no_upper_end() -> None:
    answer, reason = _judge(0, 0, 0, 900, 1000)
    assert answer is Answer.NO
    assert "above 1000 ms and at most no known edge" in reason
    assert _judge(0, 0, 0, 0, 1000, p95=2000)[0] is Answer.UNKNOWN


def test_few_requests_and_problems_decide_nothing() -> None:
    assert (
        _judge(199, 199, 199, 199, 199)[1] == "199 requests are too few, the manifest asks for 200"
    )
    assert _judge(1000, 1000, 1000, 1000, 1000, problems=["NaN: x"]) == (Answer.UNKNOWN, "NaN: x")


@pytest.mark.parametrize(
    ("edges", "at_most"),
    [
        (EDGES[:4], (1000,) * 4),
        ((), ()),
        (EDGES, (1000, 900, 900, 900, 1000)),
        ((500.0, 100.0, None), (1, 2, 1000)),
        ((None, None), (1, 1000)),
        (EDGES, (1000,)),
    ],
    ids=["no +Inf", "nothing", "falling", "edges fall", "two +Inf", "too short"],
)
def test_buckets_that_cannot_be_are_not_believed(
    edges: tuple[float | None, ...], at_most: tuple[int, ...]
) -> None:
    assert _judge(*at_most, edges=edges)[0] is Answer.UNKNOWN
    assert judge_histogram({"edges": "x"}, Budget())[0] is Answer.UNKNOWN


def test_resets_are_told() -> None:
    assert "(2 counter resets)" in _judge(1000, 1000, 1000, 1000, 1000, resets=2)[1]


def test_the_true_quantile_lies_between_the_edges() -> None:
    """1000 experiments on exponential latencies, whose p95 is known.

    At least 95 % of the intervals hold it.
    """
    draw, edges = np.random.default_rng(3), np.array([10.0, 20, 25, 28, 29, 30, 31, 32, 35, 40, 60])
    true, held = 10 * np.log(20), 0
    for _ in range(1000):
        samples = draw.exponential(10, 2000)
        at_most = [int((samples <= edge).sum()) for edge in edges]
        interval = bucket_interval([*edges, None], [*at_most, 2000], 0.95, ALPHA)
        assert interval.low is not None
        assert interval.high is not None
        held += interval.low < true <= interval.high
    assert held >= 950


UNITS = {
    "http_seconds": (None, Unit.SECOND),
    "http_milliseconds": (None, Unit.MILLISECOND),
    "rpc_duration_microseconds": (None, Unit.MICROSECOND),
    "http_duration": ("seconds", Unit.SECOND),
    "http_latency": ("milliseconds", Unit.MILLISECOND),
}


@pytest.mark.parametrize("metric", sorted(UNITS))
def test_the_unit_comes_from_the_name_or_is_said(metric: str) -> None:
    unit, kept_in = UNITS[metric]
    assert Histogram.model_validate({"metric": metric, "unit": unit}).kept_in is kept_in


@pytest.mark.parametrize(
    ("metric", "unit", "says"),
    [
        ("http_duration", None, "say its unit"),
        ("http_seconds", "milliseconds", "is named in s and said to be in milliseconds"),
        ("http_milliseconds", "seconds", "is named in ms and said to be in seconds"),
        ("http_seconds_bucket", None, "without _bucket"),
    ],
    ids=["none", "not seconds", "not milliseconds", "bucket"],
)
def test_a_unit_that_is_not_known_is_refused(metric: str, unit: str | None, says: str) -> None:
    with pytest.raises(ValidationError, match=says):
        Histogram.model_validate({"metric": metric, "unit": unit})
