"""The files of a tree as drafting reads them: by path, as bytes, within limits.

Vendored code is no part of a release and is not listed. What is larger than the limits, absent from
a partial clone or no text is noted in `unread` and otherwise as if it were not there: a draft never
fails on what a repository happens to hold.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cached_property
from pathlib import PurePosixPath
from typing import Any

from atom_release.drafting.findings import Place
from atom_release.gate.printable import acts
from atom_release.source.text import decode, is_documentation, is_example, is_test, is_vendored
from atom_release.yaml_text import YamlTextError, read_yaml

LARGEST = 1_048_576
MOST = 64 << 20
MOST_FILES = 50_000

Read = Callable[[str], bytes | None]


class Files:
    """The files of one tree."""

    def __init__(self, paths: Iterable[str], read: Read) -> None:
        """Keep the paths, and how to read one; `read` returns None for what cannot be had."""
        shown = (path for path in paths if not is_vendored(path) and _can_be_written(path))
        self.paths = tuple(sorted(shown))[:MOST_FILES]
        self.unread: list[str] = []
        self._read = read
        self._texts: dict[str, str] = {}
        self._left = MOST

    @classmethod
    def of(cls, contents: Mapping[str, bytes | str]) -> Files:
        """Return the files of a mapping from path to content."""
        encoded = {
            path: content.encode() if isinstance(content, str) else content
            for path, content in contents.items()
        }
        return cls(encoded, encoded.get)

    @cached_property
    def folders(self) -> frozenset[str]:
        """Every folder that holds a file, at any depth; the top is the empty string."""
        return frozenset(
            "" if str(parent) == "." else str(parent)
            for path in self.paths
            for parent in PurePosixPath(path).parents
        )

    @cached_property
    def _by_name(self) -> Mapping[str, list[str]]:
        named: dict[str, list[str]] = {}
        for path in self.paths:
            named.setdefault(PurePosixPath(path).name.lower(), []).append(path)
        return named

    @cached_property
    def _by_folder(self) -> Mapping[str, list[str]]:
        lying: dict[str, list[str]] = {}
        for path in self.paths:
            lying.setdefault(folder_of(path), []).append(path)
        return lying

    @cached_property
    def _present(self) -> frozenset[str]:
        return frozenset(self.paths)

    def __contains__(self, path: str) -> bool:
        """Return whether the tree has this file."""
        return path in self._present

    def named(self, *names: str) -> list[str]:
        """Return the files of these names, whatever their case, in the order of their paths."""
        return sorted(path for name in names for path in self._by_name.get(name.lower(), ()))

    def matching(self, expression: str) -> list[str]:
        """Return the files whose whole path matches a regular expression."""
        matches = re.compile(expression).fullmatch
        return [path for path in self.paths if matches(path)]

    def below(self, folder: str) -> list[str]:
        """Return the files below a folder."""
        return [path for path in self.paths if is_below(path, folder)] if folder else [*self.paths]

    def within(self, folder: str) -> list[str]:
        """Return the files that lie in a folder itself."""
        return self._by_folder.get(folder, [])

    def present(self, folder: str, names: Iterable[str]) -> tuple[str, ...]:
        """Return the paths of those of these files that a folder has."""
        return tuple(path for name in names if (path := joined(folder, name)) in self)

    def present_folders(self, folder: str, names: Iterable[str]) -> tuple[str, ...]:
        """Return the paths of those of these folders that a folder has."""
        return tuple(path for name in names if (path := joined(folder, name)) in self.folders)

    def text(self, path: str) -> str:
        """Return a file's text; empty where it cannot be read."""
        if path not in self._texts:
            self._texts[path] = self._decoded(path)
        return self._texts[path]

    def _decoded(self, path: str) -> str:
        content = self._read(path) if path in self else None
        if content is None or len(content) > min(LARGEST, self._left):
            if path in self:
                self.unread.append(path)
            return ""
        self._left -= len(content)
        text = decode(content)
        return text.text if text is not None else ""

    def toml(self, path: str) -> Mapping[str, Any]:
        """Return a TOML file's data; nothing where it is none."""
        try:
            return tomllib.loads(self.text(path))
        except (tomllib.TOMLDecodeError, RecursionError):
            return self._noted(path)

    def json(self, path: str) -> Mapping[str, Any]:
        """Return a JSON file's object; nothing where it is none."""
        try:
            document = json.loads(self.text(path) or "{}")
        except (ValueError, RecursionError):
            return self._noted(path)
        return document if isinstance(document, dict) else {}

    def yaml(self, path: str) -> list[Mapping[Any, Any]]:
        """Return the mappings among a YAML file's documents."""
        return [document for document, _ in self.yaml_documents(path)]

    def yaml_documents(self, path: str) -> Iterator[tuple[Mapping[Any, Any], int]]:
        """Yield the mappings among a YAML file's documents, each with its first line."""
        line = 1
        for text in re.split(r"^---[ \t]*(?:#.*)?$", self.text(path), flags=re.MULTILINE):
            try:
                document = read_yaml(text.encode("utf-8", "replace"))
            except YamlTextError:
                document = self._noted(path)
            if isinstance(document, dict) and document:
                yield document, line
            line += text.count("\n")

    def _noted(self, path: str) -> Mapping[str, Any]:
        if path not in self.unread and "{{" not in self.text(path):  # a template is no document
            self.unread.append(path)
        return {}

    def place(self, path: str, expression: str) -> Place:
        """Return the first line of a file that matches, or the file as a whole."""
        text = self.text(path)
        match = re.search(expression, text, re.MULTILINE)
        return Place(path, text.count("\n", 0, match.start()) + 1 if match else 0)


def _can_be_written(path: str) -> bool:
    """Return whether a path can stand in a manifest: text that shows what it says."""
    return not acts(path) and path.isprintable()


def is_below(path: str, folder: str) -> bool:
    """Return whether a path is a folder, or lies in it."""
    return not folder or path == folder or path.startswith(f"{folder}/")


def folder_of(path: str) -> str:
    """Return the folder of a file; the top is the empty string."""
    return path.rpartition("/")[0]


def joined(folder: str, path: str) -> str:
    """Return a path below a folder, `.` and `..` resolved; it never leaves the tree."""
    parts: list[str] = []
    for part in [*folder.split("/"), *path.replace("\\", "/").split("/")]:
        if part == "..":
            del parts[-1:]
        elif part not in {"", "."}:
            parts.append(part)
    return "/".join(parts)


def is_product(path: str) -> bool:
    """Return whether a file belongs to what is released: no test, example or documentation."""
    return not (is_test(path) or is_example(path) or is_documentation(path)) and not (
        {"docs", "doc", ".github"} & set(path.lower().split("/")[:-1])
    )
