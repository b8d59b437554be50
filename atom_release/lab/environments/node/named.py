"""Which Node.js a project's files name: what they ask, and what its authors had.

What `engines`, `.nvmrc` and `.node-version` ask has to hold. Images, pipelines and the day of the
commit tell what the authors had: that is preferred, and the nearest is taken where it cannot be
had. Nothing of a text but a range of versions leaves here, and no package and no address.
"""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    from atom_release.source.commit import JudgedTree

_NAMES = {
    name: str(8 + 2 * number)
    for number, name in enumerate(
        ["carbon", "dubnium", "erbium", "fermium", "gallium", "hydrogen", "iron", "jod", "krypton"]
    )
}
"""The lines that are kept up for long, in their order, each with its major."""
_LONG_TERM = (
    *(("", 8), ("2018-10-30", 10), ("2019-10-21", 12), ("2020-10-27", 14)),
    *(("2021-10-26", 16), ("2022-10-25", 18), ("2023-10-24", 20), ("2024-10-29", 22)),
    ("2025-10-28", 24),
)
"""From which day on a major was the newest of them, by Node.js's own plan; 8 before all others."""
_MAJOR = re.compile(r"v?(\d{1,3})(?![\w-])")
_ARGUMENT = re.compile(r"^[ \t]*ARG[ \t]+(\w+)=[\"']?([\w.-]+)", re.MULTILINE | re.IGNORECASE)
_FROM = re.compile(r"^[ \t]*FROM[ \t]+(?:--\S+[ \t]+)?(\S+)", re.MULTILINE | re.IGNORECASE)
_COMPOSED = re.compile(r"^[ \t]*image:[ \t]*[\"']?([^\s\"']+)", re.MULTILINE)
_VARIABLE = re.compile(r"\$\{?(\w+)(?::?-([\w.-]+))?\}?")
_IMAGE = re.compile(r"(?:[\w.:-]+/)*(?:alpine-)?node:(?:lts-)?([\w.]+)[\w.-]*(?:@\S+)?")
_TOOLS = re.compile(r"^[ \t]*nodejs[ \t]+(\S+)", re.MULTILINE)
_OF_PIPELINE = re.compile(
    r"^[ \t-]*node(?:[_-]?(?:versions?|js))?:[ \t]*"
    r"(\[[^\]]*\]|[^\s\[][^\n]*|(?:\n[ \t]*-[^\n]*)+)",
    re.MULTILINE,
)
_COMMENT = re.compile(r"(?:^|\s)#[^\n]*")
_WORDS = re.compile(r"[^\s,\[\]\"'-][^\s,\[\]\"']*")
_DOCKERFILE = re.compile(r"Dockerfile|Dockerfile\.[\w.-]+|[\w.-]+\.Dockerfile", re.IGNORECASE)
_COMPOSE = re.compile(r"(?:docker-)?compose[\w.-]*\.ya?ml", re.IGNORECASE)
_WORKFLOW = re.compile(r".+\.ya?ml")
_LARGEST = 1 << 20


@dataclass(frozen=True)
class Preferred:
    """What a project's authors had: where that stands, which of a machine's will do, which is best.

    Both are ranges of versions as npm reads them.
    """

    place: str
    does: str
    best: str

    @property
    def shown(self) -> str:
        """The version and what names it, as a part of a sentence."""
        return f"Node.js {self.best} ({self.place})"


def version_range(text: str) -> str:
    """Return the range that the text of `.nvmrc` or `.node-version` names; "" for any.

    A full version stands for its major: patches of one major run the same programs.
    """
    lines = [line.split("#")[0].strip() for line in text[:_LARGEST].splitlines()]
    return _major(next((line for line in lines if line), ""))


def _major(word: str) -> str:
    """Return the major that a version or the name of a line stands for; "" for none."""
    word = word.casefold().removeprefix("lts/").removeprefix("node-")
    match = _MAJOR.match(word)
    return match[1] if match else _NAMES.get(word, "")


