"""Files of variables that code insists on and no commit holds: an empty one lets it begin.

What is ignored by git (`.env`) is there on every developer's machine. Only code that ends where
such a file is absent is given one, at the path that the code or a compose file names.
"""

from __future__ import annotations

import posixpath
import re
import shlex
from typing import TYPE_CHECKING

from atom_release.drafting import settings_files
from atom_release.drafting.files import is_below, joined

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from atom_release.drafting.files import Files

Step = tuple[str, ...]
_INSISTS = re.compile(r"^from starlette\.config import[^\n]*\bConfig\b", re.MULTILINE)
_CALLED = re.compile(r"\bConfig\(\s*(?:[\"']([\w./-]+)[\"']|\w+)")
_MOST_READ = 400


def steps(files: Files, folder: str, own: Sequence[str], directory: str) -> tuple[Step, ...]:
    """Return the step that makes the files which the code of a folder insists on."""
    wanted = sorted({*_wanted(files, folder, own)} - {*files.paths})
    ways = [posixpath.relpath(path, directory or ".") for path in wanted]
    ways = [way for way in ways if not way.startswith("..")]
    return (("/bin/sh", "-c", f"touch {shlex.join(ways)}"),) if ways else ()


def _wanted(files: Files, folder: str, own: Sequence[str]) -> Iterator[str]:
    for path in [path for path in own if path.endswith(".py")][:_MOST_READ]:
        text = files.text(path)
        called = _CALLED.search(text) if _INSISTS.search(text) else None
        if called and called[1]:
            yield joined(folder, called[1])
        elif called:
            named = settings_files.env_file_paths(files)
            yield from (place for place in named if is_below(place, folder))
