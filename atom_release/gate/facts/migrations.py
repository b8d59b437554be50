"""What became of a release's migrations on an empty database."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

from atom_release.gate.facts.model import Facts


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
