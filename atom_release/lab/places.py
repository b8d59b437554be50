"""Places at this machine's processors: what runs tests takes one, what measures time takes all.

As many as there are processors, for all gates of this user together: locks on files, which the
kernel takes back from whoever ends. Whoever waits for all of them lets nobody before it. Tests that
run ahead of who wants them leave the first place to others: one that hangs holds up nobody's.

A place may be held by tests of another gate that hang, for as long as their own limits are. So
patience ends: tests then run without a place, while nobody measures; and what measures time then
measures beside whoever still holds one, and judges by its own figures whether the machine was
quiet enough. Nobody ever measures beside another that measures.
"""

from __future__ import annotations

import fcntl
import os
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from atom_release.errors import ProbeFault

_FEWEST = 2
RUNS_OF_SUITE = 2
"""How many runs of its tests a suite makes at once."""
_NAME = "atom-release-places"
_WITHOUT_PLACE = "without-place"  # shared by all who run tests and hold none
_LOOK_AGAIN = 0.1  # seconds; a run of tests takes longer
_TESTS_WAIT = 20.0  # seconds for a place, until they run without one
_MEASUREMENT_WAITS = 90.0  # seconds for those who run tests to end


class Ahead(threading.Event):
    """The word to end for tests that run ahead, until somebody waits for them."""

    def __init__(self) -> None:
        """Begin ahead of everybody."""
        super().__init__()
        self.wanted = False


def number() -> int:
    """Return how many places there are."""
    return max(_FEWEST, len(os.sched_getaffinity(0)))


def at_once() -> int:
    """Return how many suites the places last for, and one more.

    A suite makes two runs at once, and not always.
    """
    return number() // RUNS_OF_SUITE + 1


@contextmanager
def take_one(ended: threading.Event | None = None) -> Iterator[None]:
    """Hold one place; waits until one is free and nobody measures, or until `ended` is set.

    Not the first where `ended` says that the tests run ahead. After some seconds without one, which
    do not count while they run ahead, holds none and only keeps measurements from beginning.
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
    """Hold every place, so that nobody of this user runs tests beside what is measured.

    Who does not end in time is not waited for: what measures tells a busy machine by its figures.
    """
    folder, held = _folder(), []
    try:
        held.append(_open(folder / "turn"))
        fcntl.flock(held[-1], fcntl.LOCK_EX)
        latest = time.monotonic() + _MEASUREMENT_WAITS
        for name in (*map(str, range(number())), _WITHOUT_PLACE):
            held.append(_open(folder / name))
            while not _locked(held[-1], fcntl.LOCK_EX) and time.monotonic() < latest:
                time.sleep(_LOOK_AGAIN)
        yield
    finally:
        for place in held:
            os.close(place)


def _take_any(folder: Path, ended: threading.Event) -> int | None:
    """Return the lock of a free place, or that of who has none; None where the wait was ended."""
    latest = time.monotonic() + _TESTS_WAIT
    while not ended.is_set():
        ahead = _runs_ahead(ended)
        place = _free_place(folder, first=int(ahead))
        if place is None and time.monotonic() >= latest:
            place = _lock_file(folder / _WITHOUT_PLACE, fcntl.LOCK_SH)
        if place is not None:
            return place
        if ahead:
            latest = time.monotonic() + _TESTS_WAIT
        ended.wait(_LOOK_AGAIN)
    return None


def _free_place(folder: Path, first: int) -> int | None:
    """Return the lock of a place that nobody holds; None while somebody wants all of them."""
    turn = _lock_file(folder / "turn", fcntl.LOCK_SH)
    if turn is None:
        return None
    try:
        for place in range(first, number()):
            lock = _lock_file(folder / str(place), fcntl.LOCK_EX)
            if lock is not None:
                return lock
    finally:
        os.close(turn)
    return None


def _runs_ahead(ended: threading.Event) -> bool:
    return isinstance(ended, Ahead) and not ended.wanted


def _lock_file(file: Path, kind: int) -> int | None:
    """Return the lock, or None where somebody holds it."""
    lock = _open(file)
    if _locked(lock, kind):
        return lock
    os.close(lock)
    return None


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
