"""The facts of `routes`: what a service answers at the requests that it is said to serve."""

from __future__ import annotations

from enum import StrEnum

from pydantic import Field

from atom_release.gate.facts.model import Facts


class Seen(StrEnum):
    """What a request showed of its route."""

    SERVED = "served"  # answered otherwise than where nothing is, and not with an error of its own
    ERROR = "error"  # the service answered with a status of 500 and more
    ALIKE = "alike"  # as where nothing is, which a handler may answer too
    ABSENT = "absent"  # 404 whatever the method, as where nothing is, and no row can be lacking
    UNANSWERED = "unanswered"  # no whole answer, or the time was over


class AskedRoute(Facts):
    """A route of a service, as it was asked without credentials."""

    route: str = Field(description="method and path, as the manifest says it")
    path: str = Field(description="what was asked, with its parameters filled and outer prefixes")
    status: int = 0
    seen: Seen


class RoutesFacts(Facts):
    """The routes of one service, each beside a path that cannot exist."""

    service: str
    name: str
    described_at: str = Field(default="", description="where it describes itself, if it does")
    routes: list[AskedRoute] = Field(default_factory=list)

    def count(self, seen: Seen) -> int:
        """Return how many routes showed this."""
        return sum(route.seen is seen for route in self.routes)
