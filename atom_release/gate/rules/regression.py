"""From this release's latency and the previous one's to an answer.

Did p95 or the share of errors rise beyond what the manifest allows?

Both summaries hold an interval for each endpoint, valid for every distribution. The shift lies
between (lowest now, highest then) and (highest now, lowest then): wider than an interval from the
samples themselves would be, and never too narrow. "It rose beyond" uses the lower end of one
interval and the upper end of the other, so it is wrong with at most half of the risk of each: 5 %
for an endpoint.

1. The whole shift beyond the allowed share, and beyond the least rise that counts: NO.
2. The whole shift at or below either: YES.
3. Otherwise, or where an endpoint was measured otherwise than before: UNKNOWN.

A NO on a noisy machine says nothing about the service, nor does a rise that is gone when divided by
the rise of the no-op that was measured beside it: UNKNOWN. Where the manifest only warns, NO and
UNKNOWN become a YES that says what was found.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from pydantic import JsonValue

from atom_release.gate.facts.latency import Measured
from atom_release.gate.facts.regression import ComparedEndpoint, RegressionFacts, Window
from atom_release.gate.manifest import Budget
from atom_release.gate.rules.performance import ALPHA, describe_crowd, machine_noise
from atom_release.gate.statistics import wilson
from atom_release.gate.vocabulary import Answer

WARNING = "warning: "
"""How the reason of a leg begins that holds although something rose."""


class Shift(NamedTuple):
    """By what share something rose, at least and at most; None where the figures do not tell."""

    low: float | None
    high: float | None


def judge_regression(facts: Mapping[str, JsonValue], budget: Budget) -> tuple[Answer, str]:
    """Return the answer that the facts of two latency measurements come to, and why."""
    compared = RegressionFacts.read(facts)
    if compared is None or compared.now is None or compared.then is None:
        return _as_asked(
            Answer.UNKNOWN, "the figures cannot be compared: they cannot be read", budget
        )
    answer, reason = judge_beyond(compared.now, compared.then, budget)
    return _as_asked(answer, f"{reason}{_with_what(facts)}", budget)


def _as_asked(answer: Answer, reason: str, budget: Budget) -> tuple[Answer, str]:
    warns = answer is not Answer.YES and budget.regression.then == "warn"
    return (Answer.YES, f"{WARNING}{reason}") if warns else (answer, reason)


def _with_what(facts: Mapping[str, JsonValue]) -> str:
    named = facts.get("baseline")
    return (
        f"; compared with {named.get('tag')} ({str(named.get('commit'))[:12]})"
        if isinstance(named, dict)
        else ""
    )


def judge_beyond(now: Window, then: Window, budget: Budget) -> tuple[Answer, str]:
    """Return the answer before it is asked whether the manifest only warns."""
    if now.load != then.load:
        return (
            Answer.UNKNOWN,
            f"the previous release was measured with {then.load}, this one with {now.load}",
        )
    pairs = list(_pairs(now, then))
    if not pairs:
        return Answer.UNKNOWN, "no endpoint of the previous release is asked in the same way now"
    risen = [reason for pair in pairs if (reason := _risen(*pair, budget))]
    if risen:
        noise = _noise(now, budget) or _slower_machine(pairs, now.noop, then.noop, budget)
        summary = f"{'; '.join(risen)}; measured with {now.load}"
        return (
            (Answer.UNKNOWN, f"machine: {noise}, so this does not count: {summary}")
            if noise
            else (Answer.NO, summary)
        )
    doubts = [reason for pair in pairs if (reason := _doubt(*pair, budget))]
    if doubts:
        return Answer.UNKNOWN, f"{'; '.join(doubts)}; measured with {now.load}"
    return (
        Answer.YES,
        (
            f"no rise beyond {_allowed(budget)} in {len(pairs)} of {len(now.endpoints)} endpoints:"
            f" {'; '.join(_told(*pair) for pair in pairs)}; measured with {now.load}"
        ),
    )


def _noise(now: Window, budget: Budget) -> str:
    return machine_noise(now.noop, budget) or describe_crowd(now.machine)


def _pairs(now: Window, then: Window) -> Iterable[tuple[ComparedEndpoint, ComparedEndpoint]]:
    """Return the endpoints that were asked in both in the same way; a new one has no past."""
    before = {
        (endpoint.name, endpoint.method, endpoint.path): endpoint for endpoint in then.endpoints
    }
    return (
        (endpoint, before[key])
        for endpoint in now.endpoints
        if (key := (endpoint.name, endpoint.method, endpoint.path)) in before
    )


def p95_shift(now: ComparedEndpoint, then: ComparedEndpoint) -> Shift:
    """Return the share by which p95 rose."""
    low = now.low / then.high - 1 if now.low is not None and then.high else None
    high = now.high / then.low - 1 if now.high is not None and then.low else None
    return Shift(low, high)


def _room(then: float, budget: Budget) -> float:
    """Return how far above this previous p95 (ms) one may be now."""
    return max(then * budget.regression.allowed, budget.regression.least.total_seconds() * 1000)


def _paid(endpoint: ComparedEndpoint) -> bool:
    return endpoint.alpha * endpoint.looks <= ALPHA * (1 + 1e-9)


def _risen(
    now: ComparedEndpoint, then: ComparedEndpoint, budget: Budget, machine: float = 1.0
) -> str:
    """Return what rose beyond the allowed share without doubt, or nothing.

    `machine` is how many times slower the machine itself has become.
    """
    rises = []
    low = None if now.low is None else now.low / machine
    if (
        low is not None
        and then.high is not None
        and _paid(now)
        and _paid(then)
        and low - then.high > _room(then.high, budget)
    ):
        rises.append(
            f"p95 rose by at least {low / then.high - 1:.0%} (from at most {then.high:.1f} ms to at"
            f" least {low:.1f} ms)"
        )
    before = wilson(then.errors, then.requests, ALPHA)[1]
    if wilson(now.errors, now.requests, ALPHA)[0] > before * (1 + budget.regression.allowed):
        rises.append(
            f"{now.errors} of {now.requests} requests failed, {then.errors} of {then.requests}"
            " before"
        )
    return f"{now.name}: {', '.join(rises)}; allowed is {_allowed(budget)}" if rises else ""


def _doubt(now: ComparedEndpoint, then: ComparedEndpoint, budget: Budget) -> str:
    """Return why it is not shown that nothing rose beyond the allowed share, or nothing.

    That errors did not rise few samples can show: they count above.
    """
    if not (_paid(now) and _paid(then)):
        return f"{now.name}: an interval takes more risk than its looks leave"
    if (
        now.high is not None
        and then.low is not None
        and now.high - then.low <= _room(then.low, budget)
    ):
        return ""
    return f"{_told(now, then)}, which does not decide on {_allowed(budget)}"


def _told(now: ComparedEndpoint, then: ComparedEndpoint) -> str:
    low, high = p95_shift(now, then)
    return f"{now.name}: p95 changed by {_share(low)} to {_share(high)}"


def _share(value: float | None) -> str:
    return "an unknown share" if value is None else f"{value:+.0%}"


def _allowed(budget: Budget) -> str:
    return (
        f"{budget.regression.allowed:.0%}, at least"
        f" {budget.regression.least.total_seconds() * 1000:g} ms"
    )


def _slower_machine(
    pairs: Iterable[tuple[ComparedEndpoint, ComparedEndpoint]],
    now: Measured,
    then: Measured,
    budget: Budget,
) -> str:
    """Return by how much the no-op became slower if that explains every rise, or nothing."""
    if now.low is None or not then.high or now.low <= then.high:
        return ""
    times = now.low / then.high
    explained = not any(_risen(*pair, budget, machine=times) for pair in pairs)
    return (
        f"p95 of a no-op rose too, from at most {then.high:.1f} ms to at least {now.low:.1f} ms"
        if explained
        else ""
    )
