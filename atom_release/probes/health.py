"""The question `health`: does the service's health path answer 2xx?

A service that answers 2xx on every path has said nothing about its health: that is the control.
"""

from __future__ import annotations

from secrets import token_hex

from atom_release.gate.facts.evidence import Evidence, NegativeControl
from atom_release.gate.facts.health import HealthFacts
from atom_release.gate.manifest import Request, Service
from atom_release.gate.vocabulary import Answer, ControlState
from atom_release.lab.address import Rehearsal, bad_status, excused, not_started, place, unanswered
from atom_release.lab.http_exchange import Exchange
from atom_release.lab.http_faults import NotStarted, ProtocolFault, Refused, TimedOut
from atom_release.lab.look import Look

_QUESTION = "health"
_NO_SUCH_PATH = {404, 405}


def probe_health(look: Look, service: Service, rehearsal: Rehearsal) -> Evidence:
    """Ask the live service if its address is set, else the rehearsed one."""
    return excused(service, rehearsal, _probe(look, service, rehearsal))


def _probe(look: Look, service: Service, rehearsal: Rehearsal) -> Evidence:
    there = place(look, service, rehearsal)
    if there is None:
        return not_started(look, _QUESTION, service, rehearsal) or look.found(
            _QUESTION, service.id, Answer.UNKNOWN, "no address"
        )
    if service.health is None:
        return look.found(
            _QUESTION,
            service.id,
            Answer.UNKNOWN,
            "the manifest names no health path",
            assurance=there.assurance,
        )
    isolation = () if there.live else rehearsal.isolation
    try:
        with there.exchange(look, service) as exchange:
            status = _status(exchange, service, service.health)
            elsewhere = _status(exchange, service, f"/{token_hex(16)}")
    except (Refused, TimedOut, ProtocolFault, NotStarted) as fault:
        return unanswered(look, _QUESTION, service, there=there, fault=fault, isolation=isolation)
    answer = Answer.YES if _well(status) else bad_status(status, live=there.live)
    if answer is Answer.NO and look.external and status in _NO_SUCH_PATH:
        answer = Answer.UNKNOWN  # a drafted manifest may name a path that the service never had
    return look.found(
        _QUESTION,
        service.id,
        answer,
        f"GET {service.health} answers {status}",
        assurance=there.assurance,
        control=_control(elsewhere),
        remedy="" if _well(status) else f"Make GET {service.health} of {service.name} answer 200.",
        facts=HealthFacts(path=service.health, status=status, elsewhere=elsewhere).to_json(),
        isolation=isolation,
    )


def _status(exchange: Exchange, service: Service, path: str) -> int:
    return exchange.send(Request(path=path), service=service.id).status


def _well(status: int) -> bool:
    return 200 <= status < 300  # noqa: PLR2004 - what 2xx means


def _control(elsewhere: int) -> NegativeControl:
    return NegativeControl(
        state=ControlState.DEAD if _well(elsewhere) else ControlState.ALIVE,
        changed="the same check was made on a random path that cannot exist",
        found=f"answers {elsewhere}",
    )
