"""How one endpoint is measured.

Warmed up, put under arrivals until the budget lies outside the interval or the looks are spent,
then closed.

All endpoints of a service are measured in one window, with a no-op beside them: their arrivals take
turns, and together come at the budget's rate, which is what the service is to bear.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from itertools import count

from pydantic import JsonValue

from atom_release.gate.manifest import Budget
from atom_release.gate.rules.performance import ALPHA, QUANTILE, budget_ms, judge_latency
from atom_release.gate.statistics import (
    over_limit_needed,
    quantile,
    quantile_interval,
    wilson,
)
from atom_release.gate.vocabulary import Answer
from atom_release.probes.latency.client import Client, Target
from atom_release.probes.latency.sampler import Series, closed_model, open_model, together

_WARM_UP = 8
_NOOP_RATE = 25.0
_ERRORS_THAT_SHOW = (
    20  # a run is not cut short for fewer, so that the record says more than "1 of 1"
)
_CLOSED_USERS, _CLOSED_REQUESTS, _CLOSED_SECONDS = 2, 20, 0.2
_QUIET: dict[str, JsonValue] = {"requests": 1, "errors": 0, "p95": 0.0, "high": 0.0}


def patience(budget: Budget) -> float:
    """Give the seconds after which a request has waited in vain.

    Well past the budget, so that slow and silent are told apart.
    """
    return 2 * budget.p95.total_seconds() + 1


async def measure_service(
    targets: Sequence[Target], series: Mapping[str, Series], noop: Target, budget: Budget
) -> Series:
    """Measure all targets in one window, each into its series, and the no-op as long as they take.

    Give the samples of the no-op.
    """
    beside, done = Series(), asyncio.Event()

    async def all_targets() -> None:
        try:
            rate = budget.rate / len(targets)
            await together(
                *(
                    measure(one, series[one.name], budget, rate=rate, phase=turn / budget.rate)
                    for turn, one in enumerate(targets)
                )
            )
        finally:
            done.set()

    await together(all_targets(), _measure_noop(noop, beside, done, patience(budget)))
    return beside


async def measure(  # noqa: PLR0913 - how many, how often and in which turn
    target: Target,
    series: Series,
    budget: Budget,
    *,
    rate: float,
    requests: int | None = None,
    phase: float = 0.0,
) -> None:
    """Measure one endpoint, taking more samples while they do not decide."""
    client = Client(target, patience(budget))
    each = requests or budget.requests
    try:
        await closed_model(
            client,
            series,
            model="warm-up",
            users=_WARM_UP,
            requests=_WARM_UP,
            seconds=patience(budget),
        )
        for look in range(1, budget.looks + 1):
            series.looks = look
            await open_model(
                client,
                series,
                requests=each,
                rate=rate,
                phase=phase,
                certain=_certain(look * each, budget),
            )
            if not _undecided(series, target, budget):
                break
        if not series.stopped:
            await closed_model(
                client,
                series,
                model="closed",
                users=_CLOSED_USERS,
                requests=_CLOSED_REQUESTS,
                seconds=_CLOSED_SECONDS,
            )
    finally:
        client.close()


async def _measure_noop(noop: Target, series: Series, done: asyncio.Event, wait: float) -> None:
    client = Client(noop, wait)
    try:
        await closed_model(client, series, model="warm-up", users=2, requests=2, seconds=wait)
        await open_model(
            client,
            series,
            requests=10**9,
            rate=_NOOP_RATE,
            phase=0.0,
            certain=lambda _: done.is_set(),
        )
    finally:
        client.close()


def _certain(planned: int, budget: Budget) -> Callable[[Series], bool]:
    """Say when a NO can no longer change.

    Whatever the requests still to come of those planned bring: so stopping there costs no risk.
    """
    needed = over_limit_needed(planned, QUANTILE, ALPHA / budget.looks) or planned + 1
    proven = next(
        errors
        for errors in count(1)
        if errors == planned or wilson(errors, planned, ALPHA)[0] > budget.error_rate
    )
    limit, too_many = budget_ms(budget), max(proven, _ERRORS_THAT_SHOW)

    def certain(series: Series) -> bool:
        return series.count_over(limit) >= needed or series.count_errors() >= too_many

    return certain


def _undecided(series: Series, target: Target, budget: Budget) -> bool:
    facts: dict[str, JsonValue] = {
        "endpoints": [summary(target.name, series, budget)],
        "noop": _QUIET,
    }
    return judge_latency(facts, budget)[0] is Answer.UNKNOWN


def summary(name: str, series: Series, budget: Budget) -> dict[str, JsonValue]:
    """Give the facts of one endpoint.

    Exact quantiles in milliseconds, their interval for p95, and the share of errors with its own.
    """
    latencies, errors = series.latencies(), series.errors()
    requests, alpha = len(latencies) + len(errors), ALPHA / budget.looks
    interval = quantile_interval(latencies, QUANTILE, alpha)
    low, high = wilson(len(errors), requests, ALPHA)
    return {
        "name": name,
        "requests": requests,
        "errors": len(errors),
        "timeouts": errors.count("timeout"),
        "error_kinds": dict(sorted(Counter(errors).items())),
        "error_rate": len(errors) / requests if requests else None,
        "error_low": low,
        "error_high": high,
        **{
            f"p{round(q * 100)}": quantile(latencies, q) if latencies else None
            for q in (0.5, 0.9, 0.95, 0.99)
        },
        "low": interval.low,
        "high": interval.high,
        "alpha": alpha,
        "looks": series.looks,
        "stopped_early": series.stopped,
        "behind_ms": series.behind_ms,
        "closed": _closed(series),
    }


def _closed(series: Series) -> JsonValue:
    latencies, errors = series.latencies("closed"), series.errors("closed")
    if not latencies:
        return {"requests": len(errors), "errors": len(errors)}
    return {
        "requests": len(latencies) + len(errors),
        "errors": len(errors),
        "users": _CLOSED_USERS,
        "p50": quantile(latencies, 0.5),
        "p95": quantile(latencies, 0.95),
        "per_second": series.per_second("closed"),
    }


async def control(slow: Target, missing: Target, budget: Budget) -> dict[str, JsonValue]:
    """Measure by the same code what sleeps past the budget and what answers 404 fast.

    Give the facts of each.
    """
    few = min(budget.requests, 60)
    found = {one.name: Series() for one in (slow, missing)}
    await together(
        *(
            measure(one, found[one.name], budget, rate=budget.rate, requests=few)
            for one in (slow, missing)
        )
    )
    return {
        name: {"endpoints": [summary(name, series, budget)], "noop": _QUIET}
        for name, series in found.items()
    }
