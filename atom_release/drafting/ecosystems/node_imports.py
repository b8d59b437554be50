"""Which file of its own a JavaScript file means by a name: imports, requires and what passes on.

Read from the text. Packages of others are no files here, and a name that could mean several files
means none.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from atom_release.drafting.files import Files, folder_of, joined

_MODULE = r"[\"'`](?P<module>[^\"'`\n]{1,300})[\"'`]"
_FROM = re.compile(
    r"^[ \t]*+(?P<kind>import|export)\s++(?:type\s++)?(?P<names>[\w$*{},\s]{1,2000}?)\s*from\s*+"
    rf"{_MODULE}",
    re.MULTILINE,
)
_REQUIRED = re.compile(
    r"\b(?:const|let|var|import)\s++(?P<names>[\w$]++|\{[^{}]{0,2000}\})\s*+=\s*+(?:await\s++)?"
    rf"(?:require|import)\(\s*+{_MODULE}\s*+\)"
)
_ENTRY = re.compile(r"(?P<name>[\w$]+|\*)(?:\s*(?::|\bas\b)\s*(?P<local>[\w$]+))?")
_CODE = re.compile(r"\.(?:[cm]?[jt]s|[jt]sx)$")
_DEPTH = 4
_Names = Mapping[str, tuple[str, str]]


class Imports:
    """Knows what the names of some files stand for."""

    def __init__(self, files: Files, paths: Sequence[str]) -> None:
        """Keep the files; each is read once it is asked for."""
        self._files = files
        self._tails: dict[str, list[str]] = defaultdict(list)
        for path in paths:
            stem = _CODE.sub("", path)
            for tail in {stem, stem.removesuffix("/index")}:
                self._tails[tail.rpartition("/")[2]].append(path)
        self._read: dict[str, tuple[_Names, Sequence[str]]] = {}

    def meant(self, path: str, name: str, depth: int = _DEPTH) -> str:
        """Return the file that a name of a file is of, through those that pass it on, or ''."""
        names, _ = self._names(path)
        module, exported = names.get(name, ("", ""))
        inner = self.file_of(path, module) if module else ""
        return self._passed_on(inner, exported, depth) if inner else ""

    def _passed_on(self, path: str, name: str, depth: int) -> str:
        names, every = self._names(path)
        if depth and name in names:
            return self.meant(path, name, depth - 1) or path
        for module in every if depth and name not in {"default", "*"} else ():
            inner = self.file_of(path, module)
            if inner and re.search(rf"\b{re.escape(name)}\b", self._files.text(inner)):
                return self._passed_on(inner, name, depth - 1)
        return path

    def file_of(self, path: str, module: str) -> str:
        """Return the file that a module's name means in a file, or ''."""
        stem = _CODE.sub("", module)
        if module.startswith("."):
            place = joined(folder_of(path), stem)
            wanted = {place, f"{place}/index".lstrip("/")}
            near = self._tails.get(place.rpartition("/")[2], ())
            return next((each for each in near if _CODE.sub("", each) in wanted), "")
        if "/" not in module:
            return ""
        tail = re.sub(r"^[@~#]?/|^(?:@[\w-]+|src)/", "", stem)
        near = self._tails.get(tail.rpartition("/")[2], ())
        fitting = [
            each
            for each in near
            if f"/{_CODE.sub('', each)}".endswith((f"/{tail}", f"/{tail}/index"))
        ]
        return fitting[0] if len(fitting) == 1 else ""

    def _names(self, path: str) -> tuple[_Names, Sequence[str]]:
        if path not in self._read:
            self._read[path] = _names_of(self._files.text(path))
        return self._read[path]


def _names_of(text: str) -> tuple[_Names, Sequence[str]]:
    """Return the names that a file takes from others, and the modules that it passes on whole."""
    names: dict[str, tuple[str, str]] = {}
    every: list[str] = []
    for match in (*_FROM.finditer(text), *_REQUIRED.finditer(text)):
        stated = match["names"].strip()
        if match.groupdict().get("kind") == "export" and stated == "*":
            every.append(match["module"])
            continue
        for local, exported in _entries(stated):
            names[local] = (match["module"], exported)
    return names, every


def _entries(stated: str) -> Iterator[tuple[str, str]]:
    """Yield each local name of an import's list, with the name that it has in its module."""
    outside, brace, inside = stated.partition("{")
    for match in _ENTRY.finditer(outside):
        yield match["local"] or match["name"], "*" if match["name"] == "*" else "default"
    for match in _ENTRY.finditer(inside) if brace else ():
        if match["name"] != "type":
            yield match["local"] or match["name"], match["name"]
