"""Judged Python code, written anew function by function in a copy, to see what its tests notice.

What is done to a function is the rewriter's (`ablation`, `distortion`, `idling`). Here is what all
hold to: a suite's own files and functions that are called while modules are imported are left
whole, a file is replaced and never written through, and one that cannot be read as Python is told.
"""

from __future__ import annotations

import ast
import os
from abc import ABC, abstractmethod
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Protocol

from atom_release.lab.python_syntax import parse_python

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence

_LARGEST = 4 << 20
Function = ast.FunctionDef | ast.AsyncFunctionDef
Call = tuple[
    str, int, str
]  # path in the copy, first line (of the first decorator, if there is one), name


@dataclass(frozen=True)
class Rewritten:
    """What was changed: files and functions; what was left whole although it is a source.

    And what could not be read as Python.
    """

    files: tuple[str, ...]
    functions: int
    kept: tuple[str, ...]
    unread: tuple[str, ...]
    mark: str = ""  # what a test that met a missing body says; nothing tells it beforehand

    def modules_among(self, names: Iterable[object]) -> list[str]:
        """Return those of these modules' names that a changed file has."""
        return [
            name
            for name in names
            if isinstance(name, str)
            for stem in (name.replace(".", "/"),)
            if any(
                f"/{path}".endswith((f"/{stem}.py", f"/{stem}/__init__.py")) for path in self.files
            )
        ]


class Rewrite(Protocol):
    """One way to write the code of a copy anew: `ablate`, `distort`, `idle`."""

    def __call__(
        self,
        directory: Path,
        sources: Sequence[str],
        *,
        tests: Sequence[str],
        keep: Collection[Call],
    ) -> Rewritten:
        """Rewrite functions in the named files and folders of a copy.

        Args:
            directory: the copy; files are replaced, never written through, so it may share its
                files with another.
            sources: paths in it, files or folders.
            tests: paths in it that are a suite's own.
            keep: functions that were seen to be called while modules were imported.
        """


class Rewriter(ast.NodeTransformer, ABC):
    """Rewrites the functions of one module, those to be kept left whole."""

    def __init__(self, keep: Collection[tuple[int, str]]) -> None:
        """Take what is kept: first line and name of each function."""
        self._keep = keep
        self.changed = 0
        self.kept: list[tuple[int, str]] = []

    @abstractmethod
    def enter(self, node: Function, *, kept: bool) -> ast.AST:
        """Return what stands in a function's place, and count it where it was changed."""

    def finish(self, tree: ast.Module) -> None:
        """Add to a changed module what its functions need now."""

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        """Rewrite a function."""
        return self._enter(node)

    def visit_AsyncFunctionDef(self, node: ast.AsyncFunctionDef) -> ast.AST:
        """Rewrite a coroutine function."""
        return self._enter(node)

    def _enter(self, node: Function) -> ast.AST:
        first = min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])
        kept = (first, node.name) in self._keep
        if kept:
            self.kept.append((first, node.name))
        return self.enter(node, kept=kept)


class Make(Protocol):
    """Makes the rewriter of one module."""

    def __call__(self, keep: Collection[tuple[int, str]]) -> Rewriter:
        """Return a rewriter that leaves these functions whole."""


def rewrite(
    directory: Path,
    sources: Sequence[str],
    *,
    tests: Sequence[str],
    keep: Collection[Call],
    make: Make,
) -> Rewritten:
    """Rewrite the functions of a copy by a rewriter for each module; see `Rewrite`."""
    changed, kept, unread, count = [], [], [], 0
    for path in sorted(set(python_files(directory, sources))):
        if is_test(path, tests):
            continue
        try:
            tree = parsed(directory / path)
        except (SyntaxError, ValueError, RecursionError, MemoryError, OSError):
            unread.append(path)
            continue
        rewriter = make({(line, name) for kept_path, line, name in keep if kept_path == path})
        rewriter.visit(tree)
        kept += [f"{path}:{line} {name}" for line, name in rewriter.kept]
        if rewriter.changed:
            rewriter.finish(tree)
            text = ast.unparse(ast.fix_missing_locations(tree)) + "\n"
            replace_file(directory / path, text.encode(errors="surrogatepass"))
            changed.append(path)
            count += rewriter.changed
    return Rewritten(tuple(changed), count, tuple(kept), tuple(unread))


def after_head(tree: ast.Module) -> int:
    """Return where the first statement may stand: after the docstring and imports of the future."""
    place = 1 if ast.get_docstring(tree, clean=False) is not None else 0
    while place < len(tree.body):
        statement = tree.body[place]
        if not (isinstance(statement, ast.ImportFrom) and statement.module == "__future__"):
            break
        place += 1
    return place


def own_nodes(function: Function) -> Iterator[ast.AST]:
    """Yield the nodes of a function's body, none of a function or class within it."""
    waiting: list[ast.AST] = list(function.body)
    while waiting:
        node = waiting.pop()
        yield node
        if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef)):
            waiting += ast.iter_child_nodes(node)


def yields(function: Function) -> bool:
    """Return whether the function is a generator: it yields itself, not a function within it."""
    return any(isinstance(node, (ast.Yield, ast.YieldFrom)) for node in own_nodes(function))


def is_test(path: str, tests: Sequence[str]) -> bool:
    """Return whether a file belongs to a suite rather than to the code it tests."""
    pure = PurePosixPath(path)
    if any(pure.is_relative_to(pattern) for pattern in tests):
        return True
    return (
        pure.name.startswith("test_")
        or pure.name.endswith("_test.py")
        or pure.name == "conftest.py"
        or bool({"test", "tests"} & set(pure.parts[:-1]))
    )


def python_files(directory: Path, sources: Sequence[str]) -> Iterator[str]:
    """Yield the Python files of a copy at these paths, no link among them."""
    for source in sources:
        start = directory / source
        if start.is_file() and not start.is_symlink() and start.suffix == ".py":
            yield PurePosixPath(source).as_posix()
        for folder, _, names in os.walk(start):
            for name in names:
                path = Path(folder, name)
                if name.endswith(".py") and not path.is_symlink():
                    yield path.relative_to(directory).as_posix()


def parsed(path: Path) -> ast.Module:
    """Return a file read as Python.

    Raises:
        SyntaxError, ValueError, RecursionError, MemoryError, OSError: it cannot be, or is too
            large or too deep to be written again.
    """
    if path.stat().st_size > _LARGEST:
        raise ValueError("too large")
    tree = parse_python(path.read_bytes())
    ast.unparse(
        tree
    )  # what can be read but not written again (too deep) is found before anything is changed
    return tree


def replace_file(path: Path, content: bytes) -> None:
    """Write a changed file in place of the one that was there, which others may share."""
    mode = path.stat().st_mode & 0o777
    path.unlink()
    path.write_bytes(content)
    path.chmod(mode)
