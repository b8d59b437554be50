"""From measured latency to an answer: the rules that the probe and the gate both apply.

For each endpoint of a service, in this order:

1. More errors than the budget allows, by the whole of Wilson's interval: NO. Errors are never fast
   answers.
2. The whole interval of p95 at or above the budget: NO. Exactly at the budget is not below it.
3. The budget inside the interval, the share of errors above its budget without proof, more
   answers than it allows whose body says that they failed, too few requests, an interval that was
   not paid for (its alpha is more than the allowed looks leave): UNKNOWN.
4. Otherwise the whole interval is strictly below the budget: YES.

All of it is true of one load, which every sentence names: one request at a time, or the arrivals
that the manifest asks for. What was measured under another load decides nothing, and what a service
can bear at most is told and sets no verdict.

A NO on a machine that kept even a no-op waiting, or dropped its requests, or whose processors
others took from a service that needs them, says nothing about the service: UNKNOWN. The service's
answer is the worst of its endpoints'.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from pydantic import JsonValue, ValidationError

from atom_release.gate.facts.latency import (
    SINGLE_RATE,
    EndpointFacts,
    LatencyFacts,
    Load,
    MachineFacts,
    Measured,
)
from atom_release.gate.manifest import Budget
from atom_release.gate.statistics import wilson
from atom_release.gate.units import Unit
from atom_release.gate.vocabulary import Answer

ALPHA = 0.05
"""The risk of a wrong interval that all looks together may take."""

QUANTILE = 0.95
"""The quantile that budgets are about."""

# a no-op whose p95 takes this share of the budget: the machine, not the service, is being measured
_NOISE = 0.25
_SATURATED, _CROWDED, _COMPUTES, _WAITED = 0.9, 0.3, 0.5, 0.2
"""Processors were all but fully busy, and others took this share of them.

