"""What the intervals and the rule promise, counted over simulated experiments by the product's own functions; tests and `make bench` show the same figures."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from atom_release.evidence.latency.measurement import summary
from atom_release.evidence.latency.sampler import Sample, Series
from atom_release.gate.performance import judge_latency
from atom_release.gate.statistics import quantile_interval
from atom_release.gate.vocabulary import Answer

if TYPE_CHECKING:
    from atom_release.gate.manifest import Budget

EXPERIMENTS = 2000
_Z95 = 1.6448536269514722
_QUIET = {"requests": 50, "errors": 0, "p95": 1.0, "high": 2.0}


@dataclass(frozen=True)
class Distribution:
    """How latencies are drawn, and the p95 that they truly have."""

    draw: Callable[[np.random.Generator, tuple[int, ...]], Any]
    p95: float


DISTRIBUTIONS = {
    "lognormal": Distribution(lambda rng, shape: rng.lognormal(5, 1, shape), float(np.exp(5 + _Z95))),
    "bimodal": Distribution(lambda rng, shape: np.where(rng.random(shape) < 0.9, rng.uniform(10, 20, shape), rng.uniform(900, 1000, shape)), 950.0),
    # Ties: P(X <= 58) = 0.949, P(X <= 59) = 0.951.
    "whole milliseconds": Distribution(lambda rng, shape: rng.geometric(0.05, shape).astype(float), 59.0),
}


def coverage(name: str, samples: int = 200, experiments: int = EXPERIMENTS) -> float:
    """Give the share of experiments whose 95 % interval holds the true p95."""
    known = DISTRIBUTIONS[name]
    held = 0
    for drawn in np.sort(known.draw(np.random.default_rng(20), (experiments, samples)), axis=1).tolist():
        interval = quantile_interval(drawn, 0.95, 0.05)
        held += interval.low is not None and interval.high is not None and interval.low <= known.p95 <= interval.high
    return held / experiments


def passes(name: str, budget: Budget, true_ms: float, experiments: int = EXPERIMENTS) -> float:
    """Give the share of experiments that end in YES where p95 truly is so much, taking looks until one decides, as the probe does."""
    known, rng = DISTRIBUTIONS[name], np.random.default_rng(7)
    return sum(_ends_in_yes(known, budget, true_ms, rng) for _ in range(experiments)) / experiments


def _ends_in_yes(known: Distribution, budget: Budget, true_ms: float, rng: np.random.Generator) -> bool:
    series = Series()
    answer = Answer.UNKNOWN
    for look in range(1, budget.looks + 1):
        series.looks = look
        drawn = known.draw(rng, (budget.requests,)) * (true_ms / known.p95)
        series.samples += [Sample("open", 0.0, latency, "200") for latency in drawn.tolist()]
        answer, _ = judge_latency({"endpoints": [summary("a", series, budget)], "noop": {**_QUIET}}, budget)
        if answer is not Answer.UNKNOWN:
            break
    return answer is Answer.YES
