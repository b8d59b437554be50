"""Let the judged code run and give wrong results, so that a test that checks them fails.

The control without bodies (`ablation`) shows that a test calls the code; this one shows that it
looks at what comes back. Every value that a function returns is changed to another of its kind:
True to False, a number to the next, a text to a longer one, a full list to an empty one, anything
else to None. What returns nothing is left as it is: tests of what such code does to its
surroundings are not told apart here, and a suite of which no value was changed shows nothing
either way. That a value was changed is noted in the witness.
"""

from __future__ import annotations

import ast
import secrets
from pathlib import Path
from typing import TYPE_CHECKING

from atom_release.lab.ablation import (
    Ablated,
    Call,
    is_test,
    parsed,
    python_files,
    replace_file,
    yields,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

_HELPER = """
def {name}(value):
    import sys
    kind = type(value)
    if value is None:
        return None
    if kind is bool:
        wrong = not value
    elif kind in (int, float):
        wrong = value + 1 if value == value and value + 1 != value else 0
    elif kind in (str, bytes):
        wrong = value + (b"~" if kind is bytes else "~")
    elif kind in (list, tuple, set, frozenset):
        wrong = kind() if value else kind([None])
    elif kind is dict:
        wrong = {{}} if value else {{None: None}}
    else:
        wrong = None
    witness = sys.modules.get("release_gate_witness")
    if witness is not None:
        witness.distorted.add(1)
    return wrong
"""
_Function = ast.FunctionDef | ast.AsyncFunctionDef


def distort(
    directory: Path, sources: Sequence[str], *, tests: Sequence[str], keep: Collection[Call]
) -> Ablated:
    """Let functions in the named files and folders of a copy return wrong values.

    Args:
        directory: the copy; files are replaced, never written through, so it may share its files
            with another.
        sources: paths in it, files or folders.
        tests: paths in it that are a suite's own.
        keep: functions that were seen to be called while modules were imported.

    Returns:
        The files changed, and the number of functions that return another value now.
    """
    name = f"_{secrets.token_hex(6)}"
    helper = ast.parse(_HELPER.format(name=name)).body
    changed, kept, unread, count = [], [], [], 0
    for path in sorted(set(python_files(directory, sources))):
        if is_test(path, tests):
            continue
        try:
            tree = parsed(directory / path)
        except (SyntaxError, ValueError, RecursionError, MemoryError, OSError):
            unread.append(path)
            continue
        changer = _Changer(
            name, {(line, own) for kept_path, line, own in keep if kept_path == path}
        )
        changer.visit(tree)
        kept += [f"{path}:{line} {own}" for line, own in changer.kept]
        if changer.changed:
            place = _after_head(tree)
            tree.body[place:place] = helper
            replace_file(directory / path, ast.unparse(ast.fix_missing_locations(tree)))
            changed.append(path)
            count += changer.changed
    return Ablated(tuple(changed), count, tuple(kept), tuple(unread))


def _after_head(tree: ast.Module) -> int:
    """Return where the first statement may stand: after the docstring and imports of the future."""
    place = 1 if ast.get_docstring(tree, clean=False) is not None else 0
    while place < len(tree.body):
        statement = tree.body[place]
        if not (isinstance(statement, ast.ImportFrom) and statement.module == "__future__"):
            break
        place += 1
    return place


class _Changer(ast.NodeTransformer):
    """Puts a call around every value that the functions of one module return."""

    def __init__(self, name: str, keep: Collection[tuple[int, str]]) -> None:
        self._name, self._keep = name, keep
        self._changes = [False]  # whether the function around returns values to be changed
        self.changed = 0
        self.kept: list[tuple[int, str]] = []

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        return self._enter(node)

    def visit_AsyncFunctionDef(self, node: ast.AsyncFunctionDef) -> ast.AST:
        return self._enter(node)

    def _enter(self, node: _Function) -> ast.AST:
        first = min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])
        is_kept = (first, node.name) in self._keep
        if is_kept:
            self.kept.append((first, node.name))
        self._changes.append(not is_kept and not yields(node))
        returned = _returned_values(node)
        if self._changes[-1] and returned:
            self.changed += 1
        self.generic_visit(node)
        self._changes.pop()
        return node

    def visit_Return(self, node: ast.Return) -> ast.AST:
        if self._changes[-1] and node.value is not None:
            node.value = ast.Call(ast.Name(self._name, ast.Load()), [node.value], [])
        return node


def _returned_values(function: _Function) -> bool:
    """Return whether the function itself, none within it, returns something else than None."""
    waiting: list[ast.AST] = list(function.body)
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Return) and not (
            node.value is None
            or (isinstance(node.value, ast.Constant) and node.value.value is None)
        ):
            return True
        if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef)):
            waiting += ast.iter_child_nodes(node)
    return False
