"""The Python that a project's developers use, as their own files say beside `requires-python`.

What they use is preferred, never required: a machine without it takes the nearest. Where no file
says it, it is one that the commit's authors could have had: of a commit from before the gate's own
Python was in use, the one of that day.
"""

from __future__ import annotations

import posixpath
import re
import sys
import tomllib
from datetime import date, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from atom_release.source.commit import JudgedTree

_VERSION = r"(?P<version>3\.\d+(?:\.\d+)?)"
_WORD = re.compile(rf"(?:cpython-?|python-?)?{_VERSION}")
_TOOLS = re.compile(rf"^[ \t]*+python[ \t]++{_VERSION}", re.MULTILINE)
_IMAGE = re.compile(
    rf"^[ \t]*+FROM[ \t]++(?:--\S++[ \t]++)?(?:[^\s/]++/)*+python:{_VERSION}",
    re.MULTILINE | re.IGNORECASE,
)
_OF_COMPOSE = re.compile(
    rf"^[ \t]*+(?:-[ \t]*+)?image:[ \t]*+[\"']?(?:[\w.-]++/)*+python:{_VERSION}", re.MULTILINE
)
_OF_PIPELINE = re.compile(
    r"(?:^|(?<=[\s\"'/{,-]))python(?:-version)?[\"']?:[ \t]*+(?P<named>[\"']?3\.\d[^\s,}]{0,20}+"
    r"|\[[^\]\n]{0,300}+\]|(?:\s*+-[ \t]*+[\"']?[\w.-]{1,30}+[\"']?){1,30}+)",
    re.MULTILINE,
)
_ANY = re.compile(rf"(?<![\w.]){_VERSION}(?![\w.]*\*)")
_COMPOSE = re.compile(r"(?:docker-)?compose(?:[.-][\w.-]+)?\.ya?ml")
_PIPELINES = re.compile(
    r"(?:\.github/workflows/[^/]+|\.travis|\.gitlab-ci|\.circleci/config)\.ya?ml"
)
_RELEASED = {
    (3, 6): date(2016, 12, 23),
    (3, 7): date(2018, 6, 27),
    (3, 8): date(2019, 10, 14),
    (3, 9): date(2020, 10, 5),
    (3, 10): date(2021, 10, 4),
    (3, 11): date(2022, 10, 24),
    (3, 12): date(2023, 10, 2),
    (3, 13): date(2024, 10, 7),
}
"""When each Python was first released, as its release schedule (a PEP for each) has it."""
_UNTIL_USED = timedelta(days=180)  # after which most packages have wheels for it


def preferred_version(tree: JudgedTree, folder: str) -> tuple[str | None, str | None]:
    """Return the version that the files of a folder name first, and the file.

    None without any, and the version of the commit's day where that is before the gate's own.
    """
    for name, read in _FILES:
        for place in dict.fromkeys([folder, ""]):
            path = posixpath.normpath(posixpath.join(place, name))
            entry = tree.entries.get(path)
            if entry is None or not entry.is_file:
                continue
            version = next(read(tree.read(path).decode("utf-8", "replace")), None)
            if version is not None:
                return version, path
    named, where = _beside(tree, folder)
    return (named, where) if named else (_of_day(tree.committed_at.date()), None)


def _beside(tree: JudgedTree, folder: str) -> tuple[str | None, str | None]:
    """Return the only version that compose files, else pipelines, name, and the first such file."""
    near = {posixpath.normpath(folder), "."}
    compose = [
        path
        for path in tree.entries
        if _COMPOSE.fullmatch(posixpath.basename(path))
        and posixpath.normpath(posixpath.dirname(path)) in near
    ]
    pipelines = [path for path in tree.entries if _PIPELINES.fullmatch(path)]
    for paths, read in ((compose, _of_compose), (pipelines, _of_pipeline)):
        named: dict[str, str] = {}
        for path in sorted(paths):
            if tree.entries[path].is_file:
                for version in read(tree.read(path).decode("utf-8", "replace")):
                    named.setdefault(version, path)
        if len(named) == 1:
            return next(iter(named.items()))
    return None, None


def _of_compose(text: str) -> Iterator[str]:
    yield from (match["version"] for match in _OF_COMPOSE.finditer(text))


def _of_pipeline(text: str) -> Iterator[str]:
    for match in _OF_PIPELINE.finditer(text):
        yield from (version["version"] for version in _ANY.finditer(match["named"]))


def _of_day(day: date) -> str | None:
    """Return the newest Python that was in use on a day; None where the gate's own was."""
    used = [version for version, begun in _RELEASED.items() if begun + _UNTIL_USED <= day]
    newest = max(used, default=min(_RELEASED))
    return None if newest >= sys.version_info[:2] else ".".join(map(str, newest))


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
