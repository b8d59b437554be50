"""Where the lines of a history are kept: one interface, and a folder of this machine behind it.

What the lines say and which of them count is the history's (`records.history`). Those that several
machines share are `records.database_lines`.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol


class Lines(Protocol):
    """The lines of one history: whole, in the order in which they were added, never changed."""

    @property
    def place(self) -> str:
        """Where they are, for a person who has to look."""

    def read(self) -> bytes:
        """Return every line with its end; nothing where none was added yet."""

    def append(self, line: bytes) -> None:
        """Add a line with its end; it survives a crash once this returns."""

    def alone(self) -> AbstractContextManager[None]:
        """Keep every other writer of these lines away while the block runs."""


class Shelf(Protocol):
    """All lines of one kind, each under a name."""

    def lines(self, name: str) -> Lines:
        """Return the lines of this name, of which there may be none yet."""

    def names(self) -> list[str]:
        """Return the names under which there are lines, sorted."""


@dataclass(frozen=True)
class FileLines:
    """Lines in a file of this machine, with a lock beside it."""

    path: Path

    @property
    def place(self) -> str:
        """The file's path."""
        return str(self.path)

    def read(self) -> bytes:
        """Return the file's bytes."""
        return self.path.read_bytes() if self.path.exists() else b""

    def append(self, line: bytes) -> None:
        """Write the line to the disk."""
        with self.path.open("ab") as file:
            file.write(line)
            file.flush()
            os.fsync(file.fileno())

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Hold the lock, which the system gives back however its holder ends."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self.path.with_suffix(".lock").open("ab") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield


@dataclass(frozen=True)
class FolderShelf:
    """Lines in the files of one folder of this machine."""

    folder: Path

    def lines(self, name: str) -> FileLines:
        """Return the lines of the file of that name."""
        return FileLines(self.folder / f"{name}.jsonl")

    def names(self) -> list[str]:
        """Return the names of the files that are there."""
        return sorted(path.stem for path in self.folder.glob("*.jsonl"))
