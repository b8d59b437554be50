"""The facts of `pull-requests`: what a forge says of the requests that documents name by number."""

from __future__ import annotations

from pydantic import Field

from atom_release.gate.facts.contradiction import ContradictionFacts, Place
from atom_release.gate.facts.model import Facts


class NamedRequest(Facts):
    """A pull request that a document says there is, and what the forge answers at its number."""

    place: Place
    number: int
    branch: str = Field(default="", description="the branch that the same line names, if any")
    status: int | None = Field(default=None, description="None where no usable answer came")
    branches: list[str] = Field(
        default_factory=list, description="on the forge: its own branch, then the one it goes into"
    )


class PullRequestsFacts(ContradictionFacts):
    """A repository on a forge, what a token sees of it, and the requests that are named."""

    not_applicable: str = ""
    forge: str = ""
    repository: str = ""
    list_status: int | None = Field(default=None, description="what the list of all answers")
    absent_status: int | None = Field(
        default=None, description="what a number that no request has answers"
    )
    requests: list[NamedRequest] = Field(default_factory=list)
