"""Read from folders in which a subject wrote, and write into its copies: through no link at all.

A link means one thing where the subject made it and another where the gate stands (`/proc/self`,
`/tmp`), so none is followed in any part of a path, and only plain files are read.
"""

from __future__ import annotations

import os
import shutil
import stat
from contextlib import contextmanager, suppress
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, BinaryIO

if TYPE_CHECKING:
    from collections.abc import Iterator

_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


def copy_beneath(source: Path, path: str, copy: Path, name: str = "") -> bool:
    """Copy a plain file at a path below `source` to the same path below `copy`.

    Args:
        source: a folder; a subject may have written in it.
        path: the file's path, relative to it.
        copy: a folder, whose own folders on the way are made.
        name: another path below `copy`.

    Returns:
        Whether it was copied: not if there is a link on either way, or something there already.
    """
    try:
        with _opened(source, path) as file, _made(copy, name or path) as fresh:
            shutil.copyfileobj(file, fresh)
    except OSError:
        return False
    return True


def read_beneath(source: Path, path: str, most: int) -> bytes | None:
    """Return what a plain file below `source` holds; None past a link, or of more bytes than that.

    Args:
        source: a folder; a subject may have written in it.
        path: the file's path, relative to it.
        most: bytes that are read.
    """
    try:
        with _opened(source, path) as file:
            content = file.read(most + 1)
    except OSError:
        return None
    return content if len(content) <= most else None


def names_beneath(source: Path, path: str) -> list[str]:
    """Return what lies in a folder below `source`; nothing if a link leads there."""
    try:
        with _folder(source, PurePosixPath(path).parts, make=False) as handle:
            return sorted(os.listdir(handle))  # noqa: PTH208 - by descriptor
    except OSError:
        return []


@contextmanager
def _folder(top: Path, parts: tuple[str, ...], *, make: bool) -> Iterator[int]:
    """Open a folder part by part, no part of which is a link or leads up."""
    handle = os.open(top, _FOLDER)
    try:
        for part in parts:
            if part in {"..", "/"}:
                raise NotADirectoryError(part)
            if make:
                with suppress(FileExistsError):
                    os.mkdir(part, 0o755, dir_fd=handle)
            below = os.open(part, _FOLDER, dir_fd=handle)
            os.close(handle)
            handle = below
        yield handle
    finally:
        os.close(handle)


@contextmanager
def _opened(top: Path, path: str) -> Iterator[BinaryIO]:
    """Open a plain file to read."""
    pure = PurePosixPath(path)
    with _folder(top, pure.parent.parts, make=False) as folder:
        file = os.fdopen(os.open(pure.name, _FILE, dir_fd=folder), "rb")
    with file:
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            raise IsADirectoryError(path)
        yield file


@contextmanager
def _made(top: Path, path: str) -> Iterator[BinaryIO]:
    """Make a file where none is, and open it to write."""
    pure = PurePosixPath(path)
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    with _folder(top, pure.parent.parts, make=True) as folder:
        file = os.fdopen(os.open(pure.name, flags, 0o644, dir_fd=folder), "wb")
    with file:
        yield file
