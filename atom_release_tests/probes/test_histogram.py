"""What can be wrong with a histogram's series is told apart.

From the very form that a range query answers in.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from atom_release.gate.manifest import Budget, Histogram
from atom_release.gate.rules.histogram import judge_histogram
from atom_release.gate.vocabulary import Answer
from atom_release.probes.histogram import increments, selector

SECONDS = Histogram(metric="http_seconds")
END = 1_800_000_000.0


def _series(le: str, *values: float | str, end: float = END, **labels: str) -> dict[str, Any]:
    times = [end - 15 * back for back in reversed(range(len(values)))]
    return {
        "metric": {"__name__": "http_seconds_bucket", "le": le, **labels},
        "values": [[at, str(value)] for at, value in zip(times, values, strict=True)],
    }


def _facts(*series: dict[str, Any], histogram: Histogram = SECONDS) -> dict[str, Any]:
    return dict(increments(series, histogram, END))


def _problem(*series: dict[str, Any]) -> str:
    facts = _facts(*series)
    assert judge_histogram(facts, Budget())[0] is Answer.UNKNOWN
    return str(facts["problems"][0])


def test_what_grew_in_the_window_counts_and_not_what_was_there_before() -> None:
    facts = _facts(_series("0.5", 1000, 1100, 1300), _series("+Inf", 2000, 2110, 2400))
    assert (facts["edges"], facts["at_most"], facts["resets"], facts["problems"]) == (
        [500.0, None],
        [300, 400],
        0,
        [],
    )


def test_milliseconds_are_not_multiplied() -> None:
    facts = _facts(
        _series("0.57", 0, 1),
        _series("+Inf", 0, 1),
        histogram=Histogram(metric="http", unit="milliseconds"),
    )
    assert facts["edges"] == [0.57, None]
    assert _facts(_series("1.001", 0, 1), _series("+Inf", 0, 1))["edges"] == [1001.0, None]


def test_instances_and_other_labels_are_added() -> None:
    facts = _facts(
        *(
            _series(le, 0, n, instance=instance)
            for instance in ("a", "b")
            for le, n in (("1", 10), ("+Inf", 12))
        )
    )
    assert (facts["at_most"], facts["instances"]) == ([20, 24], 2)


def test_a_counter_reset_counts_what_came_after_it_and_is_told() -> None:
    """The fast bucket rises across the restart, from 5 to 50.

    Only the other shows that it began anew.
    """
    facts = _facts(_series("0.1", 0, 5, 50), _series("+Inf", 0, 100, 60))
    assert (facts["at_most"], facts["resets"]) == ([55, 160], 1)


def test_a_missing_histogram_is_told() -> None:
    assert _problem() == "missing: the server has no such series in the window"


def test_a_stale_series_is_told_and_one_of_several_that_ended_still_counts() -> None:
    old = [_series(le, 0, 10, end=END - 600, instance="old") for le in ("1", "+Inf")]
    assert _problem(*old) == "stale: the last value is 0:10:00 older than the window's end"
    facts = _facts(*old, *(_series(le, 0, 7, instance="new") for le in ("1", "+Inf")))
    assert (facts["at_most"], facts["ended"]) == ([17, 17], 1)


@pytest.mark.parametrize("value", ["NaN", "nan"])
def test_a_value_that_is_no_number_is_told(value: str) -> None:
    assert _problem(_series("1", 0, value), _series("+Inf", 0, 10)).startswith("NaN")


def test_a_histogram_without_its_last_bucket_is_told() -> None:
    assert _problem(_series("1", 0, 10), _series("2", 0, 10)).startswith("no +Inf bucket")
    whole = [_series(le, 0, 10, instance="a") for le in ("1", "+Inf")]
    assert _problem(*whole, _series("1", 0, 10, instance="b")).startswith("no +Inf bucket")


def test_edges_that_do_not_fit_are_told() -> None:
    first = [_series(le, 0, 10, instance="a") for le in ("1", "+Inf")]
    assert "different bucket edges" in _problem(
        *first, *(_series(le, 0, 10, instance="b") for le in ("2", "+Inf"))
    )
    assert "no edge (le)" in _problem(_series("fast", 0, 10), _series("+Inf", 0, 10))
    assert "ascending" in _problem(
        _series("1", 0, 10), _series("1.0", 0, 10), _series("+Inf", 0, 10)
    )
    assert "never there together" in _problem(
        _series("1", 0, 10, end=END - 5), _series("+Inf", 0, 10)
    )


def test_buckets_that_contradict_each_other_decide_nothing() -> None:
    facts = _facts(_series("1", 0, 500), _series("+Inf", 0, 400))
    assert "contradict" in judge_histogram(facts, Budget())[1]


@pytest.mark.parametrize(
    ("labels", "selected"),
    [
        ({}, "m_seconds_bucket{}"),
        ({"job": 'a"}b', "app": "x"}, 'm_seconds_bucket{app="x",job="a\\"}b"}'),
    ],
    ids=["none", "hostile"],
)
def test_the_selector_quotes_values(labels: dict[str, str], selected: str) -> None:
    assert selector(Histogram(metric="m_seconds", labels=labels)) == selected


def test_a_moment_that_one_bucket_lacks_is_left_out() -> None:
    whole: Sequence[dict[str, Any]] = [_series("1", 0, 5, 9), _series("+Inf", 0, 6, 10)]
    del whole[0]["values"][1]
    facts = _facts(*whole)
    assert facts["at_most"] == [9, 10]
