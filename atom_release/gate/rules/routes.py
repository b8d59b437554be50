"""Whether a started service serves the routes that it is said to.

Served is what is answered otherwise than a path that cannot exist. A 404 alone accuses nobody: a
route is not served where every method gets what such a path gets, and no row can be lacking. A
draft read its routes from calls, without what other files put before them, so that one of its own
that is not there says nothing; most of them have to be.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING

from atom_release.gate.facts.routes import RoutesFacts, Seen
from atom_release.gate.first_few import first_few
from atom_release.gate.vocabulary import Answer

if TYPE_CHECKING:
    from pydantic import JsonValue

    from atom_release.gate.manifest import Service

_NAMED = 5
_WORDS = {
    Seen.ERROR: "answered with an error of the server's",
    Seen.ALIKE: "could not be told from a path that does not exist",
    Seen.ABSENT: "not found",
    Seen.UNANSWERED: "gave no whole answer",
}


def judge_routes(facts: Mapping[str, JsonValue], service: Service) -> tuple[Answer, str]:
    """Return what the routes of a service show, each of the manifest's among them."""
    read = RoutesFacts.read(facts)
    if read is None:
        return Answer.UNKNOWN, "what the service answered at its routes cannot be read"
    guessed = service.start is not None and service.start.is_guess
    return answer_of(read, service.routes, guessed=guessed)


def answer_of(facts: RoutesFacts, stated: Collection[str], *, guessed: bool) -> tuple[Answer, str]:
    """Return whether the service serves what it is said to, and which routes were not seen."""
    missing = sorted(set(stated) - {route.route for route in facts.routes})
    if missing or not facts.routes:
        return Answer.UNKNOWN, f"not asked: {first_few(missing, _NAMED) or 'any route'}"
    served, every = facts.count(Seen.SERVED), len(facts.routes)
    shown = f"{facts.name} serves {served} of {every} routes"
    others = [
        f"{len(named)} {words}: {first_few(named, _NAMED)}"
        for seen, words in _WORDS.items()
        if (named := [route.route for route in facts.routes if route.seen is seen])
    ]
    reason = "; ".join([shown, *others])
    if facts.count(Seen.ABSENT) and served and not guessed:
        return Answer.NO, reason
    return (Answer.YES if served and 2 * served >= every else Answer.UNKNOWN), reason
