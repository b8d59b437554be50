"""The folders of one rehearsal, and those that a killed gate left behind."""

from __future__ import annotations

import fcntl
import os
import tempfile
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

from atom_release.gate.manifest import slug
from atom_release.gate.operator import Operator
from atom_release.lab.sandbox import Room
from atom_release.lab.throwaway import left, remove
from atom_release.source.listing import Entry

_PREFIX = "rehearsal-"
_BLOCK = 4096  # bytes that a file takes on the disk at least, and a folder
_MEGABYTE = 1 << 20


@dataclass(frozen=True)
class Folder:
    """One rehearsal's folders below one root.

    The lock on the root's own file shows that the gate still lives.
    """

    root: Path
    lock: int

    @classmethod
    def make(cls, scratch: Path) -> Folder:
        """Make the folders below `scratch`; those whose gate is gone are removed."""
        scratch.mkdir(parents=True, exist_ok=True)
        sweep(scratch)
        root = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=scratch)).resolve()
        root.chmod(
            0o711
        )  # without namespaces the other uid must reach its own folders through here
        lock = os.open(root / "lock", os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
        fcntl.flock(lock, fcntl.LOCK_EX)
        made = cls(root, lock)
        made.logs.mkdir(mode=0o700)
        made.apart_logs.mkdir(mode=0o700)
        for part in (made.copy, made.state, made.scratch, made.first, made.root / "trees"):
            part.mkdir()
        return made

    @property
    def logs(self) -> Path:
        """What the processes write."""
        return self.root / "logs"

    @property
    def apart_logs(self) -> Path:
        """What the server writes that no code of the release reaches."""
        return self.root / "apart-logs"

    @property
    def copy(self) -> Path:
        """The judged tree, of which each service gets a copy."""
        return self.root / "copy"

    @property
    def state(self) -> Path:
        """All that services may write."""
        return self.root / "state"

    @property
    def scratch(self) -> Path:
        """What services share: `{scratch}`."""
        return self.state / "scratch"

    @property
    def first(self) -> Path:
        """The first content of `state`."""
        return self.root / "first"

    def tree(self, service_id: str) -> Path:
        """Return where a service's own copy of the judged tree lies."""
        return self.root / "trees" / slug(service_id)

    def part(self, name: str) -> Path:
        """Make a folder for one of the servers."""
        made = self.root / name
        made.mkdir()
        return made

    def home(self, service_id: str) -> None:
        """Make a service's home."""
        (self.state / "homes" / slug(service_id) / "tmp").mkdir(parents=True, exist_ok=True)

    def room(self, operator: Operator, entries: Collection[Entry], copies: int) -> Room:
        """Return what may lie in all of these folders, beside so many copies of the judged tree."""
        megabytes, files = space_of(entries, copies)
        return Room.beside([self.root], operator.disk_mb + megabytes, operator.disk_files + files)

    def remove(self) -> None:
        """Remove everything."""
        remove(self.root)
        os.close(self.lock)


def space_of(entries: Collection[Entry], copies: int) -> tuple[int, int]:
    """Return the MiB and the files of so many copies of a tree, each file in whole blocks."""
    size = sum(-(-entry.size // _BLOCK) + 1 for entry in entries) * _BLOCK
    return copies * size // _MEGABYTE + 1, copies * len(entries)


def sweep(scratch: Path) -> list[Path]:
    """Remove the folders of rehearsals whose gate no longer lives, and say which.

    Of any commit: `scratch` is one commit's, and the others' lie beside it. What cannot be removed
    stays, and is no later release's trouble.
    """
    return [root for root in sorted(left_rehearsals(scratch.parent)) if remove(root)]


def left_rehearsals(scratches: Path) -> Iterator[Path]:
    """Yield the folders of rehearsals whose gate no longer lives, of any commit."""
    return left(scratches, f"*/{_PREFIX}*", lock="lock")
