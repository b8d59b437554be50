"""The question `latency`: is each endpoint's p95 strictly below its budget, interval and all?

The rule is `gate.rules.performance.judge_latency`; the gate applies it again to the facts recorded
here. Asked of rehearsed services only: load is never put on a live system.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from importlib.metadata import version

from atom_release.errors import ProbeFault
from atom_release.gate.facts.evidence import Evidence, NegativeControl
from atom_release.gate.facts.latency import (
    BudgetFacts,
    ControlFacts,
    LatencyFacts,
    MachineFacts,
    SamplesFacts,
)
from atom_release.gate.manifest import Budget, Endpoint, Service, slug
from atom_release.gate.rules.performance import (
    asked_load,
    budget_ms,
    judge_latency,
    says_it_failed,
)
from atom_release.gate.units import Unit
from atom_release.gate.vocabulary import Answer, ControlState
from atom_release.lab import stand_in
from atom_release.lab.address import Rehearsal, excused, not_started
from atom_release.lab.http_exchange import Exchange
from atom_release.lab.http_faults import NotStarted
from atom_release.lab.look import Look
from atom_release.probes.latency import samples
from atom_release.probes.latency.client import Target, target
from atom_release.probes.latency.figures import describe_endpoint, describe_noop
from atom_release.probes.latency.machine import watched
from atom_release.probes.latency.measuring import control, measure_service, patience
from atom_release.probes.latency.sampler import Series, together

_QUESTION = "latency"
_TELLS = 0.25  # seconds between two signs of life


def probe_latency(look: Look, service: Service, rehearsal: Rehearsal) -> Evidence:
    """Measure the endpoints of one rehearsed service, a no-op beside them.

    And the stand-ins that must fail.
    """
    unreached = not_started(look, _QUESTION, service, rehearsal)
    if unreached:
        return excused(service, rehearsal, unreached)
    with rehearsal.exchange() as exchange:
        targets = [
            _target(exchange, endpoint, service, rehearsal) for endpoint in service.endpoints
        ]
    with stand_in.running() as port, watched() as machine:
        series, noop, controls = asyncio.run(
            _measure(
                targets,
                port,
                service.budget,
                lambda share: look.tell(f"latency of {service.id}", share),
            )
        )
    kept = samples.keep(
        look.scratch / samples_file(service), service.id, {**series, samples.NOOP: noop}
    )
    measured = _facts(service, series, noop, controls=controls, machine=machine.facts, kept=kept)
    facts = measured.to_json()
    answer, reason = judge_latency(
        facts, service.budget, [endpoint.name for endpoint in service.endpoints]
    )
    evidence = look.found(
        _QUESTION,
        service.id,
        answer,
        reason,
        control=_judged(controls, service.budget),
        remedy=_remedy(answer, service, measured),
        facts=facts,
        tools={name: version(name) for name in ("httptools", "pyarrow")},
        isolation=rehearsal.isolation,
    )
    return excused(service, rehearsal, evidence)


def _target(
    exchange: Exchange, endpoint: Endpoint, service: Service, rehearsal: Rehearsal
) -> Target:
    """Fill the request once, tokens included.

    While measuring, nothing but the request itself may take time.
    """
    try:
        prepared = exchange.prepare(endpoint, service=service.id)
    except NotStarted:
        service_id = endpoint.service or service.id
        raise ProbeFault(f"{endpoint.name} is asked of {service_id}, which did not start") from None
    made = target(
        endpoint.name,
        prepared.method,
        prepared.url,
        headers=prepared.headers,
        body=prepared.content,
        expect=frozenset(endpoint.expect),
        has=endpoint.has,
    )
    # straight to the service: what leads other clients there would stand in the figures
    return replace(
        made,
        host="127.0.0.1",
        port=rehearsal.port_of(endpoint.service or service.id),
        open_socket=rehearsal.open_socket,
    )


def samples_file(service: Service) -> str:
    """Return the name of the scratch file that keeps every request sent to a service."""
    return f"samples_{slug(service.id)}.parquet"


async def _measure(
    targets: list[Target], port: int, budget: Budget, tell: Callable[[float], None]
) -> tuple[dict[str, Series], Series, dict[str, ControlFacts]]:
    noop, slow, missing = (
        target(name, "GET", f"http://127.0.0.1:{port}{path}")
        for name, path in (
            ("no-op", stand_in.NOOP),
            (
                "sleeps past the budget",
                stand_in.sleeping(budget.p95.total_seconds() * 1.02 + 0.005),
            ),
            ("answers 404 fast", "/missing"),
        )
    )
    rounds: list[tuple[dict[str, Series], Series]] = []
    controls: dict[str, ControlFacts] = {}

    async def real() -> None:
        series = {each.name: Series() for each in targets}
        watching = asyncio.create_task(_told(series, budget, tell))
        try:
            rounds.append((series, await measure_service(targets, series, noop, budget)))
        finally:
            watching.cancel()
            with suppress(asyncio.CancelledError):
                await watching

    async def must_fail() -> None:
        controls.update(await control(slow, missing, budget))

    await together(real(), must_fail())
    return *rounds[0], controls


async def _told(
    series: Mapping[str, Series], budget: Budget, tell: Callable[[float], None]
) -> None:
    """Report now and then how much of what is asked for was sent, of all looks so far."""
    while True:
        sent = sum(len(endpoint_series.samples) for endpoint_series in series.values())
        tell(
            min(
                1.0,
                sent
                / sum(
                    budget.requests * endpoint_series.looks for endpoint_series in series.values()
                ),
            )
        )
        await asyncio.sleep(_TELLS)


def _facts(  # noqa: PLR0913 - all that was measured
    service: Service,
    series: Mapping[str, Series],
    noop: Series,
    *,
    controls: dict[str, ControlFacts],
    machine: MachineFacts,
    kept: SamplesFacts,
) -> LatencyFacts:
    budget = service.budget
    endpoints = {endpoint.name: endpoint for endpoint in service.endpoints}
    return LatencyFacts(
        unit="ms",
        load=asked_load(budget),
        patience_ms=Unit.SECOND.convert(patience(budget), Unit.MILLISECOND),
        budget=BudgetFacts(
            p95=budget_ms(budget),
            error_rate=budget.error_rate,
            requests=budget.requests,
            looks=budget.looks,
        ),
        endpoints=tuple(
            describe_endpoint(
                name, measured, budget, method=endpoints[name].method, path=endpoints[name].path
            )
            for name, measured in sorted(series.items())
        ),
        noop=describe_noop(noop, budget),
        machine=machine,
        control=controls,
        samples=kept,
    )


def _judged(controls: Mapping[str, ControlFacts], budget: Budget) -> NegativeControl:
    answers = {name: judge_latency(facts.to_json(), budget)[0] for name, facts in controls.items()}
    alive = bool(answers) and all(answer is Answer.NO for answer in answers.values())
    return NegativeControl(
        state=ControlState.ALIVE if alive else ControlState.DEAD,
        changed=(
            "a server that sleeps past the budget and one that answers 404 fast were measured by"
            " the same code"
        ),
        found="; ".join(f"{name}: {answer}" for name, answer in answers.items()),
    )


def _remedy(answer: Answer, service: Service, measured: LatencyFacts) -> str:
    if answer is Answer.NO:
        return (
            f"Make the named endpoints of {service.id} faster, or correct what they answer; each"
            " request stands in the samples file."
        )
    doubtful = [
        endpoint.name for endpoint in measured.endpoints if says_it_failed(endpoint, service.budget)
    ]
    if answer is Answer.UNKNOWN and doubtful:
        return (
            f"Let {', '.join(doubtful)} of {service.id} be asked so that it is served (a body, a"
            " header, a login in release.yaml), or name what its right answer holds by `has:"
            " [/...]`, JSON pointers into it."
        )
    return (
        "Measure again on a quieter machine, by `atom-release run --only T5`; where it stays"
        f" open, raise `requests` or `looks` in the `budget` of {service.id} in release.yaml."
        if answer is Answer.UNKNOWN
        else ""
    )
