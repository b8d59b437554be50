"""The facts of `order`: when what came to be, as git has it, and what the documents say of it.

Moments are those of commits, as ISO 8601 in UTC. What follows from their order is
`gate.rules.order`.
"""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from atom_release.gate.facts.contradiction import ContradictionFacts, Place
from atom_release.gate.facts.model import Facts

Promised = Literal["annotated", "signed"]
EventKind = Literal["report", "document", "evidence", "commit", "tag"]


class Lacking(Facts):
    """A file that a tag's commit lacks, in whatever folder, and where it is cited."""

    path: str
    cited: Place
    commit: str = Field(default="", description="the first commit of any branch that added it")
    added: str = Field(default="", description="when its author wrote it")
    after: bool = Field(
        default=False, description="whether that is known to be after the tag was made"
    )


class StandingTag(Facts):
    """A tag of the repository that is the release's own, or that a document is of."""

    name: str
    commit: str
    when: str = Field(description="when it was made; of a lightweight tag, when its commit was")
    annotated: bool
    signed: bool = False
    own: bool = False
    evidence: int = Field(description="how many files the documents that are of it stand on")
    lacking: list[Lacking] = Field(default_factory=list)


class TagPromise(Facts):
    """A place that says of a tag that it is annotated or signed."""

    tag: str
    promised: Promised
    place: Place


class StatedDate(Facts):
    """A date that a document, a report or a cited file gives itself, beside what history has."""

    place: Place
    stated: str
    commit: str = Field(description="the commit that wrote the line")
    written: str
    authored: str
    before: int = Field(description="how many commits are older than that one")
    first: str = Field(description="the oldest commit of all")
    imported: bool = Field(description="whether that commit brought the code it reports on")
    subject: str = Field(default="", description="the youngest file that it reports on, if older")
    subject_added: str = ""


class Announcement(Facts):
    """A place that says that a pull request was opened, from a branch that nothing knows."""

    place: Place
    branch: str


class ErrorText(Facts):
    """What a file that a passed row cites holds in place of evidence."""

    cited: Place
    subject: str
    place: Place
    problem: str


class Event(Facts):
    """Something that came to be: a file that was first added, or a commit."""

    kind: EventKind
    name: str
    commit: str
    when: str


class OrderFacts(ContradictionFacts):
    """What git tells of the order in which documents, evidence and tags came to be."""

    history: str = Field(default="", description="why the order is not known; empty where it is")
    not_applicable: str = ""
    events: list[Event] = Field(default_factory=list)
    tags: list[StandingTag] = Field(default_factory=list)
    promises: list[TagPromise] = Field(default_factory=list)
    dates: list[StatedDate] = Field(default_factory=list)
    announcements: list[Announcement] = Field(default_factory=list)
    errors: list[ErrorText] = Field(default_factory=list)
