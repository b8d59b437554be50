"""The question `health`: does the service's health path answer 2xx, and not that it is unwell?

A body that says so (`status` down, or a line of text that begins so) leaves it open: what the
service lacks may be what a rehearsal does not have. So does a page to sign in.
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
from atom_release.lab.http_messages import Answered
from atom_release.lab.look import Look
from atom_release.lab.right_answer import Reading, Worth, find_unwell, read_answer

_QUESTION = "health"
_NO_SUCH_PATH = {404, 405}
_WELL = range(200, 300)


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
            answered = _ask(exchange, service, service.health)
            elsewhere = _ask(exchange, service, f"/{token_hex(16)}").status
    except (Refused, TimedOut, ProtocolFault, NotStarted) as fault:
        return unanswered(look, _QUESTION, service, there=there, fault=fault, isolation=isolation)
    status = answered.status
    reading = _read(answered)
    answer = _answer_of(reading, status, live=there.live)
    if answer is Answer.NO and look.external and status in _NO_SUCH_PATH:
        answer = Answer.UNKNOWN  # a drafted manifest may name a path that the service never had
    return look.found(
        _QUESTION,
        service.id,
        answer,
        f"GET {service.health} answers {reading.words}",
        assurance=there.assurance,
        control=_control(elsewhere),
        remedy=_remedy(reading, service),
        facts=HealthFacts(path=service.health, status=status, elsewhere=elsewhere).to_json(),
        isolation=isolation,
    )


def _ask(exchange: Exchange, service: Service, path: str) -> Answered:
    return exchange.send(Request(path=path), service=service.id)


def _read(answered: Answered) -> Reading:
    """Return what the answer is worth; a text that says what is unwell is no right one."""
    reading = read_answer(answered.status, answered.body, expect=_WELL)
    unwell = find_unwell(answered.body) if reading.worth is Worth.RIGHT else ""
    return Reading(Worth.DOUBTFUL, f"{reading.words} with {unwell}") if unwell else reading


def _answer_of(reading: Reading, status: int, *, live: bool) -> Answer:
    if reading.worth is Worth.WRONG:
        return bad_status(status, live=live)
    return Answer.YES if reading.worth is Worth.RIGHT else Answer.UNKNOWN


def _remedy(reading: Reading, service: Service) -> str:
    if reading.worth is Worth.RIGHT:
        return ""
    if reading.worth is Worth.WRONG:
        return f"Make GET {service.health} of {service.name} answer 200."
    return (
        f"Look at what GET {service.health} of {service.name} answers, and give it what it lacks,"
        " or let it answer 503 where it is unwell."
    )


def _control(elsewhere: int) -> NegativeControl:
    return NegativeControl(
        state=ControlState.DEAD if elsewhere in _WELL else ControlState.ALIVE,
        changed="the same check was made on a random path that cannot exist",
        found=f"answers {elsewhere}",
    )
