"""Folders that one gate uses for a moment, and those that a killed gate left behind.

A lock inside shows that the gate still lives, whatever commit it judges. And the removal of folders
in which a subject wrote, however deep they are and whatever rights it left them.
"""

from __future__ import annotations

import fcntl
import os
import secrets
import stat
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from itertools import count
from pathlib import Path

PASSING = "atom-release-"
_LOCK = ".gate-lock"
_held: dict[Path, int] = {}


@contextmanager
def throwaway(below: Path, prefix: str) -> Iterator[Path]:
    """Make a folder that is removed when the block ends, in this process and in no fork of it."""
    maker = os.getpid()
    folder = Path(tempfile.mkdtemp(dir=below, prefix=prefix))
    fresh = folder / f"{_LOCK}.new"
    lock = os.open(fresh, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        fresh.rename(folder / _LOCK)  # held before anybody can find it
        folder.chmod(0o755)
        yield folder
    finally:
        if os.getpid() == maker:
            remove(folder)
        os.close(lock)


@contextmanager
def passing(below: Path | None = None) -> Iterator[Path]:
    """Make an empty folder of this user alone that is removed when the block ends.

    By default below the machine's folder for such. Unlike those of `tempfile`, what a killed gate
    leaves of it is told from anybody else's, and from a living gate's.
    """
    with throwaway(below or Path(tempfile.gettempdir()), PASSING) as room:
        folder = room / "room"
        folder.mkdir(mode=0o700)
        yield folder


def put_files(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write files into such a folder, with the folders that they lie in."""
    for path, content in files.items():
        place = folder / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content)


def sweep(below: Path, *patterns: str) -> list[Path]:
    """Remove the folders of gates that no longer live, and return which."""
    return [folder for folder in [*left(below, *patterns)] if remove(folder)]


def left(below: Path, *patterns: str, lock: str = _LOCK) -> Iterator[Path]:
    """Yield this user's folders whose gate is gone; one without its lock is just being made."""
    for pattern in patterns:
        for folder in below.glob(pattern):
            held = _open_lock(folder / lock) if _is_own(folder) else None
            if held is not None:
                free = _lock_alone(held)
                os.close(held)
                if free:
                    yield folder


def hold(folder: Path) -> None:
    """Keep a folder that several gates use from being removed as long as this process lives."""
    place = folder / _LOCK
    while place not in _held:
        folder.mkdir(parents=True, exist_ok=True)
        lock = os.open(place, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
        fcntl.flock(lock, fcntl.LOCK_SH)
        if place.exists() and os.path.samestat(os.fstat(lock), place.stat()):
            _held[place] = lock
        else:
            os.close(lock)  # it was removed meanwhile
    if place.exists():
        os.utime(place)


def remove_unheld(folder: Path, before: float) -> bool:
    """Remove a folder that no gate holds or held since then, in seconds since 1970."""
    lock = _open_lock(folder / _LOCK) if _is_own(folder) else None
    if lock is None:
        return False
    try:
        unused = _lock_alone(lock) and os.fstat(lock).st_mtime < before
        return unused and remove(folder)
    finally:
        os.close(lock)


def _is_own(folder: Path) -> bool:
    return folder.is_dir() and not folder.is_symlink() and folder.stat().st_uid == os.geteuid()


def _open_lock(lock: Path) -> int | None:
    try:
        return os.open(lock, os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW)
    except OSError:
        return None


def _lock_alone(lock: int) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def remove(path: Path) -> bool:
    """Remove a file, a link or a folder with all that is in it; return whether it is gone.

    No link is followed, no error is raised, and neither the depth of folders in one another nor the
    length of their paths is limited: a folder's own folders are moved up beside it and emptied
    there, so that never more than two levels are looked at.
    """
    try:
        above = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except OSError:
        return not os.path.lexists(path)
    try:
        with suppress(OSError):
            if not _unlinked(above, path.name):
                _empty(above, path.name)
                os.rmdir(path.name, dir_fd=above)
    finally:
        os.close(above)
    return not os.path.lexists(path)


def _empty(above: int, name: str) -> None:
    """Remove what is in a folder; what cannot be removed stays there."""
    top = _opened(above, name)
    try:
        moved = secrets.token_hex(8)  # nobody who wrote here can have foreseen it
        names_above, stuck = (f"{moved}-{number}" for number in count()), set[str]()
        while names := _next_to_go(top, stuck):
            for entry in names:
                if not _removed(top, entry, names_above):
                    stuck.add(entry)
    finally:
        os.close(top)


def _next_to_go(top: int, stuck: set[str]) -> list[str]:
    """Return which entries are removed next: the lock last, so that a sweep finds what is left."""
    entries = set(os.listdir(top)) - stuck
    last = set[str]() if stuck else entries
    return sorted(entries - {_LOCK} or last)


def _removed(top: int, name: str, names_above: Iterator[str]) -> bool:
    """Remove an entry of `top`, its own folders moved up into `top`; return whether it is gone."""
    try:
        if _unlinked(top, name):
            return True
        folder = _opened(top, name)
        try:
            for entry in os.listdir(folder):  # noqa: PTH208 - by descriptor
                if not _unlinked(folder, entry):
                    _take_up(folder, entry, top, next(names_above))
        finally:
            os.close(folder)
        os.rmdir(name, dir_fd=top)
    except OSError:
        return False
    return True


def _unlinked(above: int, name: str) -> bool:
    """Remove what is no folder; return whether it was none."""
    at = os.stat(name, dir_fd=above, follow_symlinks=False)
    if stat.S_ISDIR(at.st_mode):
        return False
    os.unlink(name, dir_fd=above)
    return True


def _take_up(folder: int, name: str, top: int, fresh: str) -> None:
    """Move a folder into `top` under a fresh name, if it is not empty."""
    try:
        os.rmdir(name, dir_fd=folder)
    except OSError:
        os.close(_opened(folder, name))  # a folder that is moved has to be writable itself
        os.rename(name, fresh, src_dir_fd=folder, dst_dir_fd=top)


def _opened(above: int, name: str) -> int:
    """Open a folder, never a link to one, and take the right to read and empty it."""
    held = os.open(name, os.O_PATH | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=above)
    try:
        Path(f"/proc/self/fd/{held}").chmod(0o700)
        return os.open(".", os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC, dir_fd=held)
    finally:
        os.close(held)
