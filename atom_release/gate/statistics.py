"""Exact quantiles and intervals without an assumption about the distribution.

In the standard library alone.

Two facts carry everything. The number of samples at or below the true q-quantile is binomial(n, q),
whatever the distribution: so two order statistics enclose that quantile with a probability that can
be counted. And a share of n trials has Wilson's interval.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import exp, floor, lgamma, log, sqrt
from statistics import NormalDist

# standard deviations below the mean: what lies beyond is far smaller than a float's own error
_FAR = 14


@dataclass(frozen=True)
class Interval:
    """Where a value lies; an end that the samples are too few to give is None."""

    low: float | None
    high: float | None


def quantile(ordered: Sequence[float], q: float) -> float:
    """Return the q-quantile of ascending samples, as numpy, pandas and SQL's `percentile_cont` do.

    Raises:
        ValueError: there is no sample.
    """
    if not ordered:
        raise ValueError("no sample has no quantile")
    position = q * (len(ordered) - 1)
    below = floor(position)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (position - below)


@lru_cache(maxsize=1024)
def interval_ranks(n: int, q: float, alpha: float) -> tuple[int | None, int | None]:
    """Return the ranks (1 to n) of the samples that enclose the true q-quantile.

    They enclose it with probability at least 1 - alpha.

    At most alpha/2 is given away on each side. With B ~ binomial(n, q), the lower rank l is the
    greatest with P(B < l) <= alpha/2 and the upper rank u the least with P(B >= u) <= alpha/2.
    Either is None where n samples cannot give it.
    """
    lower = upper = None
    start = max(0, floor(n * q - _FAR * (sqrt(n * q * (1 - q)) + 1)))
    below = 0.0  # P(B < rank)
    for rank in range(start, n + 1):
        if rank >= 1 and below <= alpha / 2:
            lower = rank
        if rank >= 1 and 1 - below <= alpha / 2:
            upper = rank
            break
        below += exp(_log_binomial(rank, n, q))
    return lower, upper


def _log_binomial(k: int, n: int, q: float) -> float:
    return lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1) + k * log(q) + (n - k) * log(1 - q)


def quantile_interval(ordered: Sequence[float], q: float, alpha: float) -> Interval:
    """Return the interval of the true q-quantile from ascending samples.

    Valid for every distribution.
    """
    lower, upper = interval_ranks(len(ordered), q, alpha)
    return Interval(
        None if lower is None else ordered[lower - 1], None if upper is None else ordered[upper - 1]
    )


def wilson(successes: int, n: int, alpha: float = 0.05) -> tuple[float, float]:
    """Return Wilson's interval of a share; of no trial nothing is known, so (0, 1)."""
    if n == 0:
        return 0.0, 1.0
    z = NormalDist().inv_cdf(1 - alpha / 2)
    share = successes / n
    middle = (share + z * z / (2 * n)) / (1 + z * z / n)
    half = z * sqrt(share * (1 - share) / n + z * z / (4 * n * n)) / (1 + z * z / n)
    low = 0.0 if successes == 0 else max(0.0, middle - half)
    high = 1.0 if successes == n else min(1.0, middle + half)
    return low, high


def sign_test(better: int, worse: int) -> float:
    """Return how likely at least so many of all are better where both are as likely (one-sided).

    Of none nothing is known: 1.
    """
    n = better + worse
    return min(1.0, sum(exp(_log_binomial(k, n, 0.5)) for k in range(better, n + 1)))


def over_limit_needed(n: int, q: float, alpha: float) -> int | None:
    """Return how many of n samples must lie at or above a limit to put the whole interval there.

    None where n samples never can.
    """
    lower, _ = interval_ranks(n, q, alpha)
    return None if lower is None else n - lower + 1
