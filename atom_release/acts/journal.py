"""The journal of the acts of one gate.

What was begun and how far it came, so that a crash neither repeats an act nor forgets one.

It is a note to the gate itself and decides nothing: a tag is believed only by the signature of its
decision.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError
from upath import UPath

from atom_release.errors import ActFailed
from atom_release.records.paths import checked_commit, checked_part, place

_STAGES = ("prepared", "committed", "tagged", "pushed", "pull_request", "archived")


class Entry(BaseModel):
    """How far the release of one judged commit came; a stage that was not reached is None."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    judged: str
    release: str
    decision: str = Field(description="SHA-256 of the signed decision that the acts carry out")
    prepared: AwareDatetime | None = None
    committed: str | None = Field(default=None, description="the release commit R")
    tagged: str | None = Field(default=None, description="the tag object")
    pushed: AwareDatetime | None = None
    pull_request: str | None = Field(
        default=None, description="SHA-256 of its text, or its address on the forge"
    )
    archived: str | None = Field(default=None, description="SHA-256 of the audit bundle")

    @property
    def left(self) -> tuple[str, ...]:
        """The stages that are still to do, in their order."""
        return tuple(stage for stage in _STAGES if getattr(self, stage) is None)


class Journal:
    """The entries, a file for each judged commit and release, whatever clone it was judged in."""

    def __init__(self, folder: Path) -> None:
        """Remember the folder; it is made with the first entry."""
        self.folder = folder

    def read(self, judged: str, release: str) -> Entry | None:
        """Return the entry of a judged commit, or None where nothing was begun.

        Raises:
            ActFailed: the entry is damaged.
        """
        path = self._path(judged, release)
        try:
            entry = Entry.model_validate_json(path.read_bytes())
        except FileNotFoundError:
            return None
        except (ValidationError, OSError, ValueError) as error:
            raise ActFailed(
                f"The journal {path.name} cannot be read: {type(error).__name__}.",
                f"Look at it, then remove it: {path}",
            ) from error
        if (entry.judged, entry.release) != (judged, release):
            raise ActFailed(
                f"The journal {path.name} is of another release.",
                f"Look at it, then remove it: {path}",
            )
        return entry

    def begin(self, judged: str, release: str, decision: str, when: datetime) -> Entry:
        """Return the entry for carrying out this decision.

        The one begun before, if it was the same decision or already pushed, else a new one.

        Raises:
            ActFailed: the entry is damaged or cannot be written.
        """
        entry = self.read(judged, release)
        if entry is not None and (entry.decision == decision or entry.pushed is not None):
            return entry
        return self._write(Entry(judged=judged, release=release, decision=decision, prepared=when))

    def reach(self, entry: Entry, **stages: str | datetime | None) -> Entry:
        """Write down that stages were reached, on the disk before this returns.

        And give the entry as it stands now.

        Raises:
            ActFailed: it cannot be written.
        """
        return self._write(Entry.model_validate({**entry.model_dump(), **stages}))

    def _write(self, entry: Entry) -> Entry:
        path = self._path(entry.judged, entry.release)
        try:
            place(UPath(path), entry.model_dump_json(indent=2).encode() + b"\n")
        except OSError as error:
            raise ActFailed(
                f"The journal cannot be written: {error.strerror or type(error).__name__}.",
                f"Make {self.folder} writable.",
            ) from error
        return entry

    def _path(self, judged: str, release: str) -> Path:
        return self.folder / f"{checked_part(release, 'release')}-{checked_commit(judged)}.json"
