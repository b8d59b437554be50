"""Folders that one gate uses for a moment, and those that a killed gate left behind.

A lock inside shows that the gate still lives, whatever commit it judges.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_LOCK = ".gate-lock"


@contextmanager
def throwaway(below: Path, prefix: str) -> Iterator[Path]:
    """Make a folder that is removed when the block ends."""
    folder = Path(tempfile.mkdtemp(dir=below, prefix=prefix))
    fresh = folder / f"{_LOCK}.new"
    lock = os.open(fresh, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        fresh.rename(folder / _LOCK)  # held before anybody can find it
        folder.chmod(0o755)
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        os.close(lock)


def sweep(below: Path, *patterns: str) -> list[Path]:
    """Remove the folders of gates that no longer live, and return which."""
    return [
        folder
        for pattern in patterns
        for folder in below.glob(pattern)
        if folder.is_dir() and _is_left(folder) and _remove(folder)
    ]


def _is_left(folder: Path) -> bool:
    """Return whether the gate that made a folder is gone; one without a lock is just being made."""
    try:
        lock = os.open(folder / _LOCK, os.O_RDWR | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    finally:
        os.close(lock)
    return True


def _remove(folder: Path) -> bool:
    shutil.rmtree(folder, ignore_errors=True)
    return not folder.exists()
