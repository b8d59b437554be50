"""The files that a command writes in its copy, brought out before the copy is forgotten."""

from __future__ import annotations

import os
import shlex
from typing import TYPE_CHECKING

from atom_release.lab.beneath import read_beneath

if TYPE_CHECKING:
    from pathlib import Path

_BEGUN, _BROUGHT = "begun", "written"
_MOST_FILES = 500
_LARGEST = 8 << 20
_CACHES = frozenset({"__pycache__", ".pytest_cache", ".mypy_cache", ".ruff_cache", ".cache"})
_TICK = 0.02  # seconds: the clock of a file's changes is that coarse


def script(command: str, copy: Path, out: Path) -> str:
    """Return the shell's script that runs a command and then brings out what it wrote.

    Args:
        command: for the shell; an `exit` in it brings out nothing.
        copy: the folder whose files count.
        out: the folder of the run that it may write.
    """
    begun, place = shlex.quote(str(out / _BEGUN)), shlex.quote(str(out / _BROUGHT))
    lines = (
        f": > {begun}; sleep {_TICK}",
        command,
        f"gate_status=$?; mkdir {place}; cd {shlex.quote(str(copy))}",
        f"find . -name .git -prune -o -type f -cnewer {begun} -print0 > {begun}.found",
        f"xargs -0 -r cp --parents -t {place} -- < {begun}.found 2> /dev/null",
        "exit $gate_status",
    )
    return "\n".join(lines)


def collected(out: Path) -> dict[str, bytes]:
    """Return the files that were brought out, by path in the copy, but caches and large ones."""
    folder, files = out / _BROUGHT, dict[str, bytes]()
    for place, folders, names in os.walk(folder, followlinks=False):
        folders[:] = sorted(name for name in folders if name not in _CACHES)
        for name in sorted(names):
            path = os.path.relpath(os.path.join(place, name), folder)  # noqa: PTH118 - names of a subject
            content = read_beneath(folder, path, _LARGEST)
            if content is not None and len(files) < _MOST_FILES:
                files[path] = content
    return files
