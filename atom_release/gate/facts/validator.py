"""The facts of `validator`: what the release's own validator says of servers that are not well."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from atom_release.gate.facts.contradiction import ContradictionFacts, Place
from atom_release.gate.facts.model import Facts

Server = Literal["well", "404", "dead", "slow"]
"""What it was asked about: 200 at once, 404 at once, nobody there, 200 too late."""


class Asked(Facts):
    """One run of the validator against one server."""

    server: Server
    passed: bool = Field(description="whether it said, in any way, that all is well")
    status: int
    words: str = Field(default="", description="what it said last")


class ValidatorFacts(ContradictionFacts):
    """A validator, what it was asked, and the bound that its script compares by."""

    name: str
    command: str
    script: str = ""
    lacking: list[str] = Field(default_factory=list)
    criteria: list[str] = Field(default_factory=list)
    slow_ms: float = Field(description="how late the slow server answers")
    runs: list[Asked] = Field(default_factory=list)
    boundary: Place | None = Field(
        default=None, description="where it lets pass what is exactly at the budget"
    )
