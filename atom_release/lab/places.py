"""Places at this machine's processors: what runs tests takes one, what measures time takes all.

As many as there are processors, for all gates of this user together: locks on files, which the
kernel takes back from whoever ends. Whoever waits for all of them lets nobody before it. Tests that
run ahead of who wants them leave the first place to others: one that hangs holds up nobody's.
"""

from __future__ import annotations

import fcntl
import os
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from atom_release.errors import ProbeFault

_FEWEST = 2
_NAME = "atom-release-places"
_LOOK_AGAIN = 0.1  # seconds; a run of tests takes longer


class Ahead(threading.Event):
    """The word to end for tests that run ahead, until somebody waits for them."""

    def __init__(self) -> None:
        """Begin ahead of everybody."""
        super().__init__()
        self.wanted = False


def number() -> int:
    """Return how many places there are."""
    return max(_FEWEST, len(os.sched_getaffinity(0)))


@contextmanager
def take_one(ended: threading.Event | None = None) -> Iterator[None]:
    """Hold one place; waits until one is free and nobody measures, or until `ended` is set.

    Not the first where `ended` says that the tests run ahead.
    """
    folder = _folder()
    place = _take_any(folder, ended or threading.Event())
    try:
        yield
    finally:
        if place is not None:
            os.close(place)


@contextmanager
def take_all() -> Iterator[None]:
    """Hold every place, so that nobody of this user runs tests beside what is measured."""
    folder, held = _folder(), []
    try:
        for name in ("turn", *map(str, range(number()))):
            held.append(_open(folder / name))
            fcntl.flock(held[-1], fcntl.LOCK_EX)
        yield
    finally:
        for place in held:
            os.close(place)


def _take_any(folder: Path, ended: threading.Event) -> int | None:
    """Return the lock of a free place; none where the wait was ended."""
    while not ended.is_set():
        turn = _open(folder / "turn")
        try:
            if _locked(turn, fcntl.LOCK_SH):
                for place in range(_first_for(ended), number()):
                    lock = _open(folder / str(place))
                    if _locked(lock, fcntl.LOCK_EX):
                        return lock
                    os.close(lock)
        finally:
            os.close(turn)
        ended.wait(_LOOK_AGAIN)
    return None


def _first_for(ended: threading.Event) -> int:
    return int(isinstance(ended, Ahead) and not ended.wanted)


def _locked(lock: int, kind: int) -> bool:
    with suppress(BlockingIOError):
        fcntl.flock(lock, kind | fcntl.LOCK_NB)
        return True
    return False


def _open(file: Path) -> int:
    return os.open(file, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)


def _folder() -> Path:
    """Return the folder of the locks.

    Raises:
        ProbeFault: it is somebody else's, who could keep everybody waiting.
    """
    folder = Path(tempfile.gettempdir()) / f"{_NAME}-{os.geteuid()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    if folder.is_symlink() or folder.lstat().st_uid != os.geteuid():
        raise ProbeFault(
            f"{folder} is not this user's own, so gates could not wait for one another.",
            "Have it removed, or set TMPDIR to another folder.",
        )
    return folder