def asked_ranges(
    tree: JudgedTree, folder: str, directory: str, root: Mapping[str, Any]
) -> Iterator[tuple[str, str]]:
    """Yield the ranges of Node.js that the files ask, each with its place."""
    engines = root.get("engines")
    if isinstance(engines, dict) and isinstance(engines.get("node"), str):
        yield f"{_join(folder, 'package.json')}, engines", engines["node"]
    for name in (".nvmrc", ".node-version"):
        for place in dict.fromkeys([directory, folder, ""]):
            text = _read(tree, _join(place, name))
            if text is not None:
                yield _join(place, name), version_range(text)
                break


def preferred(tree: JudgedTree, folder: str, directory: str, root: Mapping[str, Any]) -> Preferred:
    """Return what the authors had: by the image, tools and pipeline, else by the commit's day."""
    for place, majors in _named(tree, folder, directory, root):
        if majors:
            wanted = " || ".join(dict.fromkeys(majors))
            return Preferred(place, wanted, wanted)
    return _of_day(tree.committed_at)


def _named(
    tree: JudgedTree, folder: str, directory: str, root: Mapping[str, Any]
) -> Iterator[tuple[str, list[str]]]:
    places = list(dict.fromkeys([directory, folder, ""]))
    for kind, read in ((_DOCKERFILE, _of_dockerfile), (_COMPOSE, _of_compose)):
        for place in places:
            for path in _files(tree, place, kind):
                yield path, read(_read(tree, path) or "")
    for place in places:
        path = _join(place, ".tool-versions")
        yield path, _majors(_TOOLS.findall(_read(tree, path) or ""))
    volta = root.get("volta")
    pinned = volta.get("node") if isinstance(volta, dict) else None
    yield f"{_join(folder, 'package.json')}, volta", _majors([str(pinned)])
    for path in (*_files(tree, ".github/workflows", _WORKFLOW), ".travis.yml"):
        text = _COMMENT.sub("", _read(tree, path) or "")
        yield path, _majors(_OF_PIPELINE.findall(text))


def _of_dockerfile(text: str) -> list[str]:
    """Return the major of the last stage that is built on Node.js's image."""
    stated = dict(_ARGUMENT.findall(text))
    images = [
        _VARIABLE.sub(lambda at: stated.get(at[1]) or at[2] or "", image)
        for image in _FROM.findall(text)
    ]
    return [major for image in images if (major := _of_image(image))][-1:]


def _of_compose(text: str) -> list[str]:
    return [major for image in _COMPOSED.findall(text) if (major := _of_image(image))][-1:]


def _of_image(image: str) -> str:
    match = _IMAGE.fullmatch(image)
    return _major(match[1]) if match else ""


def _majors(stated: list[str]) -> list[str]:
    return [major for text in stated for word in _WORDS.findall(text) if (major := _major(word))]


def _of_day(moment: datetime) -> Preferred:
    """Return the line that was the newest kept up for long on a day; older ones do as well."""
    day = f"{moment:%Y-%m-%d}"
    major = next(major for begun, major in reversed(_LONG_TERM) if begun <= day)
    return Preferred(f"of the commit's day, {day}", f"<{major + 1}.0.0-0", str(major))


def _files(tree: JudgedTree, folder: str, name: re.Pattern[str]) -> list[str]:
    """Return the files of a folder whose whole name matches, the shortest first."""
    paths = [
        path
        for path in tree.entries
        if posixpath.dirname(path) == folder and name.fullmatch(posixpath.basename(path))
    ]
    return sorted(paths, key=lambda path: (len(path), path))


def _read(tree: JudgedTree, path: str) -> str | None:
    """Return the beginning of a file; None where the tree has none."""
    entry = tree.entries.get(path)
    if entry is None or not entry.is_file:
        return None
    return tree.read(path)[:_LARGEST].decode("utf-8", "replace")


def _join(*parts: str) -> str:
    normal = posixpath.normpath(posixpath.join(*parts))
    return "" if normal == "." else normal
