"""The journal of the acts of one gate.

What was begun and how far it came, so that a crash neither repeats an act nor forgets one.

It is a note to the gate itself and decides nothing: a tag is believed only by the signature of its
decision.
"""

from __future__ import annotations

from datetime import datetime

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from atom_release.errors import ActFailed, StoreError
from atom_release.records.pages import Pages
from atom_release.records.paths import checked_commit, checked_part

_STAGES = ("prepared", "committed", "tagged", "pushed", "pull_request", "archived")


class Entry(BaseModel):
    """How far the release of one judged commit came; a stage that was not reached is None."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    judged: str
    release: str
    decision: str = Field(description="SHA-256 of the signed decision that the acts carry out")
    prepared: AwareDatetime | None = None
    committed: str | None = Field(default=None, description="the release commit R")
    proposed: AwareDatetime | None = Field(
        default=None, description="when the branch was pushed alone, to be tagged after its merge"
    )
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
    """The entries, a page for each judged commit and release, whatever clone it was judged in."""

    def __init__(self, pages: Pages) -> None:
        """Remember the pages; nothing is made before the first entry."""
        self._pages = pages

    def read(self, judged: str, release: str) -> Entry | None:
        """Return the entry of a judged commit, or None where nothing was begun.

        Raises:
            ActFailed: the entry is damaged.
        """
        name = _name_of(judged, release)
        place = self._pages.place_of(name)
        try:
            content = self._pages.read(name)
            entry = None if content is None else Entry.model_validate_json(content)
        except StoreError as error:
            raise ActFailed(
                f"The journal {name} cannot be believed: {error.message}", error.remedy
            ) from error
        except (ValidationError, OSError, ValueError) as error:
            raise ActFailed(
                f"The journal {name} cannot be read: {type(error).__name__}.",
                f"Look at it, then remove it: {place}",
            ) from error
        if entry is not None and (entry.judged, entry.release) != (judged, release):
            raise ActFailed(
                f"The journal {name} is of another release.", f"Look at it, then remove it: {place}"
            )
        return entry

    def begin(self, judged: str, release: str, decision: str, when: datetime) -> Entry:
        """Return the entry for carrying out this decision.

        The one begun before, if it was the same decision or something was pushed, else a new one.

        Raises:
            ActFailed: the entry is damaged or cannot be written.
        """
        entry = self.read(judged, release)
        if entry is not None and (entry.decision == decision or entry.pushed or entry.proposed):
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
        name = _name_of(entry.judged, entry.release)
        try:
            self._pages.write(name, entry.model_dump_json(indent=2).encode() + b"\n")
        except StoreError as error:
            raise ActFailed(
                f"The journal cannot be written: {error.message}", error.remedy
            ) from error
        except OSError as error:
            raise ActFailed(
                f"The journal cannot be written: {error.strerror or type(error).__name__}.",
                f"Make {self._pages.place_of(name)} writable.",
            ) from error
        return entry


def _name_of(judged: str, release: str) -> str:
    return f"{checked_part(release, 'release')}-{checked_commit(judged)}"
