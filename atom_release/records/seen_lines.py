"""What this machine has seen of lines that it does not keep itself.

Signatures and links show a line that was changed, taken out or moved, and not that the end was cut
off: what remains is a whole chain. A machine that saw the end before notices that it is gone.
"""

from __future__ import annotations

import hashlib
import json
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

from upath import UPath

from atom_release.errors import StoreError
from atom_release.records import canonical
from atom_release.records.history_lines import Lines, Shelf
from atom_release.records.paths import place


@dataclass(frozen=True)
class SeenLines:
    """Lines kept elsewhere, with a note of this machine on how far they went."""

    kept: Lines
    note: Path

    @property
    def place(self) -> str:
        """Where the lines are."""
        return self.kept.place

    def read(self) -> bytes:
        """Return every line.

        Raises:
            StoreError: lines that this machine saw before are not there any more.
        """
        content = self.kept.read()
        length, digest = self._seen()
        if hashlib.sha256(content[:length]).hexdigest() != digest and length:
            raise StoreError(
                f"Lines of {self.place} that this machine has seen are gone or changed: it knew"
                f" {length} bytes of them, and these are {len(content)} others.",
                "Find out who changed the shared state, or which backup was restored. Where that"
                f" was meant, remove {self.note}.",
            )
        self._remember(content, length)
        return content

    def append(self, line: bytes) -> None:
        """Add a line; it is noted when it is read back."""
        self.kept.append(line)

    def alone(self) -> AbstractContextManager[None]:
        """Keep every other writer away."""
        return self.kept.alone()

    def _seen(self) -> tuple[int, str]:
        try:
            note = json.loads(self.note.read_bytes())
            return int(note["bytes"]), str(note["sha256"])
        except FileNotFoundError:
            return 0, ""
        except (ValueError, KeyError, TypeError) as error:
            raise StoreError(
                f"The note {self.note} of the lines that were seen cannot be read.",
                "Remove it: the next reading writes it anew.",
            ) from error

    def _remember(self, content: bytes, length: int) -> None:
        if len(content) > length:
            digest = hashlib.sha256(content).hexdigest()
            note = canonical.encode({"bytes": len(content), "sha256": digest})
            place(UPath(self.note), note)


@dataclass(frozen=True)
class SeenShelf:
    """A shelf of lines kept elsewhere, with this machine's notes on them in a folder."""

    shelf: Shelf
    folder: Path

    def lines(self, name: str) -> SeenLines:
        """Return the lines of this name."""
        return SeenLines(self.shelf.lines(name), self.folder / f"{name}.json")

    def names(self) -> list[str]:
        """Return the names under which there are lines."""
        return self.shelf.names()
