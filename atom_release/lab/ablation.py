"""Ablation.

Take the bodies out of the judged code, so that a test which still passes is seen not to need it.

Names, signatures, decorators and docstrings stay; a generator stays a generator and a coroutine a
coroutine. Functions that are called while modules are imported are left whole, or nothing could be
collected; so are functions that have no body to take.
"""

from __future__ import annotations

import ast
import os
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

MARK = "the release gate took this body out"
_LARGEST = 4 << 20
_Function = ast.FunctionDef | ast.AsyncFunctionDef
Call = tuple[
    str, int, str
]  # path in the copy, first line (of the first decorator, if there is one), name


@dataclass(frozen=True)
class Ablated:
    """What was changed: files and functions; what was left whole although it is a source.

    And what could not be read as Python.
    """

    files: tuple[str, ...]
    functions: int
    kept: tuple[str, ...]
    unread: tuple[str, ...]


def ablate(
    directory: Path, sources: Sequence[str], *, tests: Sequence[str], keep: Collection[Call]
) -> Ablated:
    """Replace the bodies of functions in the named files and folders of a copy.

    Args:
        directory: the copy; files are replaced, never written through, so it may share its files
            with another.
        sources: paths in it, files or folders.
        tests: paths in it that are a suite's own.
        keep: functions that were seen to be called while modules were imported.
    """
    changed, kept, unread, count = [], [], [], 0
    for path in sorted(set(python_files(directory, sources))):
        if is_test(path, tests):
            continue
        try:
            tree = parsed(directory / path)
        except (SyntaxError, ValueError, RecursionError, MemoryError, OSError):
            unread.append(path)
            continue
        taker = _Taker({(line, name) for kept_path, line, name in keep if kept_path == path})
        taker.visit(tree)
        kept += [f"{path}:{line} {name}" for line, name in taker.kept]
        if taker.taken:
            replace_file(directory / path, ast.unparse(ast.fix_missing_locations(tree)))
            changed.append(path)
            count += taker.taken
    return Ablated(tuple(changed), count, tuple(kept), tuple(unread))


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
    """Yield the Python files of these files and folders, as paths below the directory."""
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
    """Return the syntax tree of a file, one that can be written again.

    Raises:
        ValueError: it is too large, or no text.
        SyntaxError, RecursionError, MemoryError: it is no Python that can be read.
    """
    if path.stat().st_size > _LARGEST:
        raise ValueError("too large")
    tree = ast.parse(path.read_bytes())
    ast.unparse(
        tree
    )  # what can be read but not written again (too deep) is found before anything is changed
    return tree


def replace_file(path: Path, text: str) -> None:
    """Put a new file in the place of one, which may be shared with another copy."""
    mode = path.stat().st_mode & 0o777
    path.unlink()
    path.write_text(text + "\n", encoding="utf-8", errors="surrogatepass")
    path.chmod(mode)


class _Taker(ast.NodeTransformer):
    """Takes the bodies of the functions of one module."""

    def __init__(self, keep: Collection[tuple[int, str]]) -> None:
        self._keep = keep
        self.taken = 0
        self.kept: list[tuple[int, str]] = []

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        return self._take(node)

    def visit_AsyncFunctionDef(self, node: ast.AsyncFunctionDef) -> ast.AST:
        return self._take(node)

    def _take(self, node: _Function) -> ast.AST:
        first = min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])
        body = _after_docstring(node)
        if (first, node.name) in self._keep:
            self.kept.append((first, node.name))
            return self.generic_visit(node)
        if not _does_something(body):
            return node
        self.taken += 1
        error: list[ast.stmt] = [
            ast.Raise(
                ast.Call(ast.Name("RuntimeError", ast.Load()), [ast.Constant(MARK)], []), None
            )
        ]
        if yields(node):
            error.append(ast.Expr(ast.Yield(None)))
        node.body = node.body[: len(node.body) - len(body)] + error
        return node


def _after_docstring(node: _Function) -> list[ast.stmt]:
    return node.body[1:] if ast.get_docstring(node, clean=False) is not None else node.body


def _does_something(body: list[ast.stmt]) -> bool:
    return any(
        not isinstance(statement, ast.Pass) and not _is_ellipsis(statement) for statement in body
    )


def _is_ellipsis(statement: ast.stmt) -> bool:
    return (
        isinstance(statement, ast.Expr)
        and isinstance(statement.value, ast.Constant)
        and statement.value.value is Ellipsis
    )


def yields(function: _Function) -> bool:
    """Return whether the function is a generator: it yields itself, not a function within it."""
    waiting: list[ast.AST] = list(function.body)
    while waiting:
        node = waiting.pop()
        if isinstance(node, (ast.Yield, ast.YieldFrom)):
            return True
        if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef)):
            waiting += ast.iter_child_nodes(node)
    return False
