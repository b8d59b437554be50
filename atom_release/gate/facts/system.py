"""What the facts of every system outside have in common: how it was asked, and what came of it."""

from __future__ import annotations

from pydantic import Field

from atom_release.gate.facts.model import Facts


class SystemFacts(Facts):
    """How a system was asked; also all there is to say of one that gave no usable answer."""

    how: str = Field(
        default="", description="`live`, `rehearsed`, `simulated`, `not asked` or `given up`"
    )
    kind: str = Field(default="", description="what answered, or how it failed, in a word")
    variable: str = Field(default="", description="the environment variable with its address")
    not_applicable: str = Field(
        default="", description="why the answer says nothing about the release, where it does not"
    )


class NotStartedFacts(Facts):
    """All there is to say of a rehearsed service that had what it needs and did not start."""

    ended: str = Field(description="how, such as `it ended with status 1`")
    log_end: str = Field(default="", description="its last lines; empty where it wrote none")
    command: str = Field(default="", description="what starts it by hand")
    directory: str = Field(default="", description="where that is run")
