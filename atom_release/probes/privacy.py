"""The question `privacy`: does a person who goes in stay in?

A person who exists nowhere else is given to the rehearsed services where the manifest says so; then
the surfaces it names, the metrics of every service and what every service logged are read, and
nothing of the person may stand there.
"""

from __future__ import annotations

import base64
import gzip
from collections.abc import Iterator
from dataclasses import dataclass
from secrets import choice, randbelow

from pydantic import JsonValue

from atom_release.errors import ProbeFault
from atom_release.gate.facts.evidence import Evidence, NegativeControl
from atom_release.gate.facts.privacy import PrivacyFacts
from atom_release.gate.manifest import Request, Service
from atom_release.gate.vocabulary import Answer, ControlState
from atom_release.lab.address import Rehearsal, not_started
from atom_release.lab.http_exchange import Exchange
from atom_release.lab.look import Look
from atom_release.lab.right_answer import Worth, read_reply
from atom_release.probes.unwrapped import unwrap

_QUESTION = "privacy"
_OF_TESTS = "40000000"  # Visa numbers for tests of payments begin so
_LETTERS = "abcdefghijklmnopqrstuvwxyz"


@dataclass(frozen=True)
class Person:
    """Somebody who exists nowhere else."""

    name: str
    email: str
    card: str

    @property
    def values(self) -> dict[str, str]:
        """What the manifest's requests are filled with."""
        return {"person_name": self.name, "person_email": self.email, "person_card": self.card}


def invent() -> Person:
    """Make up a person.

    The card has a valid check digit, and begins as the numbers do that are published for tests:
    what hides cards knows these, as it knows real ones.
    """

    def word(length: int) -> str:
        return "".join(choice(_LETTERS) for _ in range(length))

    given, family = word(7).capitalize(), word(11).capitalize()
    digits = _OF_TESTS + "".join(str(randbelow(10)) for _ in range(15 - len(_OF_TESTS)))
    return Person(f"{given} {family}", f"{word(12)}@{word(10)}.example", digits + luhn(digits))


