"""What is told of a refused release: once as data, once as text for people."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict

from atom_release.errors import AtomReleaseError

SCHEMA = "atom-release/refusal/v1"


class NotTold(AtomReleaseError):
    """Nobody could be told; the sentence says by which way, and never holds its address."""


class RefusedCriterion(BaseModel):
    """One criterion that does not hold."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    outcome: str
    reason: str


class Refusal(BaseModel):
    """A release that was judged RED or BLOCKED, or a run of it that came to no decision.

    The body that a webhook gets; `verdict` is then `NONE`.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    schema_version: str = SCHEMA
    release: str
    version: str
    verdict: str
    reason: str
    commit: str
    run: str
    as_of: str
    criteria: tuple[RefusedCriterion, ...] = ()

    @property
    def subject(self) -> str:
        """One line that names release, version and verdict."""
        verdict = "no decision" if self.verdict == "NONE" else self.verdict
        return " ".join(f"{self.release} {self.version}: {verdict}".split())

    @property
    def text(self) -> str:
        """What a person reads: the verdict, each criterion that does not hold, the next step."""
        lines = [self.subject, "", f"Commit {self.commit}", self.reason, ""]
        lines += [f"{entry.id} {entry.outcome}: {entry.reason}" for entry in self.criteria]
        lines += ["", "See why, and what would change it: atom-release explain", f"Run {self.run}"]
        return "\n".join(lines) + "\n"
