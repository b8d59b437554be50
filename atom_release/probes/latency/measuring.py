"""How one endpoint is measured.

Warmed up, asked under the load that the manifest names until the budget lies outside the interval
or the looks are spent, and then under more and more users, to find what it can serve.

All endpoints of a service are measured in one window, with a no-op beside them. Without a named
rate one request goes at a time, whatever endpoint it is for; with one their arrivals take turns,
and together come at that rate, which is what the service is to bear.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from itertools import count

from atom_release.gate.facts.latency import (
    ControlFacts,
    NoopFacts,
)
from atom_release.gate.manifest import Budget
from atom_release.gate.rules.performance import (
    ALPHA,
    QUANTILE,
    asked_load,
    budget_ms,
    judge_latency,
    says_it_failed,
)
from atom_release.gate.statistics import (
    over_limit_needed,
    wilson,
)
from atom_release.gate.vocabulary import Answer
from atom_release.probes.latency.client import Client, Target
from atom_release.probes.latency.figures import (
    _GROWS,
    _STAGE_REQUESTS,
    _STAGE_SECONDS,
    _USERS,
    describe_endpoint,
)
from atom_release.probes.latency.sampler import (
    Pace,
    Series,
    closed_model,
    open_model,
    single_model,
    together,
)

_WARM_UP = 8
_NOOP_RATE = 25.0
_ERRORS_THAT_SHOW = (
    20  # a run is not cut short for fewer, so that the record says more than "1 of 1"
)
_CONTROL_USERS = 8
_QUIET = NoopFacts(requests=1, errors=0, p95=0.0, high=0.0)


def patience(budget: Budget) -> float:
    """Return the seconds after which a request has waited in vain.

    Well past the budget, so that slow and silent are told apart.
    """
    return 2 * budget.p95.total_seconds() + 1


async def measure_service(
    targets: Sequence[Target], series: Mapping[str, Series], noop: Target, budget: Budget
) -> Series:
    """Measure all targets in one window, each into its series, and the no-op as long as they take.

    Returns:
        The samples of the no-op.
    """
    beside, done = Series(), asyncio.Event()

    async def measure_all() -> None:
        try:
            if budget.rate is None:
                pace = Pace(asked_load(budget).rate)
                await together(
                    *(
                        measure_single(target, series[target.name], budget, pace)
                        for target in targets
                    )
                )
            else:
                await together(
                    *(
                        measure_open(
                            target,
                            series[target.name],
                            budget,
                            rate=budget.rate / len(targets),
                            phase=turn / budget.rate,
                        )
                        for turn, target in enumerate(targets)
                    )
                )
        finally:
            done.set()

    await together(measure_all(), _measure_noop(noop, beside, done, patience(budget)))
    for target in targets:
        if not series[target.name].stopped:
            await _find_capacity(target, series[target.name], budget)
    return beside


async def measure_open(  # noqa: PLR0913 - how many, how often and in which turn
    target: Target,
    series: Series,
    budget: Budget,
    *,
    rate: float,
    requests: int | None = None,
    phase: float = 0.0,
) -> None:
    """Measure one endpoint under arrivals, taking more samples while they do not decide."""
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
    finally:
        client.close()


async def measure_single(
    target: Target, series: Series, budget: Budget, pace: Pace, requests: int | None = None
) -> None:
    """Measure one endpoint one request at a time, taking more samples while they do not decide."""
    client = Client(target, patience(budget))
    each, series.deciding = requests or budget.requests, "single"
    try:
        await single_model(
            client,
            series,
            model="warm-up",
            requests=_WARM_UP,
            pace=pace,
            certain=lambda warming: bool(warming.errors("warm-up")),
        )
        for look in range(1, budget.looks + 1):
            series.looks = look
            certain = _certain(look * each, budget)
            if await single_model(client, series, requests=each, pace=pace, certain=certain):
                series.stopped = True
            if series.stopped or not _undecided(series, target, budget):
                break
    finally:
        client.close()


async def _find_capacity(target: Target, series: Series, budget: Budget) -> None:
    """Ask with more and more users until they get no more answers, or an error."""
    client, best = Client(target, patience(budget)), 0.0
    try:
        for users in _USERS:
            model = f"{users} users"
            await closed_model(
                client,
                series,
                model=model,
                users=users,
                requests=_STAGE_REQUESTS,
                seconds=_STAGE_SECONDS,
            )
            rate = series.per_second(model) or 0.0
            if series.errors(model) or rate < best * _GROWS:
                break
            best = rate
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
    """Return what says when a NO can no longer change.

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
    """Return whether more samples may decide, which those that say they failed cannot."""
    endpoint = describe_endpoint(target.name, series, budget)
    if says_it_failed(endpoint, budget):
        return False
    facts = ControlFacts(load=asked_load(budget), endpoints=(endpoint,), noop=_QUIET)
    return judge_latency(facts.to_json(), budget)[0] is Answer.UNKNOWN


async def control(slow: Target, missing: Target, budget: Budget) -> dict[str, ControlFacts]:
    """Measure by the same code what sleeps past the budget and what answers 404 fast.

    Returns:
        The facts of each.
    """
    few = min(budget.requests, 60)
    series = {target.name: Series() for target in (slow, missing)}
    await together(
        *(_must_fail(target, series[target.name], budget, few) for target in (slow, missing))
    )
    return {
        name: ControlFacts(
            load=asked_load(budget),
            endpoints=(describe_endpoint(name, endpoint_series, budget),),
            noop=_QUIET,
        )
        for name, endpoint_series in series.items()
    }


async def _must_fail(target: Target, series: Series, budget: Budget, requests: int) -> None:
    """Measure a control; one at a time would take too long, so several do that side by side."""
    if budget.rate is not None:
        await measure_open(target, series, budget, rate=budget.rate, requests=requests)
        return
    rate = asked_load(budget).rate
    await together(
        *(
            measure_single(target, series, budget, Pace(rate), requests=requests)
            for _ in range(_CONTROL_USERS)
        )
    )
