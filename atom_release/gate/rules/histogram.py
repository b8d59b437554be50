"""From the buckets of a latency histogram to an answer.

Is p95 of the deployed service below its budget?

A histogram tells how many requests took at most each edge, and nothing of where between two edges
they lie: so a quantile is an interval of edges, never an interpolated number. The samples' own
uncertainty comes on top: the two order statistics that enclose the true quantile lie each in a
bucket, and the interval is from the lower edge of the one to the upper edge of the other.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import inf, isfinite

from pydantic import JsonValue

from atom_release.gate.facts.histogram import HistogramFacts
from atom_release.gate.manifest import Budget
from atom_release.gate.rules.performance import ALPHA, QUANTILE, budget_ms
from atom_release.gate.statistics import Interval, interval_ranks
from atom_release.gate.vocabulary import Answer


def bucket_interval(
    edges: Sequence[float | None], at_most: Sequence[int], q: float, alpha: float
) -> Interval:
    """Return the edges between which the true q-quantile lies.

    Above the first, not above the second; None where there is no such edge.
    """
    lower, upper = interval_ranks(at_most[-1] if at_most else 0, q, alpha)
    uppers = [inf if edge is None else edge for edge in edges]
    lowers = [0.0, *uppers]
    low = (
        None
        if lower is None
        else next(lowers[place] for place, count in enumerate(at_most) if count >= lower)
    )
    high = (
        None
        if upper is None
        else next(uppers[place] for place, count in enumerate(at_most) if count >= upper)
    )
    return Interval(low, high if high is not None and isfinite(high) else None)


def judge_histogram(facts: Mapping[str, JsonValue], budget: Budget) -> tuple[Answer, str]:
    """Return the answer that a histogram comes to, and why."""
    read = HistogramFacts.read(facts)
    if read is None:
        return Answer.UNKNOWN, "the histogram cannot be read"
    problem = "; ".join(read.problems) or _malformed(read)
    if problem:
        return Answer.UNKNOWN, problem
    if read.requests < budget.requests:
        return (
            Answer.UNKNOWN,
            f"{read.requests} requests are too few, the manifest asks for {budget.requests}",
        )
    bounds, limit = bucket_interval(read.edges, read.at_most, QUANTILE, ALPHA), budget_ms(budget)
    where = (
        f"p95 of {read.requests} requests is above {_ms(bounds.low)} and at most"
        f" {_ms(bounds.high)}{_resets(read)}, under the live traffic of the window{_traffic(read)}"
    )
    if bounds.low is not None and bounds.low >= limit:
        return Answer.NO, f"{where}, and must be below {limit:g} ms"
    if bounds.high is not None and bounds.high < limit:
        return Answer.YES, f"{where}, below {limit:g} ms"
    return Answer.UNKNOWN, f"{where}, which does not decide on {limit:g} ms"


def _malformed(read: HistogramFacts) -> str:
    finite = [edge for edge in read.edges if edge is not None]
    if (
        len(read.edges) != len(read.at_most)
        or not read.edges
        or read.edges[-1] is not None
        or len(finite) != len(read.edges) - 1
    ):
        return (
            "the histogram has no bucket without limit (+Inf), so how many requests there were is"
            " not known"
        )
    if (
        finite != sorted(set(finite))
        or list(read.at_most) != sorted(read.at_most)
        or read.at_most[0] < 0
    ):
        return "the buckets contradict each other: fewer requests under a higher edge"
    return ""


def _ms(value: float | None) -> str:
    return "no known edge" if value is None else f"{value:g} ms"


def _resets(read: HistogramFacts) -> str:
    return f" ({read.resets} counter resets)" if read.resets else ""


def _traffic(read: HistogramFacts) -> str:
    if read.window_s is None:
        return ""
    return f" ({read.requests / read.window_s:.2g} requests a second on average)"
