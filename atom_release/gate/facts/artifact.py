"""The facts of `artifact`: what came of running the command that is said to make a file.

What follows from them is `gate.rules.artifacts`.
"""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from atom_release.gate.facts.contradiction import ContradictionFacts
from atom_release.gate.facts.model import Facts

Part = Literal["as it is", "with its file", "without code", "without data", "other argument"]
"""What a run was made over: the tree as it is but for the file, and with less or another word."""


class Making(Facts):
    """One run of the command."""

    part: Part
    status: int
    written: bool = Field(description="whether it wrote the file")
    others: list[str] = Field(default_factory=list, description="what else it wrote")
    same: bool = Field(
        default=False, description="whether it wrote and printed what the first run did"
    )
    passes: bool = Field(default=False, description="whether what it wrote says that all is well")
    met_limit: str = ""
    last_words: str = ""


class Difference(Facts):
    """A place at which the committed file is not what the command makes."""

    place: str
    committed: str
    made: str


class ArtifactFacts(ContradictionFacts):
    """A file, the command that is said to make it, and the runs of that command."""

    file: str
    command: str = ""
    named_at: str = Field(default="", description="where a document names the command")
    criteria: list[str] = Field(default_factory=list, description="what it is evidence for")
    held: bool = Field(description="whether the judged commit holds the file")
    script: str = ""
    lacking: list[str] = Field(
        default_factory=list, description="files that the command names and the commit lacks"
    )
    runs: list[Making] = Field(default_factory=list)
    argument: str = Field(default="", description="the word that was changed for another")
    differences: list[Difference] = Field(default_factory=list)
    more_differences: int = 0
    set_aside: list[str] = Field(default_factory=list)
    asks_outside: str = Field(
        default="", description="what beside the tree its script asks: packages, a network"
    )
    fixed_time: str = Field(default="", description="a moment in the file that its script states")

    def of(self, part: Part) -> Making | None:
        """Return the run over that, None where it was not made."""
        return next((run for run in self.runs if run.part == part), None)
