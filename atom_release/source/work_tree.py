"""What a work tree holds that its commit does not: changed, new and deleted files.

Ignored files are none of it. The judged tree never comes from here; a check that is proved by
itself may be asked of it.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable
from pathlib import Path

from atom_release.git import Git


def changed_paths(git: Git, commit: str) -> list[str]:
    """Return the paths that differ from a commit, and those that it lacks and git does not ignore.

    Raises:
        GitError: git could not list them.
    """
    changed = git.output("diff", "--name-only", "--no-renames", "-z", commit)
    new = git.output("ls-files", "--others", "--exclude-standard", "-z")
    listed = (changed + new).decode("utf-8", "surrogateescape").split("\0")
    return sorted({path for path in listed if path})


def take_over(repository: Path, copy: Path, paths: Iterable[str]) -> list[str]:
    """Bring these paths of a copy to what the work tree has; return those that were brought.

    Links and what lies behind one are left as the commit has them, and so are submodules.
    """
    brought = []
    for path in paths:
        source, target = repository / path, copy / path
        if _is_linked(repository, path) or source.is_dir() or target.is_dir():
            continue
        target.unlink(missing_ok=True)
        if source.is_file():
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, target)
            target.chmod(0o755 if os.access(source, os.X_OK) else 0o644)
        brought.append(path)
    return brought


def _is_linked(repository: Path, path: str) -> bool:
    """Return whether a path is a link, or lies behind one."""
    place = repository
    return any((place := place / part).is_symlink() for part in Path(path).parts)
