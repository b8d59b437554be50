"""One leg that is not PASS as people are told of it: what is wrong, where, the one next step.

The sentences of a decision are recorded, signed and derived again byte for byte: they stay as they
are. What stands here is made anew from what they rest on, where places and figures are fields: the
line of a claim in the record that was read, the endpoint in the figures, the row of a scan. So
nothing is read back out of a sentence; where the evidence is not at hand, or has the facts of an
older gate, the recorded sentence is told as it is.

How each question is described is `described_questions`'s. Nothing is decided here, and the width of
a screen is of no interest.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from atom_release.gate.catalogue import remedies
from atom_release.gate.claims.service_evidence import by_service

if TYPE_CHECKING:
    from atom_release.gate.facts.evidence import Evidence
    from atom_release.gate.manifest import Manifest, Service
    from atom_release.gate.manifest.request import Request
    from atom_release.gate.rules.legs import Leg

_ALTERNATIVE = re.compile(r"(?:, or |; or )")
_COMMANDS = ("`", *remedies.COMMAND_WORDS)


@dataclass(frozen=True)
class Description:
    """What is wrong, in a sentence; where it was found; what to do next, and what else would do.

    Attributes:
        wrong: what is wrong, with what was expected and what was found.
        where: file and line, or the endpoint and how it was judged.
        change: one edit, or a command as it stands.
        otherwise: another way, where there is one.
        then: the command that completes the change.
        command: shows, where it is run, whether the change was right.
        title: the finding in a few words; empty where the criterion's title says as much.
        fault: what the same fault of others has in common: those that share one are told together.
        who: who has that fault.
        edit: file and line to change, where that is another place or known for certain.
        code: the folders that the fault lies in.
    """

    wrong: str
    where: str
    change: str
    otherwise: str = ""
    command: str = ""
    then: str = ""
    title: str = ""
    fault: str = ""
    who: str = ""
    edit: str = ""
    code: tuple[str, ...] = ()


@dataclass(frozen=True)
class Grounds:
    """What a decision rests on: the manifest, and the evidence by digest.

    `lines` says where the judged tree has a text, by the service's id and the text: a path that is
    served, a call that decodes tokens, a test; empty where nobody looked.
    """

    manifest: Manifest
    evidence: Mapping[str, Evidence]
    lines: Mapping[tuple[str, str], str] = field(default_factory=dict)

    def evidence_about(self, subject: str) -> Mapping[str, Evidence]:
        """Return the evidence that says something about a service, by digest."""
        grouped = by_service(self.evidence)
        return grouped.get(subject) or grouped[""]


@dataclass(frozen=True)
class JudgedLeg:
    """One leg with the evidence that decided it, and whom it judged."""

    leg: Leg
    evidence: Evidence
    grounds: Grounds

    @cached_property
    def service(self) -> Service | None:
        """The service that was asked, if it was one."""
        return _service_of(self.leg, self.grounds)

    @property
    def name(self) -> str:
        """Who was asked, as people call it: `C.2 perf-profiler`."""
        return called(self.leg, self.grounds)

    def line(self, text: str) -> str:
        """Return the line of the tree on which a service has a text, if anybody looked."""
        return self.grounds.lines.get((self.leg.subject, text), "")

    def handler(self, path: str) -> str:
        """Return the line of the tree that serves a path, or else the folder of the service."""
        return self.line(path) or ", ".join(self.code)

    @property
    def code(self) -> tuple[str, ...]:
        """The folders with the code of the service that was judged."""
        return self.service.source if self.service else ()

    def route(self, request: Request) -> str:
        """Return a request as people write it, with whom it is sent to: `GET /summary of C.4`."""
        other = request.service if request.service not in {None, self.leg.subject} else None
        return f"{request.method} {request.path} of {other or self.name}"


def called(leg: Leg, grounds: Grounds | None) -> str:
    """Return whom a leg asks: a service by its id and name, all else by its own name."""
    service = _service_of(leg, grounds) if grounds else None
    return f"{service.id} {service.name}" if service else leg.subject


def _service_of(leg: Leg, grounds: Grounds) -> Service | None:
    services = grounds.manifest.services
    return next((service for service in services if service.id == leg.subject), None)


def recorded(leg: Leg, grounds: Grounds | None = None) -> Description:
    """Return what the decision itself says of a leg."""
    name = called(leg, grounds)
    where = leg.question if leg.question == leg.subject else f"{leg.question} of {name}"
    change, otherwise = recommended(leg.remedy)
    return Description(leg.reason, where, change, otherwise)


def recommended(remedy: str) -> tuple[str, str]:
    """Return the first of the ways that a remedy names, and the other one: people follow one.

    A command is one way, whatever words stand in it.
    """
    if remedy.startswith(_COMMANDS):
        return remedy, ""
    first, *rest = _ALTERNATIVE.split(remedy, maxsplit=1)
    if not rest or ("`" in first and first.count("`") % 2):
        return remedy, ""
    return f"{first.rstrip('.')}.", rest[0]
