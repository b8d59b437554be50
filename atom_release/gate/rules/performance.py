"""From measured latency and accuracy to an answer.

The rules that the probe and the gate both apply.

Latency, for each endpoint of a service, in this order:

1. More errors than the budget allows, by the whole of Wilson's interval: NO. Errors are never fast
   answers.
2. The whole interval of p95 at or above the budget: NO. Exactly at the budget is not below it.
3. The budget inside the interval, the share of errors above its budget without proof, too few
   requests, an interval that was not paid for (its alpha is more than the allowed looks leave):
   UNKNOWN.
4. Otherwise the whole interval is strictly below the budget: YES.

A NO on a machine that kept even a no-op waiting, or dropped its requests, or whose processors
others took from a service that needs them, says nothing about the service: UNKNOWN. The service's
answer is the worst of its endpoints'.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, JsonValue, ValidationError, model_validator

from atom_release.gate.manifest import Budget
from atom_release.gate.statistics import wilson
from atom_release.gate.vocabulary import Answer

ALPHA = 0.05
"""The risk of a wrong interval that all looks together may take."""

QUANTILE = 0.95
"""The quantile that budgets are about."""

# a no-op whose p95 takes this share of the budget: the machine, not the service, is being measured
_NOISE = 0.25
_SATURATED, _CROWDED, _COMPUTES = 0.9, 0.3, 0.5
"""Processors were all but fully busy, others took this share of them.

And the service used at least half of one: so it had to wait for them.
"""

_WORST_FIRST = (Answer.NO, Answer.UNKNOWN, Answer.YES)


Milliseconds = Annotated[float, Field(ge=0, allow_inf_nan=False)]
"""What a clock can have measured.

A comparison with NaN is false, and would let anything through.
"""


class _Facts(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class Measured(_Facts):
    """What was measured of one endpoint; milliseconds.

    An end of the interval that the samples cannot give is None.
    """

    name: str
    requests: int = Field(ge=0)
    errors: int = Field(ge=0)
    timeouts: int = Field(default=0, ge=0, description="of the errors, those that waited in vain")
    p95: Milliseconds | None = None
    low: Milliseconds | None = None
    high: Milliseconds | None = None
    alpha: float = Field(default=1.0, gt=0, le=1, description="risk of this interval alone")
    looks: int = Field(default=1, ge=1)


class Noop(_Facts):
    """What was measured, in the same window, of an endpoint that does nothing."""

    requests: int = Field(ge=0)
    errors: int = Field(ge=0)
    p95: Milliseconds | None = None
    high: Milliseconds | None = None


class Machine(_Facts):
    """Who used the processors in the same window, as shares of all of them."""

    busy: float = 0.0
    others: float = 0.0
    subject_processors: float = Field(
        default=0.0, description="how many processors the rehearsal used"
    )


class LatencyFacts(_Facts):
    """What the latency rule reads of the probe's facts."""

    endpoints: tuple[Measured, ...] = Field(min_length=1)
    noop: Noop
    machine: Machine = Machine()


def budget_ms(budget: Budget) -> float:
    """Give the budget of p95 in milliseconds, the unit of all latencies here."""
    return budget.p95.total_seconds() * 1000


def judge_latency(
    facts: Mapping[str, JsonValue], budget: Budget, endpoints: Collection[str] = ()
) -> tuple[Answer, str]:
    """Give the answer that latency facts come to, and why.

    `endpoints` names those that must have been measured.
    """
    try:
        read = LatencyFacts.model_validate(facts)
    except ValidationError as error:
        return Answer.UNKNOWN, f"the latency facts cannot be read: {error.error_count()} errors"
    missing = sorted(set(endpoints) - {one.name for one in read.endpoints})
    if missing:
        return Answer.UNKNOWN, f"not measured: {', '.join(missing)}"
    noise = noise_of(read, budget)
    judged = [_judge_endpoint(one, budget, noise) for one in read.endpoints]
    answer = min((one for one, _ in judged), key=_WORST_FIRST.index)
    if answer is Answer.YES:
        return answer, _within(read, budget)
    return answer, "; ".join(reason for one, reason in judged if one is answer)


def noise_of(read: LatencyFacts, budget: Budget) -> str:
    """Say why a service must not be accused of what was measured in this window, or nothing."""
    return machine_noise(read.noop, budget) or _crowd(read.machine)


def machine_noise(noop: Noop, budget: Budget) -> str:
    """Say why the machine is too noisy to accuse a service, or nothing."""
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


def _crowd(machine: Machine) -> str:
    crowded = (
        machine.busy >= _SATURATED
        and machine.others >= _CROWDED
        and machine.subject_processors >= _COMPUTES
    )
    return (
        f"other processes used {machine.others:.0%} of the processors, and {1 - machine.busy:.0%}"
        " was idle"
        if crowded
        else ""
    )


def judge_endpoint(one: Measured, budget: Budget) -> tuple[Answer, str]:
    """Give the answer that one endpoint's figures come to, whatever else happened on the machine.

    Of a YES there is no reason to give.
    """
    return _judge_endpoint(one, budget, "")


