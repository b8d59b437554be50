"""A folder that is finished: nobody but the gate may write it, and a change of it is seen."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import stat
from pathlib import Path
from typing import TYPE_CHECKING, Any

from atom_release.lab.environments.faults import NoEnvironment
from atom_release.lab.throwaway import remove

if TYPE_CHECKING:
    from collections.abc import Iterator

_RUN, _READ = 0o555, 0o444


def seal(folder: Path, facts: dict[str, Any]) -> None:
    """Take a folder into the gate's own hands and write down what stands in it.

    Links are taken as links, and no bit of another user's rights is left.
    """
    for path in (folder, *_below(folder)):
        _part_from_others(path)
        if os.geteuid() == 0:
            os.chown(path, 0, 0, follow_symlinks=False)
        mode = path.lstat().st_mode
        if not stat.S_ISLNK(mode):
            path.chmod(_RUN if stat.S_ISDIR(mode) or mode & stat.S_IXUSR else _READ)
    fresh = _note(folder).with_suffix(".new")
    fresh.write_text(json.dumps({"is": fingerprint(folder), "facts": facts}))
    fresh.rename(_note(folder))


def _part_from_others(path: Path) -> None:
    """Make a file that has another name, perhaps elsewhere, a file of its own."""
    at = path.lstat()
    if stat.S_ISREG(at.st_mode) and at.st_nlink > 1:
        fresh = path.with_name(f"{path.name}.sealing")
        shutil.copy2(path, fresh, follow_symlinks=False)
        fresh.replace(path)


def opened(folder: Path) -> dict[str, Any] | None:
    """Return what was noted of a sealed folder; None where it is not there or was changed."""
    try:
        noted = json.loads(_note(folder).read_bytes())
    except (OSError, ValueError):
        return None
    if not folder.is_dir() or noted.get("is") != fingerprint(folder):
        return None
    facts = noted.get("facts")
    return facts if isinstance(facts, dict) else None


def fingerprint(folder: Path) -> str:
    """Return a digest over every path, with what a writer of it could not keep as it was.

    The moment of the last change is the kernel's, and no writer sets it.
    """
    digest = hashlib.sha256()
    start = len(str(folder))
    for path, at in [(str(folder), folder.lstat()), *_entries(str(folder))]:
        state = (at.st_ino, at.st_mode, at.st_uid, at.st_size, at.st_mtime_ns, at.st_ctime_ns)
        digest.update(f"{path[start:]}\0{state}\0".encode("utf-8", "surrogateescape"))
    return digest.hexdigest()


def tear_down(folder: Path) -> None:
    """Remove a folder, sealed or not, with its note.

    Raises:
        NoEnvironment: something of it stays.
    """
    _note(folder).unlink(missing_ok=True)
    if not remove(folder):
        raise NoEnvironment(
            f"what an earlier build left cannot be removed: {folder}", "Remove it by hand."
        )


def _below(folder: Path) -> Iterator[Path]:
    """Yield all that lies in a folder, in a fixed order, following no link."""
    yield from (Path(path) for path, _ in list(_entries(str(folder))))


def _entries(folder: str) -> Iterator[tuple[str, os.stat_result]]:
    waiting = _sorted(folder)
    while waiting:
        entry = waiting.pop()
        yield entry.path, entry.stat(follow_symlinks=False)
        if entry.is_dir(follow_symlinks=False):
            waiting += _sorted(entry.path)


def _sorted(folder: str) -> list[os.DirEntry[str]]:
    with os.scandir(folder) as entries:
        return sorted(entries, key=lambda entry: entry.name, reverse=True)


def _note(folder: Path) -> Path:
    return folder.with_name(f"{folder.name}.sealed.json")