def luhn(digits: str) -> str:
    """Return the check digit."""
    doubled = [
        int(digit) * (2 if place % 2 == 0 else 1) for place, digit in enumerate(reversed(digits))
    ]
    return str(-sum(value // 10 + value % 10 for value in doubled) % 10)


def seen(person: Person, content: bytes) -> list[str]:
    """Return what of the person stands in the content: email, card, name.

    Packed, escaped, encoded or grouped makes no difference.
    """
    return look_for(person, content)[0]


def look_for(person: Person, content: bytes) -> tuple[list[str], bool]:
    """Return what of the person stands in the content, and whether all of it was looked through."""
    unwrapped = unwrap(content)
    kinds = {
        kind
        for form in unwrapped.forms
        for kind in _named(person, form.decode("utf-8", "replace").casefold())
    }
    return sorted(kinds), unwrapped.is_whole


def _named(person: Person, text: str) -> Iterator[str]:
    given, family = person.name.casefold().split()
    if person.email.split("@")[0] in text:
        yield "email"
    if person.card in text.translate(str.maketrans("", "", " -.\u00a0")):
        yield "card"
    if family in text or given + family in text:
        yield "name"


def probe_privacy(look: Look, service: Service, rehearsal: Rehearsal) -> Evidence:
    """Plant a person through the service's requests and look for them wherever they must not be."""
    unreached = not_started(look, _QUESTION, service, rehearsal, direct=False)
    if unreached:
        return unreached
    person = invent()
    with rehearsal.exchange() as exchange:
        planted = _plant(exchange, service, person)
        read, unread = _surfaces(look, exchange, service)
    read |= {
        f"log of {other.id}": rehearsal.log_of(other.id)
        for other in look.manifest.services
        if other.id in rehearsal.base_urls
    }
    findings: dict[str, JsonValue] = {}
    for where, content in read.items():
        kinds, is_whole = look_for(person, content)
        if kinds:
            findings[where] = [*kinds]
        elif not is_whole:
            unread[where] = "holds more than is unpacked"
    answer, reason = _judge(planted, unread, findings, len(read))
    return look.found(
        _QUESTION,
        service.id,
        answer,
        reason,
        control=_control(person),
        remedy=(
            "Leave the person out of the named surfaces: aggregate, or replace by a keyed"
            " pseudonym."
            if findings
            else ""
        ),
        facts=PrivacyFacts.model_validate(
            {
                "planted": planted,
                "found": findings,
                "bytes_read": {where: len(content) for where, content in sorted(read.items())},
                "unread": unread,
            }
        ).to_json(),
        isolation=rehearsal.isolation,
    )


def _plant(exchange: Exchange, service: Service, person: Person) -> dict[str, JsonValue]:
    """Send the person in; give what each request came to."""
    if service.privacy is None:
        raise ProbeFault(f"the manifest names no place to plant a person in {service.id}")
    came: dict[str, JsonValue] = {}
    for request in service.privacy.plant:
        answered = exchange.send(request, service=service.id, extra=person.values)
        reading = read_reply(request, answered)
        came[f"{request.method} {request.path}"] = (
            "accepted" if reading.worth is Worth.RIGHT else f"answers {reading.words}"
        )
    return came


def _surfaces(
    look: Look, exchange: Exchange, service: Service
) -> tuple[dict[str, bytes], dict[str, JsonValue]]:
    """Read what must not hold the person; give it, and what could not be read."""
    named = service.privacy.surfaces if service.privacy else ()
    requests = [(request, request.service or service.id) for request in named]
    requests += [
        (Request(path=other.metrics), other.id)
        for other in look.manifest.services
        if other.metrics and other.id in exchange.base_urls
    ]
    read: dict[str, bytes] = {}
    unread: dict[str, JsonValue] = {}
    for request, of in requests:
        where = f"{request.method} {request.path} of {of}"
        answered = exchange.send(request, service=of)
        reading = read_reply(request, answered)
        if answered.status in request.expect:
            headers = "\n".join(f"{name}: {value}" for name, value in answered.headers.items())
            read[where] = answered.body
            read[f"headers of {where}"] = headers.encode()
        if reading.worth is not Worth.RIGHT:
            unread[where] = f"answers {reading.words}"
    return read, unread


def _judge(
    planted: dict[str, JsonValue],
    unread: dict[str, JsonValue],
    findings: dict[str, JsonValue],
    read: int,
) -> tuple[Answer, str]:
    if findings:
        return Answer.NO, "a planted person came out: " + "; ".join(
            f"{where}: {', '.join(map(str, kinds or ()))}" for where, kinds in _listed(findings)
        )
    refused = [f"{where} {came}" for where, came in planted.items() if came != "accepted"]
    if refused or not planted:
        return (
            Answer.UNKNOWN,
            (
                "the person could not be planted:"
                f" {'; '.join(refused) or 'the manifest names no request'}"
            ),
        )
    if unread:
        return Answer.UNKNOWN, "could not be read: " + "; ".join(
            f"{where} {came}" for where, came in unread.items()
        )
    return Answer.YES, f"a planted person came out on none of {read} surfaces, metrics and logs"


def _listed(findings: dict[str, JsonValue]) -> Iterator[tuple[str, list[JsonValue]]]:
    for where, kinds in findings.items():
        yield where, kinds if isinstance(kinds, list) else []


def _control(person: Person) -> NegativeControl:
    """Hide the same person in texts as a service might write them: each must be found."""
    texts = (
        f'{{"contact": "{person.email.upper()}"}}',
        f"GET /find?mail={person.email.replace('@', '%40')} 200",
        f"paid with {' '.join(person.card[start : start + 4] for start in range(0, 16, 4))}",
        f"{person.name} signed in",
    )
    missed = [number for number, text in enumerate(texts) if not seen(person, text.encode())]
    packed = bool(seen(person, gzip.compress(base64.b64encode(person.email.encode()))))
    clean = not seen(invent(), "\n".join(texts).encode())
    alive = not missed and packed and clean
    return NegativeControl(
        state=ControlState.ALIVE if alive else ControlState.DEAD,
        changed=(
            "the same person was hidden in five texts, one of them packed, and another person was"
            " looked for in them"
        ),
        found=(
            f"found in {len(texts) - len(missed) + packed} of {len(texts) + 1}; the other person"
            f" was {'not ' if clean else ''}found"
        ),
    )
