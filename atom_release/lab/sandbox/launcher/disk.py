"""How much of the disk a subject takes, and whether that is more than it may.

Only what lies in the watched folders is weighed; what is written elsewhere is in memory and has a
size of its own. A file without a name is not seen there: it counts once the disk is nearly full.
"""

from __future__ import annotations

# pathlib takes longer to import than the launcher to run
import os
import time
from contextlib import suppress

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

_BLOCK = 512  # bytes, the unit of st_blocks
_MEGABYTE = 1 << 20
_LONGEST_PATH = 3000  # characters; the kernel reads 4096
_DEEPEST = 400  # folders in one another; what walks through them calls itself for each
_AT_ONCE = 0.01  # seconds of weighing between two looks at everything else
_RESTRAINT = 20  # times as long as a weighing took is waited until the next
_EVERY = 1.0  # seconds between two weighings at least
_STEP = 16  # growth of the disk by this part of what may be written is a reason to weigh at once


class TooDeep(Exception):
    """A folder lies so deep that its path is no longer one for the kernel, or for who walks it."""


class Disk:
    """The folders of one subject, and what may lie there: `order["disk"]`."""

    def __init__(self, allowed: dict[str, Any]) -> None:
        self._most: tuple[int, int] = allowed["mb"] * _MEGABYTE, allowed["files"]
        self._least_free = allowed["least_free_mb"] * _MEGABYTE
        self._folders = [os.open(path, os.O_RDONLY | os.O_DIRECTORY) for path in allowed["folders"]]
        self._weighing: Iterator[tuple[int, int]] | None = None
        self._began = self._again = time.monotonic()
        self._seen = self._used()

    def met(self) -> bool:
        """Return whether more is written than may be, as far as one short look shows it."""
        if self._is_nearly_full():
            return True
        if self._weighing is None:
            used = self._used()
            if not self._has_grown(used) and time.monotonic() < self._again:
                return False
            self._seen, self._began, self._weighing = used, time.monotonic(), self._weigh()
        return self._go_on(self._weighing)

    def met_at_last(self) -> bool:
        """Return whether more was written than may be, once nobody writes any more.

        Who wrote it and ended between two looks is found here: all is weighed, also where the disk
        has not grown, since others may have removed as much meanwhile.
        """
        if self._is_nearly_full():
            return True
        try:
            return any(self._is_more(size, files) for size, files in self._weigh())
        except TooDeep:
            return True

    def _has_grown(self, used: tuple[int, int]) -> bool:
        return any(
            now - then > most // _STEP
            for now, then, most in zip(used, self._seen, self._most, strict=True)
        )

    def _is_more(self, size: int, files: int) -> bool:
        return size > self._most[0] or files > self._most[1]

    def _go_on(self, weighing: Iterator[tuple[int, int]]) -> bool:
        ends = time.monotonic() + _AT_ONCE
        try:
            for size, files in weighing:
                if self._is_more(size, files):
                    return True
                if time.monotonic() > ends:
                    return False
        except TooDeep:
            return True
        self._weighing = None
        took = time.monotonic() - self._began
        self._again = time.monotonic() + max(_EVERY, _RESTRAINT * took)
        return False

    def _weigh(self) -> Iterator[tuple[int, int]]:
        size = files = 0
        for folder in self._folders:
            for blocks in weigh(folder):
                size, files = size + blocks * _BLOCK, files + 1
                yield size, files

    def _used(self) -> tuple[int, int]:
        """Return the bytes and the files that anybody has on these folders' disks."""
        rooms = [os.fstatvfs(folder) for folder in self._folders]
        return (
            sum((room.f_blocks - room.f_bfree) * room.f_frsize for room in rooms),
            sum(room.f_files - room.f_ffree for room in rooms),
        )

    def _is_nearly_full(self) -> bool:
        return any(
            room.f_bavail * room.f_frsize < self._least_free
            for room in map(os.fstatvfs, self._folders)
        )


def weigh(folder: int) -> Iterator[int]:
    """Yield the blocks of 512 bytes of each thing in a folder, following no link.

    Raises:
        TooDeep: there is a path in it that cannot be opened for its length, or walked to.
    """
    waiting = ["."]
    while waiting:
        path = waiting.pop()
        if len(path) > _LONGEST_PATH or path.count("/") > _DEEPEST:
            raise TooDeep
        for name, blocks, is_folder in _entries(folder, path):
            if is_folder:
                waiting.append(f"{path}/{name}")
            yield blocks


def _entries(folder: int, path: str) -> list[tuple[str, int, bool]]:
    try:
        opened = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=folder)
    except OSError:
        return []  # gone since, or not to be read
    listed = []
    try:
        with os.scandir(opened) as entries:
            for entry in entries:
                with suppress(OSError):  # gone since
                    blocks = entry.stat(follow_symlinks=False).st_blocks
                    listed.append((entry.name, blocks, entry.is_dir(follow_symlinks=False)))
    except OSError:
        pass  # gone since
    finally:
        os.close(opened)
    return listed
