"""The facts of `documents`: what the release's own documents and reports answer, place by place.

What follows from two places that answer one question differently is `gate.rules.documents`; here
only what stands where, and what a cited file says of itself.
"""

from __future__ import annotations

from collections import Counter
from typing import Literal

from pydantic import Field

from atom_release.gate.facts.contradiction import ContradictionFacts
from atom_release.gate.facts.model import Facts

Question = Literal["status", "tests", "accuracy"]
"""What a place answers: a status, how many tests passed of how many, an accuracy."""

Cited = Literal["absent", "refuted", "simulated"]
"""What is wrong with a file that a passed row cites: the commit lacks it, or what it says."""


class Statement(Facts):
    """One answer: of a service, a policy, or the release (``), at a line."""

    subject: str
    question: Question
    value: str = Field(description="PASS, FAIL, ...; `7/8` passed of all; a number")
    line: int
    text: str
    row: str = Field(default="", description="what else names the row, where a table has several")


class Citation(Facts):
    """A row that passed and cites a file which does not bear it out."""

    subject: str
    path: str
    state: Cited
    line: int
    text: str
    word: str = Field(default="", description="what the file says, with its place in it")


class Disagreement(Facts):
    """A place of one document that its own numbers speak against: `3/4 passed`, ticked."""

    line: int
    text: str
    why: str


class ReleaseDocument(Facts):
    """One document of the release, or one service's report, as it was read."""

    path: str
    service: str = Field(default="", description="whose report it is; of the release itself: empty")
    unread: str = ""
    statements: list[Statement] = Field(default_factory=list)
    citations: list[Citation] = Field(default_factory=list)
    disagreements: list[Disagreement] = Field(default_factory=list)


class DocumentsFacts(ContradictionFacts):
    """The release's documents and its services' reports, and what contradicts what."""

    documents: list[ReleaseDocument]

    @property
    def compared(self) -> int:
        """How many questions are answered in more than one place."""
        question = Counter(
            (statement.subject, statement.question)
            for document in self.documents
            for statement in document.statements
        )
        return sum(times > 1 for times in question.values())
