"""The Python that a project's developers use, as their own files say beside `requires-python`.

What they use is preferred, never required: a machine without it takes the nearest.
"""

from __future__ import annotations

import posixpath
import re
import tomllib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from atom_release.source.commit import JudgedTree

_VERSION = r"(?P<version>3\.\d+(?:\.\d+)?)"
_WORD = re.compile(rf"(?:cpython-?|python-?)?{_VERSION}")
_TOOLS = re.compile(rf"^\s*python\s+{_VERSION}", re.MULTILINE)
_IMAGE = re.compile(
    rf"^\s*FROM\s+(?:--\S+\s+)?(?:\S+/)?python:{_VERSION}", re.MULTILINE | re.IGNORECASE
)


def preferred_version(tree: JudgedTree, folder: str) -> tuple[str | None, str | None]:
    """Return the version that the files of a folder name first, and the file; None without any."""
    for name, read in _FILES:
        for place in dict.fromkeys([folder, ""]):
            path = posixpath.normpath(posixpath.join(place, name))
            entry = tree.entries.get(path)
            if entry is None or not entry.is_file:
                continue
            version = next(read(tree.read(path).decode("utf-8", "replace")), None)
            if version is not None:
                return version, path
    return None, None


def _first_word(text: str) -> Iterator[str]:
    words = text.split()
    match = _WORD.fullmatch(words[0]) if words else None
    if match:
        yield match["version"]


def _of_pipfile(text: str) -> Iterator[str]:
    try:
        requires = tomllib.loads(text).get("requires")
    except tomllib.TOMLDecodeError:
        return
    for name in ("python_full_version", "python_version"):
        match = _WORD.fullmatch(str(requires.get(name))) if isinstance(requires, dict) else None
        if match:
            yield match["version"]


def _of_tools(text: str) -> Iterator[str]:
    yield from (match["version"] for match in _TOOLS.finditer(text))


def _of_image(text: str) -> Iterator[str]:
    yield from (match["version"] for match in _IMAGE.finditer(text))


_FILES: tuple[tuple[str, Callable[[str], Iterator[str]]], ...] = (
    (".python-version", _first_word),
    (".tool-versions", _of_tools),
    ("runtime.txt", _first_word),
    ("Pipfile", _of_pipfile),
    ("Dockerfile", _of_image),
)
