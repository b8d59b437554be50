"""What every way of writing JavaScript anew holds to, as `lab.rewriting` has it for Python.

A suite's own files, configuration and functions that run while modules are loaded are left whole; a
file is replaced and never written through, and one that cannot be read is told.
"""

from __future__ import annotations

import os
import re
from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Protocol

from atom_release.lab.javascript.parsing import (
    SUFFIXES,
    Unreadable,
    function_of,
    is_typed,
    parse,
)
from atom_release.lab.rewriting import Rewritten, replace_file

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from tree_sitter import Node

    from atom_release.lab.javascript.parsing import Function
    from atom_release.lab.rewriting import Call

_LARGEST = 4 << 20
_TEST = re.compile(
    r"(?:.*[._-])?(?:test|tests|spec|cy|e2e|bench)\.[cm]?[jt]sx?|test-.*\.[cm]?[jt]sx?"
)
_SETTING = re.compile(
    r"\..*|.*\b(?:config|conf|setup|teardown)\b.*|.*(?:setup|teardown)\.?[^.]*\.[cm]?[jt]sx?",
    re.IGNORECASE,
)
_OF_TESTS = frozenset({"test", "tests", "__tests__", "__mocks__", "__fixtures__", "spec", "e2e"})
_PASSED_OVER = frozenset({"node_modules", ".git"})
_UNCHECKED = b"// @ts-nocheck\n"
_SHEBANG = b"#!"


@dataclass
class Edits:
    """Text that is put into a file; what lies inside another's place keeps to its inside."""

    _before: list[tuple[int, int, bytes]] = field(default_factory=list)
    _after: list[tuple[int, int, bytes]] = field(default_factory=list)

    def put(self, at: int, text: str) -> None:
        """Put text where something begins."""
        self._before.append((at, len(self._before), text.encode()))

    def wrap(self, node: Node, head: str, tail: str) -> None:
        """Put text around a node; of nodes that end together the inner ones come later here."""
        self.put(node.start_byte, head)
        self._after.append((node.end_byte, -len(self._after), tail.encode()))

    def apply(self, content: bytes) -> bytes:
        """Return the text with all that was put into it."""
        ordered = sorted(
            [
                *((at, 0, rank, text) for at, rank, text in self._after),
                *((at, 1, rank, text) for at, rank, text in self._before),
            ]
        )
        pieces, place = list[bytes](), 0
        for at, _, _, text in ordered:
            pieces += [content[place:at], text]
            place = at
        return b"".join([*pieces, content[place:]])


class Rewriter(ABC):
    """Rewrites the functions of one file, those to be kept left whole."""

    def __init__(self, path: str, keep: Collection[tuple[int, str]]) -> None:
        """Take the file's path in the copy, and what is kept: line and name of each function."""
        self.path, self._keep = path, keep
        self.edits = Edits()
        self.changed = 0
        self.kept: list[tuple[int, str]] = []

    @abstractmethod
    def enter(self, function: Function, *, kept: bool) -> bool:
        """Change a function, count it where it was changed; return whether to look inside it."""

    def finish(self) -> str:
        """Return what a changed file needs at its end."""
        return ""

    def visit(self, root: Node) -> None:
        """Go through a file, from the outside in."""
        waiting = [root]
        while waiting:
            node = waiting.pop()
            function = function_of(node)
            inside = True
            if function is not None:
                kept = (function.line, function.name) in self._keep
                if kept:
                    self.kept.append((function.line, function.name))
                inside = self.enter(function, kept=kept)
            if inside:
                waiting += reversed(node.children)


class Make(Protocol):
    """Makes the rewriter of one file."""

    def __call__(self, path: str, keep: Collection[tuple[int, str]]) -> Rewriter:
        """Return a rewriter of the file at this path that leaves these functions whole."""


def rewrite(
    directory: Path,
    sources: Sequence[str],
    *,
    tests: Sequence[str],
    keep: Collection[Call],
    make: Make,
) -> Rewritten:
    """Rewrite the functions of a copy by a rewriter for each file; see `rewriting.Rewrite`."""
    changed, kept, unread, count = [], [], [], 0
    for path in sorted(set(script_files(directory, sources))):
        if is_of_suite(path, tests, sources):
            continue
        rewriter = make(path, {(line, name) for kept_path, line, name in keep if kept_path == path})
        try:
            content = read_script(directory / path)
            rewriter.visit(parse(content, path).root_node)
        except (Unreadable, OSError):
            unread.append(path)
            continue
        kept += [f"{path}:{line} {name}" for line, name in rewriter.kept]
        if rewriter.changed:
            replace_script(directory / path, rewriter.edits.apply(content), rewriter.finish())
            changed.append(path)
            count += rewriter.changed
    return Rewritten(tuple(changed), count, tuple(kept), tuple(unread))


def is_of_suite(path: str, tests: Sequence[str], sources: Sequence[str]) -> bool:
    """Return whether a file belongs to a suite, or sets something up, and is not what is tested.

    A folder of tests that holds a source path holds code as well: there names alone tell.
    """
    pure = PurePosixPath(path)
    apart = [
        place
        for place in tests
        if not any(PurePosixPath(source).is_relative_to(place) for source in sources)
    ]
    return (
        any(pure.is_relative_to(place) for place in apart)
        or bool(_TEST.fullmatch(pure.name) or _SETTING.fullmatch(pure.name))
        or pure.name.endswith((".d.ts", ".d.mts", ".d.cts"))
        or bool(_OF_TESTS & set(pure.parts[:-1]))
    )


def script_files(directory: Path, sources: Sequence[str]) -> Iterator[str]:
    """Yield the files of JavaScript and TypeScript at these paths, installed packages left out."""
    for source in sources:
        start = directory / source
        if start.is_file() and not start.is_symlink() and start.suffix in SUFFIXES:
            yield PurePosixPath(source).as_posix()
        for folder, names, files in os.walk(start):
            names[:] = [name for name in names if name not in _PASSED_OVER]
            for name in files:
                path = Path(folder, name)
                if path.suffix in SUFFIXES and not path.is_symlink():
                    yield path.relative_to(directory).as_posix()


def read_script(path: Path) -> bytes:
    """Return a file's text.

    Raises:
        Unreadable: it is too large.
    """
    if path.stat().st_size > _LARGEST:
        raise Unreadable(str(path))
    return path.read_bytes()


def replace_script(path: Path, content: bytes, at_end: str) -> None:
    """Write a changed file, with what it needs at its end, in place of the one that was there.

    Types are not checked in it any more: what was put in is none of the author's.
    """
    if is_typed(path.name):
        first = content.index(b"\n") + 1 if content.startswith(_SHEBANG) else 0
        content = content[:first] + _UNCHECKED + content[first:]
    replace_file(path, content + (f"\n;{at_end}\n".encode() if at_end else b""))
