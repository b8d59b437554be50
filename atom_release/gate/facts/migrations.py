"""What became of a release's migrations on an empty database."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

from atom_release.gate.facts.finding import Finding
from atom_release.gate.facts.model import Facts

_OWN = "failed"


class NotApplied(BaseModel):
    """One file that did not apply."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    path: str
    line: int | None = Field(description="1-based, where the server or the file shows one")
    error: str = Field(description="the server's primary message; never a row")
    sqlstate: str | None
    kind: str = Field(
        description="`failed` is the release's own; the others say why it is not held against it"
    )

    def as_finding(self) -> Finding:
        """Return it as documents show it."""
        summary = f"does not apply: {self.error}" + (f" ({self.sqlstate})" if self.sqlstate else "")
        return Finding(
            "not-applied",
            summary,
            decides=True,
            path=self.path,
            line=self.line or 0,
            remedy=f"mend {self.path}:{self.line}" if self.line else f"mend {self.path}",
            identity=(self.path, summary),
        )


class MigrationsFacts(Facts):
    """Which files are steps, in what order, and what became of each."""

    files: int = Field(ge=0, description="steps that were applied, or tried")
    not_applied: tuple[NotApplied, ...]
    missing_extensions: dict[str, tuple[str, ...]] = Field(
        description="an extension that the server lacks -> files that ask for it"
    )
    missing_from_platform: dict[str, tuple[str, ...]] = Field(
        description="what a hosted platform would have brought -> files that ask for it"
    )
    doubts: tuple[str, ...] = Field(description="what cannot be read for certain, by file and line")
    left_out: dict[str, str] = Field(description="files that are no step forward, with the reason")
    ordered_by: str
    by_psql: tuple[str, ...] = Field(description="files that were run by psql")
    notes: tuple[str, ...]
    applied_as: str
    server_version: str
    tables: tuple[str, ...]
    views: tuple[str, ...]

    def list_findings(self) -> tuple[Finding, ...]:
        """Return each migration that does not apply for a reason of its own."""
        return tuple(file.as_finding() for file in self.not_applied if file.kind == _OWN)
