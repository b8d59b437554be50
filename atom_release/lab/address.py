"""Where a system is asked: a rehearsed service, or the live address of a service or a system.

And what it means that it cannot be asked: absent, or there and not answering. Never with an address
or an error's own text.
"""

from __future__ import annotations

import re
import shlex
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from atom_release.errors import ProbeFault
from atom_release.gate.facts.evidence import Evidence
from atom_release.gate.facts.system import NotStartedFacts, SystemFacts
from atom_release.gate.manifest import Service, Start
from atom_release.gate.vocabulary import Answer, Assurance
from atom_release.lab.http_exchange import Exchange
from atom_release.lab.http_faults import Refused
from atom_release.lab.look import Look


@dataclass(frozen=True)
class StartFailure:
    """Why a service did not start: how it ended, with what is doubtful of that, and its log's end.

    `log_end` is empty where it wrote no line, None where it was never begun. `absent` is what to do
    where this machine has nothing that it could be run by.
    """

    why: str
    log_end: str | None = None
    absent: str = ""

    def __str__(self) -> str:
        """Return it as a part of a sentence."""
        if self.log_end is None:
            return self.why
        log = f"its log ends: {self.log_end}" if self.log_end else "it logged nothing"
        return f"{self.why}; {log}"


class Rehearsal(Protocol):
    """What these probes need of a rehearsal."""

    @property
    def secrets(self) -> dict[str, str]:
        """The manifest's secrets by name, with the values made up for this rehearsal."""

    @property
    def absent(self) -> dict[str, str]:
        """Why a server that is asked for could not be had, by `postgres`, `vault`, `redis`."""

    @property
    def base_urls(self) -> dict[str, str]:
        """Addresses of the services that answered."""

    @property
    def failures(self) -> dict[str, StartFailure]:
        """Services that ended with an error though what they need is there."""

    @property
    def lacks(self) -> dict[str, StartFailure]:
        """Services of which it is not established that they cannot start, each with why."""

    @property
    def isolation(self) -> tuple[str, ...]:
        """The isolation that held."""

    def open_socket(self) -> socket.socket:
        """Return a TCP socket in the services' network, neither bound nor connected."""

    def port_of(self, service_id: str) -> int:
        """Return the port of a service in the services' network."""

    def exchange(self) -> Exchange:
        """Return a conversation with the services."""

    def log_of(self, service_id: str) -> bytes:
        """Return what a service wrote so far."""

    def find_in_reach(self, service_id: str, contents: Mapping[str, tuple[int, str]]) -> list[str]:
        """Return which contents (name -> size, SHA-256) a service's folders hold, and any .git."""


_SAYS = {
    "refused": "refuses connections",
    "unresolved": "has a name that does not resolve",
    "timeout": "did not answer in time",
    "tls": "could not be trusted: TLS failed",
    "broken": "broke the connection off",
    "protocol": "does not speak the protocol",
    "unauthorized": "refused the credentials",
    "no-token": "was not asked: the variable with its token is unset",
    "sealed": "is sealed",
    "uninitialized": "is not initialized",
}
_ABSENT = {"refused", "unresolved"}
_OTHER = re.compile(r"\{url:([A-Za-z0-9.]+)\}")


@dataclass(frozen=True)
class Place:
    """An address to ask, and what an answer from there is worth."""

    url: str
    assurance: Assurance

    @property
    def live(self) -> bool:
        """Whether the deployed system stands there, which gets read-only questions only."""
        return self.assurance is Assurance.LIVE

    def exchange(self, look: Look, service: Service) -> Exchange:
        """Return a conversation with this place alone."""
        return Exchange(
            {service.id: self.url}, timeout=look.manifest.infrastructure.timeout.total_seconds()
        )


def place(look: Look, service: Service, rehearsal: Rehearsal) -> Place | None:
    """Return the live address if one is set, else the rehearsed service, else nothing."""
    live = look.environment.get(service.address) if service.address else None
    if live:
        return Place(live.rstrip("/"), Assurance.LIVE)
    rehearsed = rehearsal.base_urls.get(service.id)
    return Place(rehearsed, Assurance.REHEARSED) if rehearsed else None


def _stay_up(service: Service, why: StartFailure) -> str:
    """Return what to do of a service that ended before it listened: nothing else is broken."""
    log = f"; its whole log: `== {service.id}` in the .log files among the artifacts"
    log = log if why.log_end else ""
    if service.start is None:
        return f"Let {service.name} start and stay up{log}."
    folder = "the repository" if service.start.directory == "." else service.start.directory
    return (
        f"Run `{_by_hand(service.start)}` by hand in {folder}, and mend it, or {service.id}'s"
        f" `start.command` in release.yaml, until it stays up{log}."
    )


def _by_hand(start: Start) -> str:
    return shlex.join("python" if word == "{python}" else word for word in start.command)


