"""What gates that no longer live left on this machine, and its removal.

A gate that ends by itself removes what it made; one that is killed cannot. Each folder has a lock
that its gate holds while it lives, which tells the one from the other. Artifacts, histories, keys
and environments are nobody's leftovers and are not looked at.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from atom_release.lab.rehearsal.empty_cluster import CLUSTER
from atom_release.lab.rehearsal.folder import left_rehearsals
from atom_release.lab.throwaway import PASSING, left, remove, remove_unheld
from atom_release.probes.suite.trees import PASSING_ROOMS
from atom_release.release.clock import now
from atom_release.settings import Settings

_DAY = 86_400.0
_BLOCK = 512


@dataclass(frozen=True)
class Swept:
    """One folder that was removed: why it could be, and how many bytes that gave back."""

    path: Path
    why: str
    size: int


def sweep(settings: Settings, *, days: float) -> list[Swept]:
    """Remove what killed gates left in this home and in the machine's folder for passing files.

    And the copies of commits that no gate has judged for so many days; whoever judges one again
    makes its copies anew. What cannot be removed stays and is not listed.
    """
    swept = [_removed(folder, why) for folder, why in _left(settings.scratch)]
    before = now().timestamp() - days * _DAY
    for folder in sorted(settings.scratch.glob("*/")):
        size = _size(folder)
        if remove_unheld(folder, before):
            swept.append(Swept(folder, f"copies of a commit, not judged for {days:g} days", size))
    return [entry for entry in swept if entry is not None]


def _left(scratch: Path) -> Iterator[tuple[Path, str]]:
    for folder in left_rehearsals(scratch):
        yield folder, "a rehearsal whose gate is gone"
    for folder in left(scratch, *PASSING_ROOMS):
        yield folder, "a run of a suite whose gate is gone"
    for folder in left(scratch, f"*/{PASSING}*"):
        yield folder, "files of a gate that is gone"
    for folder in left(Path(tempfile.gettempdir()), f"{PASSING}*", f"{CLUSTER}*"):
        yield folder, "files of a gate that is gone"


def _removed(folder: Path, why: str) -> Swept | None:
    size = _size(folder)
    return Swept(folder, why, size) if remove(folder) else None


def _size(folder: Path) -> int:
    """Return what a folder takes on the disk, in bytes; what cannot be read counts nothing."""
    return sum(
        entry.lstat().st_blocks * _BLOCK
        for above, _, names in os.walk(folder)
        for entry in (Path(above, name) for name in names)
        if os.path.lexists(entry)
    )
