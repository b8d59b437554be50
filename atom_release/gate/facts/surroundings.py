"""The facts of `surroundings`: which tests fail where something around them is otherwise."""

from __future__ import annotations

from pydantic import Field

from atom_release.gate.facts.contradiction import ContradictionFacts
from atom_release.gate.facts.model import Facts
from atom_release.gate.manifest.origins import Surrounding


class Surrounded(Facts):
    """A suite there; `fails` are the tests that failed there twice and only there."""

    surrounding: Surrounding
    fails: list[str] = Field(default_factory=list)
    why: str = Field(default="", description="what the first of them said")
    unasked: str = Field(default="", description="why it could not be seen")


class SurroundingsFacts(ContradictionFacts):
    """The suite of one service, or all suites together (`release`)."""

    subject: str
    places: list[str] = Field(description="the suite's paths")
    runs: list[Surrounded]
