"""The question `routes`: does the started service serve the routes that it is said to?

Each route is asked once, without credentials, its parameters filled with something, and held
beside a path that cannot exist. Whatever a request does is undone: this is asked last. What ends
a service is asked after all else.
"""

from __future__ import annotations

import re
import time
from dataclasses import dataclass
from secrets import token_hex
from typing import TYPE_CHECKING

from atom_release.gate.facts.evidence import NegativeControl
from atom_release.gate.facts.routes import AskedRoute, RoutesFacts, Seen
from atom_release.gate.rules.routes import answer_of
from atom_release.gate.vocabulary import ControlState
from atom_release.lab.address import excused, not_started
from atom_release.lab.http_exchange import Exchange
from atom_release.lab.http_faults import ProtocolFault, Refused, TimedOut
from atom_release.probes.routes.outer import Outer, fill_parameters
from atom_release.probes.served_paths import METHODS, ServedPaths

if TYPE_CHECKING:
    from atom_release.gate.facts.evidence import Evidence
    from atom_release.gate.manifest import Service
    from atom_release.lab.address import Rehearsal
    from atom_release.lab.http_messages import Answered
    from atom_release.lab.look import Look

QUESTION = "routes"
_LONGEST = 5.0  # seconds for one answer
_IN_ALL = 90.0  # seconds for all of them
_NOT_FOUND, _NOT_ALLOWED, _ERROR, _NOT_THERE = 404, 405, 500, 501
_ENDS = re.compile(r"shut_?down|restart|reboot|kill|terminate|exit|quit|stop", re.IGNORECASE)
_REMEDY = "Serve the named routes, or correct `routes` of {name} to what it serves."


def probe_routes(look: Look, service: Service, rehearsal: Rehearsal) -> Evidence:
    """Ask the rehearsed service for each of its routes."""
    absent = not_started(look, QUESTION, service, rehearsal)
    if absent is not None:
        return excused(service, rehearsal, absent)
    with Exchange(rehearsal.base_urls, timeout=_LONGEST) as exchange:
        paths = ServedPaths(exchange, service.id)
        outer = Outer(look, service, paths)
        ends = time.monotonic() + _IN_ALL
        seen = {
            route: _ask(route, paths, outer, ends) for route in sorted(service.routes, key=_order)
        }
    facts = RoutesFacts(
        service=service.id,
        name=service.name,
        described_at=outer.described_at,
        routes=[seen[route] for route in service.routes],
    )
    guessed = service.start is not None and service.start.is_guess
    answer, reason = answer_of(facts, service.routes, guessed=guessed)
    served = facts.count(Seen.SERVED)
    evidence = look.found(
        QUESTION,
        service.id,
        answer,
        reason,
        remedy=_REMEDY.format(name=service.name) if facts.count(Seen.ABSENT) else "",
        control=NegativeControl(
            state=ControlState.ALIVE if served else ControlState.DEAD,
            changed="each was held beside a random path that cannot exist",
            found=f"{served} of {len(facts.routes)} differ",
        ),
        facts=facts.to_json(),
        isolation=rehearsal.isolation,
    )
    return excused(service, rehearsal, evidence)


def _order(route: str) -> tuple[bool, bool]:
    method, _, path = route.partition(" ")
    return bool(_ENDS.search(path)), method == "DELETE"


@dataclass(frozen=True)
class _Tried:
    """One request for a route: at the path as it is stated, or behind a prefix."""

    method: str
    stated: str
    path: str
    prefix: str


def _ask(route: str, paths: ServedPaths, outer: Outer, ends: float) -> AskedRoute:
    """Return what the route showed where it was first seen, else at the path as it is stated."""
    method, _, stated = route.partition(" ")
    results: list[AskedRoute] = []
    for candidate, prefix in outer.candidates(method, stated):
        if time.monotonic() > ends:
            break
        tried = _Tried(method, fill_parameters(stated), fill_parameters(candidate), prefix)
        status, seen = _look(tried, paths, plain=tried.stated == stated)
        results.append(AskedRoute(route=route, path=tried.path, status=status, seen=seen))
        if seen is Seen.SERVED:
            if prefix:
                outer.prefer(prefix)
            return results[-1]
        if seen in {Seen.UNANSWERED, Seen.ERROR} and not prefix:
            break  # it is there
    telling = [result for result in results if result.seen in {Seen.ERROR, Seen.UNANSWERED}]
    nothing = AskedRoute(route=route, path=stated, seen=Seen.UNANSWERED)
    return next(iter([*telling, *results]), nothing)


def _look(tried: _Tried, paths: ServedPaths, *, plain: bool) -> tuple[int, Seen]:
    """Return the status of one request, and what it shows; `plain` is one without parameters."""
    try:
        answered = paths.send(tried.method, tried.path)
        if plain and answered.status == _NOT_FOUND:
            return answered.status, _lacking(tried, paths, answered)
        return answered.status, _shown(tried, paths, answered)
    except (TimedOut, ProtocolFault, Refused):
        return 0, Seen.UNANSWERED


def _lacking(tried: _Tried, paths: ServedPaths, answered: Answered) -> Seen:
    """Return whether a 404 means that nothing is there: every method gets what nothing gets."""
    differs = any(
        paths.differs(method, tried.path, answered if method == tried.method else None)
        for method in METHODS
    )
    return Seen.ALIKE if differs or tried.prefix else Seen.ABSENT


def _shown(tried: _Tried, paths: ServedPaths, answered: Answered) -> Seen:
    if answered.status in {_NOT_ALLOWED, _NOT_THERE}:
        return Seen.ALIKE
    if not paths.differs(tried.method, tried.path, answered):
        return Seen.ALIKE
    if tried.prefix:
        beside = _beside(tried.stated, tried.prefix)
        if not paths.differs_from(beside, tried.method, tried.path, answered):
            return Seen.ALIKE
    return Seen.ERROR if answered.status >= _ERROR else Seen.SERVED


def _beside(filled: str, prefix: str) -> str:
    """Return a path beside the one that was tried: its last word, or the prefix's, is another."""
    words = re.findall(r"[A-Za-z][\w\-.]*", filled)
    if not words:
        return f"{prefix.rpartition('/')[0]}/{token_hex(12)}{filled}"
    head, _, tail = filled.rpartition(words[-1])
    return f"{prefix}{head}{token_hex(12)}{tail}"