def not_started(
    look: Look, question: str, service: Service, rehearsal: Rehearsal, *, direct: bool = True
) -> Evidence | None:
    """Return what it means for this question that the rehearsed service is not there.

    Or nothing if it is.

    A system that it needs is absent: so is the service. It had all it needs and did not start: the
    release's own failure where the question is put to the service itself (`direct`), and not
    established where the service is only needed for something else, or where it may be this
    machine's doing.
    """
    if service.id in rehearsal.base_urls:
        return None
    isolation = rehearsal.isolation
    why = {**rehearsal.lacks, **rehearsal.failures}.get(
        service.id, StartFailure("the manifest names no command that starts it")
    )
    absent = _needs_absent(service, rehearsal) or (str(why) if why.absent else "")
    if absent:
        return look.found(
            question,
            service.id,
            Answer.ABSENT,
            f"{service.name} could not be started: {absent}",
            remedy=why.absent,
            isolation=isolation,
        )
    if direct and service.id in rehearsal.failures:
        return look.found(
            question,
            service.id,
            Answer.NO,
            f"{service.name} did not start: {why}",
            remedy=_stay_up(service, why),
            facts=_facts_of(service, why).to_json(),
            isolation=isolation,
        )
    return look.found(
        question,
        service.id,
        Answer.UNKNOWN,
        f"{service.name} could not be asked: {why}",
        isolation=isolation,
    )


def _facts_of(service: Service, why: StartFailure) -> NotStartedFacts:
    start = service.start
    return NotStartedFacts(
        ended=why.why,
        log_end=why.log_end or "",
        command=_by_hand(start) if start else "",
        directory=start.directory if start else "",
    )


def excused(service: Service, rehearsal: Rehearsal, evidence: Evidence) -> Evidence:
    """Take a NO back where the rehearsed service needs another one that did not start.

    That one's leg fails, this one is not established.
    """
    if (
        evidence.answer is not Answer.NO
        or evidence.assurance is not Assurance.REHEARSED
        or service.start is None
    ):
        return evidence
    asks = _texts(service.start)
    missing = [
        name
        for name in _OTHER.findall(asks)
        if name != service.id and name not in rehearsal.base_urls
    ]
    if not missing:
        return evidence
    why = (
        f"{service.name} needs {', '.join(missing)}, which did not start; so this does not count:"
        f" {evidence.reason}"
    )
    return evidence.model_copy(update={"answer": Answer.UNKNOWN, "reason": why})


def _texts(start: Start) -> str:
    """Return all words of a start in which a template may stand."""
    steps = (word for step in start.before_start for word in step)
    return " ".join([*start.command, *steps, *start.environment.values()])


def _needs_absent(service: Service, rehearsal: Rehearsal) -> str:
    if service.start is None:
        return ""
    asks = _texts(service.start)
    return "; ".join(
        f"{system}: {why}" for system, why in rehearsal.absent.items() if f"{{{system}}}" in asks
    )


def unanswered(  # noqa: PLR0913 - what was asked, where, and what came instead of an answer
    look: Look,
    question: str,
    service: Service,
    *,
    there: Place,
    fault: ProbeFault,
    isolation: tuple[str, ...],
) -> Evidence:
    """Return what it means that a place which was asked gave no answer.

    A rehearsed service had answered before: that it no longer does is its failure. A live one that
    refuses is absent, and one that is silent or cannot be understood is not established.
    """
    answer = Answer.NO
    if there.live:
        answer = Answer.ABSENT if isinstance(fault, Refused) else Answer.UNKNOWN
    return look.found(
        question,
        service.id,
        answer,
        f"{service.name}: {fault.message}",
        assurance=there.assurance,
        isolation=isolation,
    )


def bad_status(status: int, *, live: bool) -> Answer:
    """Return what a wrong status means: a live system that has no such path lacks it.

    One that is in trouble says nothing of the judged code.
    """
    return Answer.UNKNOWN if live and status not in {404, 405, 410} else Answer.NO


def unreached(look: Look, question: str, name: str, kind: str, variable: str) -> Evidence:
    """Return the evidence for a system at a set address that gave no usable answer.

    Refused and unresolved are absence, all else is doubt.
    """
    says = _SAYS.get(kind) or f"answered {kind.removeprefix('status-')}"
    answer = Answer.ABSENT if kind in _ABSENT else Answer.UNKNOWN
    return look.found(
        question,
        question,
        answer,
        f"{name} at ${variable} {says}",
        remedy=_how_to_reach(name, kind, variable),
        assurance=Assurance.LIVE,
        facts=SystemFacts(how="live", kind=kind, variable=variable).to_json(),
    )


def _how_to_reach(name: str, kind: str, variable: str) -> str:
    if kind == "sealed":
        return f"Unseal {name} (`vault operator unseal`, or `bao operator unseal`); audit again."
    if kind == "uninitialized":
        return f"Initialize {name} and unseal it; audit again."
    if kind == "unauthorized":
        return f"Give the gate credentials that {name} takes; audit again."
    return f"Check the address in {variable}, and that the system behind it is up."


def absent(
    look: Look, question: str, why: str, *, assurance: Assurance = Assurance.LIVE, remedy: str = ""
) -> Evidence:
    """Return the evidence for a system that there is no address of.

    Or that could not be rehearsed.
    """
    how = "rehearsed" if assurance is Assurance.REHEARSED else "not asked"
    return look.found(
        question,
        question,
        Answer.ABSENT,
        why,
        remedy=remedy,
        assurance=assurance,
        facts=SystemFacts(how=how, kind="absent").to_json(),
    )
