"""Reports on the disk.

Files and folders that a person names, read one after the other so that memory does not grow with
their number.

What is named must be readable, else it is misuse. What is merely found in a folder never is: it
becomes a record that says why it is unread.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Sequence
from pathlib import Path

from atom_release.errors import Misuse
from atom_release.gate.claims.record import ClaimRecord
from atom_release.reader.claims_block import FILE
from atom_release.reader.report import LIMIT, read_report

_SUFFIXES = {".md", ".json"}


def read_files(
    paths: Sequence[Path], *, limit: int = LIMIT, unread_lines: bool = False
) -> Iterator[ClaimRecord]:
    """Read every named report, and every `*.md` and `*.json` below every named folder.

    In the order of their names.

    Raises:
        Misuse: a named path is not there, cannot be read, is a folder named like a report, or a
            link that leaves its folder.
    """
    for path in paths:
        _check(path)
    return _read(paths, limit, unread_lines=unread_lines)


def _check(path: Path) -> None:
    if path.is_symlink() and not _stays(path, path.parent):
        raise Misuse(
            f"{path} is a symbolic link that leaves its folder.", "Name the file that it points to."
        )
    try:
        mode = path.stat().st_mode
    except (OSError, ValueError) as error:
        raise Misuse(
            f"{path} cannot be read: {_why(error)}.", "Name a report or a folder of reports."
        ) from error
    if stat.S_ISDIR(mode):
        if path.suffix.lower() in _SUFFIXES:
            raise Misuse(
                f"{path} is a folder with the name of a report.",
                "Name the reports in it, or rename the folder.",
            )
        if not os.access(path, os.R_OK | os.X_OK):
            raise Misuse(f"{path} cannot be listed.", "Give yourself the right to read it.")
    elif not stat.S_ISREG(mode) or not os.access(path, os.R_OK):
        raise Misuse(
            f"{path} is not a file that can be read.", "Name a regular file that you may read."
        )


def _read(paths: Sequence[Path], limit: int, *, unread_lines: bool) -> Iterator[ClaimRecord]:
    for path in paths:
        if path.is_dir():
            yield from _below(path, limit, unread_lines=unread_lines)
        else:
            yield _file(path, limit, unread_lines=unread_lines)


def _below(root: Path, limit: int, *, unread_lines: bool) -> Iterator[ClaimRecord]:
    unlisted: list[OSError] = []
    for folder, folders, names in os.walk(root, onerror=unlisted.append):
        folders.sort()
        for name in sorted(names):
            path = Path(folder, name)
            if path.suffix.lower() in _SUFFIXES and name != FILE:
                outside = path.is_symlink() and not _stays(path, root)
                yield (
                    _unread(path, "a symbolic link that leaves the folder; not followed")
                    if outside
                    else _file(path, limit, unread_lines=unread_lines)
                )
        while unlisted:
            error = unlisted.pop()
            yield _unread(Path(error.filename), f"the folder cannot be listed: {_why(error)}")
    for error in unlisted:
        yield _unread(Path(error.filename), f"the folder cannot be listed: {_why(error)}")


def _file(path: Path, limit: int, *, unread_lines: bool) -> ClaimRecord:
    try:
        raw = _content(path, limit)
    except (OSError, ValueError) as error:
        return _unread(path, f"the file cannot be read: {_why(error)}")
    return (
        _unread(path, "not a regular file")
        if raw is None
        else read_report(
            _shown(path), raw, limit=limit, beside=_beside(path, limit), unread_lines=unread_lines
        )
    )


def _beside(path: Path, limit: int) -> bytes | None:
    """Read the `release-claims.json` in a report's folder, if there is one."""
    try:
        return _content(path.parent / FILE, limit)
    except (OSError, ValueError):
        return None


def _content(path: Path, limit: int) -> bytes | None:
    """Read one byte more than the limit at most; None for what is no regular file.

    Opening must not wait for a pipe's other end.
    """
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    with os.fdopen(descriptor, "rb") as opened:
        if not stat.S_ISREG(os.fstat(opened.fileno()).st_mode):
            return None
        return opened.read(limit + 1)


def _stays(path: Path, root: Path) -> bool:
    try:
        return path.resolve(strict=True).is_relative_to(root.resolve())
    except (OSError, RuntimeError):
        return False


def _unread(path: Path, reason: str) -> ClaimRecord:
    return ClaimRecord(path=_shown(path), unread=reason)


def _shown(path: Path) -> str:
    return os.fsencode(path).decode("utf-8", "replace")


def _why(error: Exception) -> str:
    return getattr(error, "strerror", None) or str(error)
