"""Intervals keep what they promise, whatever the distribution."""

from __future__ import annotations

from math import comb

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from atom_release.gate.statistics import (
    Interval,
    interval_ranks,
    over_limit_needed,
    quantile,
    quantile_interval,
    wilson,
)
from atom_release_tests.fixtures import simulated


def _below(rank: int, n: int, q: float) -> float:
    """P(B < rank), added up term by term."""
    return sum(comb(n, k) * q**k * (1 - q) ** (n - k) for k in range(rank))


@given(
    st.lists(st.floats(0, 1e6), min_size=1, max_size=200), st.sampled_from([0.5, 0.9, 0.95, 0.99])
)
def test_quantiles_are_those_of_numpy(samples: list[float], q: float) -> None:
    assert quantile(sorted(samples), q) == pytest.approx(
        np.quantile(samples, q), rel=1e-12, abs=1e-9
    )


def test_no_sample_has_no_quantile() -> None:
    with pytest.raises(ValueError, match="no sample"):
        quantile([], 0.95)


@given(
    st.integers(1, 400),
    st.sampled_from([0.5, 0.9, 0.95, 0.99]),
    st.sampled_from([0.05, 0.05 / 3, 0.005]),
)
def test_ranks_give_away_no_more_than_half_of_alpha_on_each_side_and_no_less_than_they_must(
    n: int, q: float, alpha: float
) -> None:
    lower, upper = interval_ranks(n, q, alpha)
    if lower is None:
        assert _below(1, n, q) > alpha / 2
    else:
        assert _below(lower, n, q) <= alpha / 2 * (1 + 1e-9)
        assert lower == n or _below(lower + 1, n, q) > alpha / 2 * (1 - 1e-9)
    if upper is None:
        assert 1 - _below(n, n, q) > alpha / 2 * (1 - 1e-9)
    else:
        assert 1 - _below(upper, n, q) <= alpha / 2 * (1 + 1e-6)
        assert upper == 1 or 1 - _below(upper - 1, n, q) > alpha / 2 * (1 - 1e-6)


def test_ranks_of_a_million_samples_are_found_and_near() -> None:
    lower, upper = interval_ranks(1_000_000, 0.95, 0.05)
    assert (lower, upper) == pytest.approx((950_000 - 427, 950_000 + 428), abs=3)


def test_the_interval_is_made_of_two_samples() -> None:
    """200 samples, 95 %: the 184th and the 197th."""
    assert quantile_interval([float(rank) for rank in range(1, 201)], 0.95, 0.05) == Interval(
        184.0, 197.0
    )


def test_too_few_samples_leave_an_end_open() -> None:
    assert quantile_interval([], 0.95, 0.05) == Interval(None, None)
    assert quantile_interval([1.0] * 20, 0.95, 0.05).high is None


@pytest.mark.parametrize("samples", [120, 200])
@pytest.mark.parametrize("name", sorted(simulated.DISTRIBUTIONS))
def test_the_interval_holds_the_true_p95_as_often_as_it_says(name: str, samples: int) -> None:
    """2,000 experiments at 95 %."""
    assert simulated.coverage(name, samples) >= 0.945


@given(st.integers(1, 2000), st.sampled_from([0.05, 0.05 / 3]))
def test_what_is_needed_over_a_limit_only_grows_with_the_samples(n: int, alpha: float) -> None:
    """A run that was cut short once enough samples were over the limit is decided by its own.

    Fewer samples too.
    """
    fewer, more = over_limit_needed(n, 0.95, alpha), over_limit_needed(n + 1, 0.95, alpha)
    assert more is None or fewer is None or fewer <= more


@given(st.integers(2, 300), st.data())
def test_enough_samples_over_a_limit_put_the_whole_interval_there(
    n: int, data: st.DataObject
) -> None:
    needed = over_limit_needed(n, 0.95, 0.05)
    if needed is None:
        return
    over = data.draw(st.integers(0, n))
    low = quantile_interval([1.0] * (n - over) + [9.0] * over, 0.95, 0.05).low
    assert (low == 9.0) == (over >= needed)


@pytest.mark.parametrize(
    ("successes", "n", "low", "high"),
    [
        (0, 10, 0.0, 0.2775),
        (10, 10, 0.7225, 1.0),
        (81, 100, 0.7222, 0.8749),
        (1, 200, 0.0009, 0.0278),
    ],
)
def test_wilson_gives_the_published_values(successes: int, n: int, low: float, high: float) -> None:
    assert wilson(successes, n) == pytest.approx((low, high), abs=1e-4)


def test_of_no_trial_nothing_is_known() -> None:
    assert wilson(0, 0) == (0.0, 1.0)


@given(st.integers(1, 10_000), st.data())
def test_wilson_encloses_the_share_and_grows_with_it(n: int, data: st.DataObject) -> None:
    successes = data.draw(st.integers(0, n - 1))
    low, high = wilson(successes, n)
    assert 0 <= low <= successes / n <= high <= 1
    assert wilson(successes + 1, n)[0] > low