def _judge_endpoint(one: Measured, budget: Budget, noise: str) -> tuple[Answer, str]:
    accused = _accusation(one, budget)
    if accused:
        # A wrong status is the service's own doing, however slow the machine is.
        blameless = bool(noise) and not _too_many(one.errors - one.timeouts, one.requests, budget)
        return (
            (Answer.UNKNOWN, f"machine: {noise}, so this does not count: {accused}")
            if blameless
            else (Answer.NO, accused)
        )
    doubt = _doubt(one, budget)
    return (Answer.UNKNOWN, doubt) if doubt else (Answer.YES, "")


def _too_many(errors: int, requests: int, budget: Budget) -> bool:
    return wilson(errors, requests, ALPHA)[0] > budget.error_rate


def _accusation(one: Measured, budget: Budget) -> str:
    limit = budget_ms(budget)
    if _too_many(one.errors, one.requests, budget):
        return (
            f"{one.name}: {one.errors} of {one.requests} requests failed, the budget is"
            f" {budget.error_rate:.2%}"
        )
    if one.low is not None and one.low >= limit:
        return (
            f"{one.name}: p95 is {_ms(one.p95)}, at least {one.low:.1f} ms, and must be below"
            f" {limit:g} ms"
        )
    return ""


def _doubt(one: Measured, budget: Budget) -> str:
    limit = budget_ms(budget)
    if one.requests < budget.requests:
        return (
            f"{one.name}: {one.requests} requests are too few, the manifest asks for"
            f" {budget.requests}"
        )
    if one.errors > budget.error_rate * one.requests:
        return (
            f"{one.name}: {one.errors} of {one.requests} requests failed, which does not show"
            f" whether more than {budget.error_rate:.2%} do"
        )
    if one.looks > budget.looks or one.alpha > ALPHA / budget.looks * (1 + 1e-9):
        return f"{one.name}: the interval takes more risk than {budget.looks} looks leave to each"
    if one.high is None or one.high >= limit:
        return (
            f"{one.name}: p95 is between {_ms(one.low)} and {_ms(one.high)}, which does not decide"
            f" on {limit:g} ms after {one.looks} looks"
        )
    return ""


def _within(read: LatencyFacts, budget: Budget) -> str:
    slowest = max(read.endpoints, key=lambda one: one.high or 0)
    requests = sum(one.requests for one in read.endpoints)
    errors = sum(one.errors for one in read.endpoints)
    return (
        f"p95 is at most {_ms(slowest.high)} ({slowest.name}), below {budget_ms(budget):g} ms; "
        f"{len(read.endpoints)} endpoints, {requests} requests, {errors} errors"
    )


def _ms(value: float | None) -> str:
    return "unknown" if value is None else f"{value:.1f} ms"


class AccuracyFacts(_Facts):
    """What the accuracy rule reads of the probe's facts; rows without an answer count as wrong."""

    n: int = Field(gt=0)
    correct: int = Field(ge=0)
    unanswered: int = Field(default=0, ge=0)
    majority: float = Field(
        ge=0, le=1, description="what always answering the most frequent label would score"
    )

    @model_validator(mode="after")
    def _adds_up(self) -> AccuracyFacts:
        if self.correct + self.unanswered > self.n:
            message = "more answers than rows"
            raise ValueError(message)
        return self


def judge_accuracy(facts: Mapping[str, JsonValue], minimum: float) -> tuple[Answer, str]:
    """Give the answer that accuracy facts come to, and why.

    The minimum is a promise about this labelled set, all of which was asked: so the score itself
    decides that it is reached. That it is missed is said only where Wilson's interval excludes the
    minimum, since a few rows more could have come out otherwise. A score that does not exceed the
    majority class has learned nothing, whatever the minimum.
    """
    try:
        read = AccuracyFacts.model_validate(facts)
    except ValidationError as error:
        return Answer.UNKNOWN, f"the accuracy facts cannot be read: {error.error_count()} errors"
    score = read.correct / read.n
    if score > read.majority and score >= minimum:
        return (
            Answer.YES,
            (
                f"accuracy is {score:.1%} on {read.n} rows: at least {minimum:.1%}, and the"
                f" majority class alone scores {read.majority:.1%}"
            ),
        )
    missed = _missed(read, read.correct, minimum)
    if missed and _missed(read, read.correct + read.unanswered, minimum):
        return Answer.NO, missed
    if missed:
        return Answer.UNKNOWN, f"{missed}; {read.unanswered} rows got no answer"
    _, high = wilson(read.correct, read.n)
    return (
        Answer.UNKNOWN,
        (
            f"accuracy is {score:.1%} on {read.n} rows, at most {high:.1%}: that does not decide on"
            f" {minimum:.1%}"
        ),
    )


def _missed(read: AccuracyFacts, correct: int, minimum: float) -> str:
    score = correct / read.n
    if score <= read.majority:
        return (
            f"accuracy is {score:.1%} on {read.n} rows, no more than the majority class alone"
            f" scores ({read.majority:.1%})"
        )
    _, high = wilson(correct, read.n)
    return (
        f"accuracy is {score:.1%} on {read.n} rows, at most {high:.1%}, and must be {minimum:.1%}"
        if high < minimum
        else ""
    )
