"""What one subject was shown, to tell a path that was hidden from one that does not exist.

A program that fails for want of a hidden file proves nothing against the release.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
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
        """Return a path that a text says is missing and that this machine has, but did not show."""
        if not self.paths:
            return None
        for line in text.splitlines():
            if _MISSING.search(line[:_LONGEST_LINE]):
                for path in _PATH.findall(line[:_LONGEST_LINE]):
                    if self._hides(path.rstrip(".")):
                        return str(path.rstrip("."))
        return None

    def _hides(self, path: str) -> bool:
        real = os.path.realpath(path)
        if _under(real, _SYSTEM) or not os.path.exists(real):  # noqa: PTH110 - false, not an error, where the path may not be looked at
            return False
        deepest = max((len(folder) for folder in self.paths if _under(real, (folder,))), default=0)
        cover = max((len(folder) for folder in self.covers if _under(real, (folder,))), default=0)
        private = max((len(folder) for folder in PRIVATE if _under(real, (folder,))), default=0)
        return deepest <= max(cover, private)


def _under(path: str, folders: tuple[str, ...]) -> bool:
    return any(path == folder or path.startswith(f"{folder}/") for folder in folders)
