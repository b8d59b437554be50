"""Copy plain files and folders from one folder into another, following nothing."""

from __future__ import annotations

import contextlib
import os

_PIECE = 1 << 20


def copy(source: str, target: int, *, owner: tuple[int, int] | None) -> None:
    """Copy what lies in `source` into the open folder `target`.

    Links, devices, sockets and pipes are left out.
    """
    with os.scandir(source) as entries:
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                _copy_folder(entry, target, owner)
            elif entry.is_file(follow_symlinks=False):
                _copy_file(entry, target, owner)


def _copy_folder(entry: os.DirEntry[str], target: int, owner: tuple[int, int] | None) -> None:
    with contextlib.suppress(FileExistsError):
        os.mkdir(entry.name, 0o755, dir_fd=target)
    inner = os.open(entry.name, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=target)
    try:
        if owner:
            os.fchown(inner, *owner)
        copy(entry.path, inner, owner=owner)
    finally:
        os.close(inner)


def _copy_file(entry: os.DirEntry[str], target: int, owner: tuple[int, int] | None) -> None:
    mode = 0o755 if entry.stat(follow_symlinks=False).st_mode & 0o100 else 0o644
    reading = os.open(entry.path, os.O_RDONLY | os.O_NOFOLLOW)
    try:
        writing = os.open(
            entry.name, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, mode, dir_fd=target
        )
        try:
            if owner:
                os.fchown(writing, *owner)
            while piece := os.read(reading, _PIECE):
                os.write(writing, piece)
        finally:
            os.close(writing)
    finally:
        os.close(reading)
