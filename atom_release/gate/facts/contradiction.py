"""What speaks against the release in two places, or in one against what it rests on.

The form that every question's findings have which stand in ledger, page and `explain` with both
places quoted. Which questions find which is theirs; here is only how one looks.
"""

from __future__ import annotations

from shlex import quote

from pydantic import Field

from atom_release.gate.facts.finding import Finding
from atom_release.gate.facts.finding_kinds import criterion_of
from atom_release.gate.facts.model import Facts


class Place(Facts):
    """A line, as it is quoted."""

    path: str
    line: int
    text: str

    def __str__(self) -> str:
        """Return it as an editor takes it, with what it says."""
        return f"{self.path}:{self.line} ({self.text})" if self.line else self.path

    @property
    def command(self) -> str:
        """What shows it in a shell; an author chose the name, and people copy the command."""
        path = quote(self.path)
        return f"sed -n {self.line}p {path}" if self.line else f"cat {path}"


class Contradiction(Facts):
    """Two places that cannot both be true, or one that what it rests on speaks against.

    `decides` where it is a reason for FAIL; `show` is how to see that it is wrong.
    """

    id: str
    subject: str
    sentence: str
    first: Place
    second: Place | None = None
    decides: bool = False
    show: str = ""

    @property
    def criterion(self) -> str:
        """The criterion that it decides, by itself or where the manifest lets it."""
        return criterion_of(self.id)

    def as_finding(self) -> Finding:
        """Return it as documents show it."""
        return Finding(
            self.id,
            self.sentence,
            self.decides,
            self.first.path,
            self.first.line,
            identity=(self.subject, self.first.text, self.second.text if self.second else ""),
        )


class ContradictionFacts(Facts):
    """Facts of which a rule makes contradictions; the rule works them out again from the rest."""

    contradictions: list[Contradiction] = Field(default_factory=list)

    def list_findings(self) -> tuple[Finding, ...]:
        """Return the contradictions, those that decide first."""
        ordered = sorted(self.contradictions, key=lambda entry: not entry.decides)
        return tuple(entry.as_finding() for entry in ordered)
