"""What tests use of the judged code that no control takes out.

Constants, lambdas, classes without methods, and functions that are called while modules are
imported are left whole by every rewriting. Where tests use those, that they pass without bodies
accuses nobody.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from atom_release.lab.rewriting import is_test, parsed, python_files

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence
    from pathlib import Path

_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


def names_left_whole(
    directory: Path, sources: Sequence[str], *, tests: Sequence[str], kept: Collection[str]
) -> tuple[str, ...]:
    """Return the names that the tests use of what was left whole, in order.

    Args:
        directory: a copy of the tree.
        sources: paths in it, files or folders.
        tests: paths in it that are a suite's own.
        kept: functions that were left whole, each as `path:line name`.
    """
    left = {entry.rpartition(" ")[2] for entry in kept}
    for path in _files(directory, sources):
        if not is_test(path, tests):
            left |= set(_bound(_tree(directory / path)))
    used: set[str] = set()
    for path in _files(directory, [*sources, *tests]):
        if is_test(path, tests):
            used |= _mentioned(_tree(directory / path))
    return tuple(sorted(name for name in left & used if not name.startswith("__")))


def _files(directory: Path, paths: Sequence[str]) -> list[str]:
    return sorted(set(python_files(directory, [path.partition("::")[0] for path in paths])))


def _tree(path: Path) -> ast.Module:
    try:
        return parsed(path)
    except (SyntaxError, ValueError, RecursionError, MemoryError, OSError):
        return ast.Module([], [])


def _bound(tree: ast.Module) -> Iterator[str]:
    """Yield what a module binds to something that has no body to take out."""
    for statement in tree.body:
        if isinstance(statement, ast.ClassDef) and not _has_bodies(statement):
            yield statement.name
        targets = (
            statement.targets
            if isinstance(statement, ast.Assign)
            else [statement.target]
            if isinstance(statement, ast.AnnAssign)
            else []
        )
        for target in targets:
            yield from (node.id for node in ast.walk(target) if isinstance(node, ast.Name))


def _has_bodies(class_: ast.ClassDef) -> bool:
    return any(isinstance(node, _FUNCTIONS) for node in ast.walk(class_))


def _mentioned(tree: ast.Module) -> set[str]:
    """Return the names that a module takes from elsewhere: imported, or of something imported."""
    nodes = list(ast.walk(tree))
    taken = {node.attr for node in nodes if isinstance(node, ast.Attribute)}
    for node in nodes:
        if isinstance(node, ast.ImportFrom):
            taken |= {alias.name for alias in node.names}
    return taken