And the service used at least half of one, or waited this share of its time for one: so it had to
wait for them.
"""

_WORST_FIRST = (Answer.NO, Answer.UNKNOWN, Answer.YES)


def budget_ms(budget: Budget) -> float:
    """Return the budget of p95 in milliseconds, the unit of all latencies here."""
    return Unit.SECOND.convert(budget.p95.total_seconds(), Unit.MILLISECOND)


def asked_load(budget: Budget) -> Load:
    """Return how a budget wants the service to be asked."""
    if budget.rate is None:
        return Load(model="single", rate=SINGLE_RATE)
    return Load(model="open", rate=budget.rate)


def judge_latency(
    facts: Mapping[str, JsonValue], budget: Budget, endpoints: Collection[str] = ()
) -> tuple[Answer, str]:
    """Return the answer that latency facts come to, and why.

    `endpoints` names those that must have been measured.
    """
    try:
        latency = LatencyFacts.model_validate(facts)
    except ValidationError as error:
        return Answer.UNKNOWN, f"the latency facts cannot be read: {error.error_count()} errors"
    missing = sorted(set(endpoints) - {endpoint.name for endpoint in latency.endpoints})
    if missing:
        return Answer.UNKNOWN, f"not measured: {', '.join(missing)}"
    wanted = asked_load(budget)
    if latency.load != wanted:
        return (
            Answer.UNKNOWN,
            f"measured with {latency.load}; the manifest asks for {wanted}",
        )
    noise = find_noise(latency, budget)
    judged = [
        _judge_endpoint(endpoint, budget, noise, latency.patience_ms)
        for endpoint in latency.endpoints
    ]
    answer = min((verdict for verdict, _ in judged), key=_WORST_FIRST.index)
    if answer is Answer.YES:
        return answer, _within(latency, budget)
    reasons = "; ".join(reason for verdict, reason in judged if verdict is answer)
    return answer, f"{reasons}; measured with {latency.load}"


def find_noise(latency: LatencyFacts, budget: Budget) -> str:
    """Return why a service must not be accused of what was measured in this window, or nothing."""
    return machine_noise(latency.noop, budget) or describe_crowd(latency.machine)


def machine_noise(noop: Measured, budget: Budget) -> str:
    """Return why the machine is too noisy to accuse a service, or nothing."""
    limit = budget_ms(budget)
    if noop.errors:
        return f"{noop.errors} of {noop.requests} requests to a no-op failed"
    if noop.p95 is None:
        return "no no-op was measured"
    if noop.p95 >= limit * _NOISE:
        return f"p95 of a no-op was {noop.p95:.1f} ms"
    return (
        f"p95 of a no-op may be {noop.high:.1f} ms"
        if noop.high is not None and noop.high >= limit
        else ""
    )


def describe_crowd(machine: MachineFacts) -> str:
    """Return how others took the processors from a service that needed them, or nothing."""
    needed = machine.subject_processors >= _COMPUTES or machine.subject_waited >= _WAITED
    if machine.busy < _SATURATED or machine.others < _CROWDED or not needed:
        return ""
    return (
        f"other processes used {machine.others:.0%} of the processors, {1 - machine.busy:.0%} was"
        f" idle, and the services waited {machine.subject_waited:.0%} of their time for one"
    )


def judge_endpoint(endpoint: Measured, budget: Budget) -> tuple[Answer, str]:
    """Return the answer that one endpoint's figures come to, whatever happened on the machine.

    Of a YES there is no reason to give.
    """
    return _judge_endpoint(endpoint, budget, "", None)


def fails_too_often(endpoint: Measured, budget: Budget) -> bool:
    """Return whether more requests fail than the budget allows, by the whole interval."""
    return _too_many(endpoint.errors, endpoint.requests, budget)


def says_it_failed(endpoint: Measured, budget: Budget) -> bool:
    """Return whether more answers than may fail say in their body that they did."""
    return endpoint.errors + endpoint.doubtful > budget.error_rate * endpoint.requests and bool(
        endpoint.doubtful
    )


def _judge_endpoint(
    endpoint: Measured, budget: Budget, noise: str, patience_ms: float | None
) -> tuple[Answer, str]:
    accused = _accusation(endpoint, budget, patience_ms)
    if accused:
        # A wrong status is the service's own doing, however slow the machine is.
        wrong = endpoint.errors - endpoint.timeouts
        blameless = bool(noise) and not _too_many(wrong, endpoint.requests, budget)
        return (
            (Answer.UNKNOWN, f"machine: {noise}, so this does not count: {accused}")
            if blameless
            else (Answer.NO, accused)
        )
    doubt = _doubt(endpoint, budget, patience_ms)
    return (Answer.UNKNOWN, doubt) if doubt else (Answer.YES, "")


def _too_many(errors: int, requests: int, budget: Budget) -> bool:
    return wilson(errors, requests, ALPHA)[0] > budget.error_rate


def _accusation(endpoint: Measured, budget: Budget, patience_ms: float | None) -> str:
    limit = budget_ms(budget)
    if _too_many(endpoint.errors, endpoint.requests, budget):
        return (
            f"{endpoint.name}: {endpoint.describe_errors(patience_ms)}, the budget is"
            f" {budget.error_rate:.2%}"
        )
    if endpoint.low is not None and endpoint.low >= limit:
        return (
            f"{endpoint.name}: p95 is {_ms(endpoint.p95)}, at least {endpoint.low:.1f} ms, and must"
            f" be below {limit:g} ms"
        )
    return ""


def _doubt(endpoint: Measured, budget: Budget, patience_ms: float | None) -> str:
    limit, name = budget_ms(budget), endpoint.name
    if endpoint.requests < budget.requests:
        return (
            f"{name}: {endpoint.requests} requests are too few, the manifest asks for"
            f" {budget.requests}"
        )
    if endpoint.errors > budget.error_rate * endpoint.requests:
        return (
            f"{name}: {endpoint.describe_errors(patience_ms)}, which does not show whether more"
            f" than {budget.error_rate:.2%} do"
        )
    if says_it_failed(endpoint, budget):
        return (
            f"{name}: {endpoint.doubtful} of {endpoint.requests} requests were answered"
            f" {endpoint.doubt}, so their time may be that of a refusal"
        )
    if endpoint.looks > budget.looks or endpoint.alpha > ALPHA / budget.looks * (1 + 1e-9):
        return f"{name}: the interval takes more risk than {budget.looks} looks leave to each"
    if endpoint.high is None or endpoint.high >= limit:
        return (
            f"{name}: p95 is between {_ms(endpoint.low)} and {_ms(endpoint.high)}, which does not"
            f" decide on {limit:g} ms after {endpoint.looks} looks"
        )
    return ""


def _within(latency: LatencyFacts, budget: Budget) -> str:
    slowest = max(latency.endpoints, key=lambda endpoint: endpoint.high or 0)
    requests = sum(endpoint.requests for endpoint in latency.endpoints)
    errors = sum(endpoint.errors for endpoint in latency.endpoints)
    return (
        f"p95 is at most {_ms(slowest.high)} ({slowest.name}), below {budget_ms(budget):g} ms,"
        f" measured with {latency.load}; {len(latency.endpoints)} endpoints, {requests} requests,"
        f" {errors} errors{_capacity(latency.endpoints)}"
    )


def _capacity(endpoints: Collection[EndpointFacts]) -> str:
    """Return what the slowest of the endpoints can serve, as far as that was found."""
    most = {
        endpoint.name: rate
        for endpoint in endpoints
        if (rate := endpoint.most_per_second) is not None
    }
    if not most:
        return ""
    least = min(most, key=lambda name: (most[name], name))
    return f"; {least} served up to {most[least]:.0f} a second"


def _ms(value: float | None) -> str:
    return "unknown" if value is None else f"{value:.1f} ms"
