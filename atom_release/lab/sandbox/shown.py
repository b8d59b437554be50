"""What one subject was shown, to tell a path that was hidden from one that does not exist.

A program that fails for want of a hidden file proves nothing against the release.
"""

from __future__ import annotations

import os
import re
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from atom_release.lab.sandbox.launcher.mounts import PRIVATE

_MISSING = re.compile(
    r"No such file or directory|\bENOENT\b|FileNotFoundError|cannot open|can't open|does not exist"
    r"|not found|no such file"
)
_PATH = re.compile(r"(?<![\w.:/~-])(/[^\s'\"`:,;()<>\[\]]+)")
_LONGEST_LINE = 2000
_SYSTEM = ("/proc", "/sys", "/dev")


@dataclass(frozen=True)
class Shown:
    """The paths that a subject was shown and those covered inside them; none if it saw all."""

    paths: tuple[str, ...] = ()
    covers: tuple[str, ...] = ()

    @classmethod
    def by(cls, order: dict[str, Any], isolation: tuple[str, ...]) -> Shown:
        """Return what a subject of that order was shown, if the isolation was a list of it."""
        if "allow-list" not in isolation:
            return cls()
        verbs = ("readable", "writable", "bounded", "throwaway")
        paths = [path for verb in verbs for path in order[verb]]
        return cls((*paths, *order["files"], *order["links"]), tuple(order["hidden"]))

    def hidden_path(self, text: str) -> str | None:
        """Return a path that a text says is missing and that lies outside of what was shown."""
        if not self.paths:
            return None
        for line in text.splitlines():
            if _MISSING.search(line[:_LONGEST_LINE]):
                for path in _PATH.findall(line[:_LONGEST_LINE]):
                    if self._hides(path.rstrip(".")):
                        return str(path.rstrip("."))
        return None

    def _hides(self, path: str) -> bool:
        """Return whether a path lies outside of what was shown.

        Whether a hidden path is there is never told, nor of one in a folder that not everybody
        of this machine may enter: the answer is the same for one that is not there.
        """
        real = os.path.realpath(path)
        if self._is_covered(os.path.normpath(path)) or self._is_covered(real):
            return True
        if _under(real, _SYSTEM) or _depth(real, self.paths) > _depth(real, PRIVATE):
            return False
        if not _is_open_to_all(real):
            return not _under(real, PRIVATE)  # below /tmp the subject has names of its own
        return os.path.exists(real)  # noqa: PTH110 - false, not an error, where the path may not be looked at

    def _is_covered(self, path: str) -> bool:
        return _under(path, self.covers) and _depth(path, self.covers) >= _depth(path, self.paths)


def _depth(path: str, folders: tuple[str, ...]) -> int:
    """Return the length of the innermost folder that a path lies in, 0 if there is none."""
    return max((len(folder) for folder in folders if _under(path, (folder,))), default=0)


def _is_open_to_all(path: str) -> bool:
    """Return whether any user of this machine could find out if a path is there."""
    for folder in reversed(Path(path).parents):
        try:
            if not folder.stat().st_mode & stat.S_IXOTH:
                return False
        except OSError:
            return True
    return True


def _under(path: str, folders: tuple[str, ...]) -> bool:
    return any(path == folder or path.startswith(f"{folder}/") for folder in folders)
