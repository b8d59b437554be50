"""The facts of `addresses`: what a service answers at the URLs that the release writes down."""

from __future__ import annotations

from pydantic import Field

from atom_release.gate.facts.contradiction import ContradictionFacts, Place
from atom_release.gate.facts.model import Facts


class AskedPath(Facts):
    """A path of a service, as it was asked without credentials by every method."""

    path: str
    status: int = Field(description="what GET answers")
    served: bool = Field(
        description="whether some method answers otherwise than at a path that cannot exist"
    )


class WrittenAddress(AskedPath):
    """A path of a URL that a script, a document or a report of the release writes down."""

    place: Place


class AddressesFacts(ContradictionFacts):
    """The URLs of one service's port, and the paths that the manifest knows it by."""

    not_applicable: str = ""
    service: str
    name: str
    port: int | None = None
    port_place: Place | None = Field(default=None, description="what says that the port is its")
    declared: list[AskedPath] = Field(default_factory=list)
    written: list[WrittenAddress] = Field(default_factory=list)
