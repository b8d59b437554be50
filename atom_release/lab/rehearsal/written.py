"""What services wrote into `{scratch}`: read without following, overwritten as they could."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Sequence
from pathlib import Path

from atom_release.errors import ProbeFault
from atom_release.lab.rehearsal import state
from atom_release.lab.rehearsal.launcher import Launcher
from atom_release.lab.throwaway import passing, put_files
from atom_release.source.globs import matcher

_LARGEST = 256 * 1024 * 1024
_MOST = 10_000


def read_files(scratch: Path, globs: Sequence[str], beside: Sequence[str]) -> dict[str, bytes]:
    """Return the plain files that match a glob.

    And those whose name is such a file's with an ending of `beside`; a link is never followed.

    Raises:
        ProbeFault: there is more than any release writes.
    """
    matches = [matcher(glob) for glob in globs]
    files: dict[str, bytes] = {}
    others: dict[str, bytes] = {}
    size = 0
    for number, (path, content) in enumerate(_plain_files(scratch)):
        size += len(content)
        if number >= _MOST or size > _LARGEST:
            raise ProbeFault(
                f"the services wrote more than {_MOST} files or {_LARGEST} bytes",
                "Let them write less where artifacts are produced.",
            )
        if path.endswith(tuple(beside)):
            others[path] = content
        elif any(match(path) for match in matches):
            files[path] = content
    return dict(
        sorted(
            {
                **files,
                **{
                    path: others[path]
                    for path_found in files
                    for ending in beside
                    if (path := path_found + ending) in others
                },
            }.items()
        )
    )


def put(launcher: Launcher, scratch: Path, files: dict[str, bytes]) -> None:
    """Overwrite files in place, as the sandboxed user.

    Raises:
        ProbeFault: they cannot be written.
    """
    with passing(scratch.parent.parent) as staged:
        put_files(staged, files)
        state.overlay(launcher, staged, scratch)


def _plain_files(scratch: Path) -> Iterator[tuple[str, bytes]]:
    """Yield each file with its content, one at a time: all can be more than memory holds."""
    for folder, _, names, handle in os.fwalk(scratch, follow_symlinks=False):
        for name in names:
            try:
                opened = os.open(
                    name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, dir_fd=handle
                )
            except OSError:
                continue  # a link, or gone since
            with os.fdopen(opened, "rb") as file:
                if stat.S_ISREG(os.fstat(opened).st_mode):
                    path = (Path(folder) / name).relative_to(scratch).as_posix()
                    yield path, file.read(_LARGEST + 1)
