"""What a subject may leave in folders on this machine's disk."""

from __future__ import annotations

import os
import shutil
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from atom_release.lab.sandbox.launcher.disk import weigh

if TYPE_CHECKING:
    from collections.abc import Sequence

_BLOCKS_A_MB = 2048
_MEGABYTE = 1 << 20
_LEAST_FREE_MB = 1024


@dataclass(frozen=True)
class Room:
    """What may lie in these folders: megabytes and files, all together.

    A subject ends also where their disk has less than `least_free_mb` left, whoever filled it.
    """

    folders: tuple[Path, ...]
    mb: int
    files: int
    least_free_mb: int = 0

    @classmethod
    def beside(cls, folders: Sequence[Path], mb: int, files: int) -> Self:
        """Return room for so much beside what lies there already.

        And as much as is left free on their disk now, up to 1 GiB: no more than half of it.
        """
        lies, number = 0, 0
        for folder in folders:
            handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
            try:
                for blocks in weigh(handle):
                    lies, number = lies + blocks, number + 1
            finally:
                os.close(handle)
        free = min((shutil.disk_usage(folder).free for folder in folders), default=0)
        return cls(
            tuple(folders),
            mb + lies // _BLOCKS_A_MB + 1,
            files + number,
            min(_LEAST_FREE_MB, free // _MEGABYTE // 2),
        )

    def plain(self) -> dict[str, Any]:
        """Return it as the launcher reads it."""
        return {**asdict(self), "folders": [os.path.realpath(folder) for folder in self.folders]}
