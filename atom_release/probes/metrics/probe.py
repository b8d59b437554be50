"""The question `metrics`: Prometheus text at the service's path that moves when it is asked?

Moves: a counter (or the count of a histogram or summary) of the service's own rises each time that
it is asked, by more than twice what it ever rises in as long a time without requests, in which only
the scrapes themselves are counted. Which of the times are which is drawn by lot: a figure that goes
up with the clock or with the scrapes would meet one such time easily, and not all of them. Gauges,
quantiles, and what the language's runtime or the scrape handler counts by itself neither prove that
nor disturb it.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from random import SystemRandom

from pydantic import JsonValue

from atom_release.errors import ProbeFault
from atom_release.gate.facts.evidence import Evidence, NegativeControl
from atom_release.gate.facts.metrics import MetricsFacts
from atom_release.gate.manifest import Request, Service
from atom_release.gate.vocabulary import Answer, ControlState
from atom_release.lab.address import (
    Place,
    Rehearsal,
    bad_status,
    excused,
    not_started,
    place,
    unanswered,
)
from atom_release.lab.http_exchange import Exchange
from atom_release.lab.http_faults import NotStarted, ProtocolFault, Refused, TimedOut
from atom_release.lab.http_messages import Answered
from atom_release.lab.look import Look
from atom_release.probes.metrics.scrape import (
    NotMetrics,
    Parsed,
    Scrape,
    Window,
    follow,
    parse,
    risen,
    sample_name,
)

_QUESTION = "metrics"
_REQUESTS = 6
_ASKED, _IDLE = 3, 5
_LEAST_IDLE, _LONGEST_IDLE = 0.05, 1.0
_ACCEPTED = "application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5,*/*;q=0.1"
_NO_METRICS = b'{"status": "ok", "requests_total": 7}'


def probe_metrics(look: Look, service: Service, rehearsal: Rehearsal) -> Evidence:
    """Scrape, and send requests or wait between scrapes."""
    return excused(service, rehearsal, _probe(look, service, rehearsal))


def _probe(look: Look, service: Service, rehearsal: Rehearsal) -> Evidence:
    there = place(look, service, rehearsal)
    if there is None:
        return not_started(look, _QUESTION, service, rehearsal) or look.found(
            _QUESTION, service.id, Answer.UNKNOWN, "no address"
        )
    isolation = () if there.live else rehearsal.isolation
    try:
        with there.exchange(look, service) as exchange, rehearsal.exchange() as rehearsed:
            answer, reason, control, facts = _ask(
                exchange,
                lambda: _send(exchange if there.live else rehearsed, service, there),
                service,
            )
    except (Refused, TimedOut, ProtocolFault, NotStarted) as fault:
        return unanswered(look, _QUESTION, service, there=there, fault=fault, isolation=isolation)
    except NotMetrics as error:
        answer = Answer.NO if error.status == 200 else bad_status(error.status, live=there.live)  # noqa: PLR2004 - it answered, and not with metrics
        reason, control, facts = f"GET {service.metrics}: {error}", None, {}
    return look.found(
        _QUESTION,
        service.id,
        answer,
        reason,
        assurance=there.assurance,
        control=control,
        remedy=_remedy(service, facts) if answer is Answer.NO else "",
        facts=facts,
        isolation=isolation,
    )


def _remedy(service: Service, facts: Mapping[str, JsonValue]) -> str:
    """Return what to change: counters that stand still, or an answer that has none."""
    if facts:
        return (
            f"Count each request in a counter that GET {service.metrics} gives"
            " (prometheus_client's Counter, incremented where requests are handled)."
        )
    return (
        f"Let GET {service.metrics} of {service.name} give its counters as Prometheus text"
        " (prometheus_client's generate_latest)."
    )


def _ask(
    exchange: Exchange, send: Callable[[], tuple[int, str]], service: Service
) -> tuple[Answer, str, NegativeControl, dict[str, JsonValue]]:
    before = time.monotonic()
    sent, alone = send()  # how long it takes is how long the idle windows must be
    pause = min(max(time.monotonic() - before, _LEAST_IDLE), _LONGEST_IDLE)
    windows, after = _look_in_turn(exchange, send, service, pause)
    served = _as_a_server(exchange, service)
    moved, idle = follow(windows, with_requests=True), follow(windows, with_requests=False)
    idle_rises = [window.rises for window in windows if not window.with_requests]
    own = {
        key: max(rises.get(key, 0.0) for rises in idle_rises) for key in set().union(*idle_rises)
    }
    facts = MetricsFacts(
        form=after.form,
        form_for_a_server=served.form,
        families=after.families,
        samples=after.samples,
        sent=sent,
        moved={sample_name(key): rise for key, rise in sorted(moved.items())[:20]},
        moved_by_scrapes={sample_name(key): rise for key, rise in sorted(own.items())[:20]},
    ).to_json()
    if not moved:
        return (
            Answer.NO,
            f"no counter moved when {sent} requests were sent{alone} ({after.samples} samples)",
            _control(idle),
            facts,
        )
    counted = f"{len(moved)} counters of {after.families} families moved"
    return (
        Answer.YES,
        f"{counted} when {sent} requests were sent{alone}",
        _control(idle),
        facts,
    )


def _look_in_turn(
    exchange: Exchange, send: Callable[[], tuple[int, str]], service: Service, pause: float
) -> tuple[list[Window], Parsed]:
    """Scrape, send requests or wait, and scrape again; return what rose each time.

    In an order that nobody knows: what counts scrapes, or leaps now and then, would have to guess
    it.
    """
    order = [True] * _ASKED + [False] * _IDLE
    SystemRandom().shuffle(order)
    windows: list[Window] = []
    last = _scrape(exchange, service)
    for with_requests in order:
        if with_requests:
            send()
        else:
            time.sleep(pause)
        after = _scrape(exchange, service)
        windows.append(Window(with_requests, risen(last.counts, after.counts)))
        last = after
    return windows, last


def _send(exchange: Exchange, service: Service, there: Place) -> tuple[int, str]:
    """Send requests of the service's own; to a live one only what reads.

    Return how many, and what to say where only its health was asked.
    """
    requests: list[Request] = (
        []
        if there.live
        else [endpoint for endpoint in service.endpoints if endpoint.service in {None, service.id}]
    )
    if requests and _sent(exchange, requests, service):
        return _REQUESTS, ""
    # An endpoint may need what is not this leg's matter, such as a token from a service that did
    # not start.
    if service.health and _sent(exchange, [Request(path=service.health)], service):
        return _REQUESTS, f" to {service.health} alone: whether its work is counted was not asked"
    raise ProbeFault(
        "nothing could be asked of the service but its metrics, so nothing shows whether they move",
        "Name its health path or an endpoint.",
    )


def _sent(exchange: Exchange, requests: Sequence[Request], service: Service) -> bool:
    try:
        for number in range(_REQUESTS):
            exchange.send(requests[number % len(requests)], service=service.id)
    except ProbeFault:
        return False
    return True


def _as_a_server(exchange: Exchange, service: Service) -> Parsed:
    """Scrape as a Prometheus server does, which prefers OpenMetrics.

    What it would be given must be readable too.

    Raises:
        NotMetrics: it is not.
    """
    try:
        return _scrape(exchange, service, {"Accept": _ACCEPTED})
    except NotMetrics as error:
        refusal = NotMetrics(f"asked as a Prometheus server asks (Accept: {_ACCEPTED}), {error}")
        refusal.status = error.status
        raise refusal from None


def _scrape(
    exchange: Exchange, service: Service, headers: Mapping[str, str] | None = None
) -> Parsed:
    if service.metrics is None:
        raise ProbeFault("the manifest names no metrics path")
    answered: Answered = exchange.send(
        Request(path=service.metrics), service=service.id, headers=headers
    )
    if answered.status != 200:  # noqa: PLR2004 - a scraper takes nothing else
        refusal = NotMetrics(f"answers {answered.status}")
        refusal.status = answered.status
        raise refusal
    return parse(answered.body, answered.headers.get("content-type", ""))


def _control(
    moved_idle: Scrape,
) -> NegativeControl:
    try:
        parse(_NO_METRICS, "text/plain")
        refused = False
    except NotMetrics:
        refused = True
    alive = refused and not moved_idle
    moved = ", ".join(sample_name(key) for key in sorted(moved_idle)) or "nothing"
    return NegativeControl(
        state=ControlState.ALIVE if alive else ControlState.DEAD,
        changed="no request was sent between two scrapes, and a JSON body was read as metrics",
        found=f"{moved} moved; the JSON body was {'refused' if refused else 'accepted'}",
    )
