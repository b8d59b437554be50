"""A service's own copy of the judged tree, which it may write and which is thrown away.

What a service writes beside its code (a SQLite file, a cache, a log) reaches neither the judged
tree nor another service, and is gone before the next user of the rehearsal. What services share,
their scratch folder and homes, is `state`'s.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path

from atom_release.errors import ProbeFault
from atom_release.lab.copying import copy_folder
from atom_release.lab.throwaway import remove

Snapshot = dict[str, tuple[int, int, int, int]]
"""Path below a folder -> inode, mode, size and moment of the last change, in nanoseconds.

The last of these cannot be set by whoever writes a file.
"""


@dataclass
class Layer:
    """One service's copy of the tree in `source`, at `folder`."""

    source: Path
    folder: Path
    _noted: Snapshot = field(default_factory=dict, repr=False)

    def renew(self) -> None:
        """Make the copy as it was at first.

        Raises:
            ProbeFault: this machine has no room for it, or the old one cannot be removed.
        """
        remove(self.folder)
        try:
            self.folder.mkdir(mode=0o755, parents=True)
        except OSError as error:
            raise ProbeFault(f"the judged tree could not be copied: {error.strerror}") from error
        copy_folder(self.source, self.folder, "the judged tree", inside=True)

    def note(self) -> None:
        """Remember what stands there now: the service is up and has written what it needs."""
        self._noted = take(self.folder)

    @property
    def changed(self) -> bool:
        """Whether anything was written, made or removed there since."""
        return take(self.folder) != self._noted


def take(folder: Path) -> Snapshot:
    """Return what stands in a folder, without following a link."""
    seen: Snapshot = {}
    if not folder.is_dir():
        return seen
    for place, folders, files, handle in os.fwalk(folder, follow_symlinks=False):
        for name in (*folders, *files):
            try:
                stat = os.stat(name, dir_fd=handle, follow_symlinks=False)
            except FileNotFoundError:
                continue  # gone since: the next look shows it
            seen[os.path.join(place, name)] = (  # noqa: PTH118 - as fwalk gives them
                stat.st_ino,
                stat.st_mode,
                stat.st_size,
                stat.st_ctime_ns,
            )
    return seen
