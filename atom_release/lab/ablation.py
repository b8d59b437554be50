"""Take the bodies out of the judged code: a test that still passes is seen not to need it.

A raise stands before each body, behind a condition that holds; what follows it never runs. Names,
signatures, decorators and docstrings stay; a generator stays a generator and a coroutine a
coroutine. Functions that are called while modules are imported are left whole, or nothing could be
collected; so are functions that have no body to take.

The twin of such a copy has the same raises behind conditions that do not hold: its text, its bytes
and its compiled code differ from those that were judged as much, and it does what they do. A test
that fails there as well looked at the text, and its failing without the code shows nothing.
"""

from __future__ import annotations

import ast
import secrets
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from atom_release.lab.rewriting import Rewriter, rewrite

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from pathlib import Path

    from atom_release.lab.rewriting import Call, Function, Rewritten


def ablate(
    directory: Path, sources: Sequence[str], *, tests: Sequence[str], keep: Collection[Call]
) -> Rewritten:
    """Replace the bodies of functions by a raise; see `rewriting.Rewrite`."""
    word = secrets.token_hex(8)
    ablated = rewrite(directory, sources, tests=tests, keep=keep, make=partial(_Taker, word))
    return replace(ablated, mark=word)


def spare(
    directory: Path, sources: Sequence[str], *, tests: Sequence[str], keep: Collection[Call]
) -> Rewritten:
    """Write functions as `ablate` does, and let them do all that they did."""
    make = partial(_Taker, secrets.token_hex(8), holds=False)
    return rewrite(directory, sources, tests=tests, keep=keep, make=make)


class _Taker(Rewriter):
    """Puts a raise before the bodies of the functions of one module."""

    def __init__(self, word: str, keep: Collection[tuple[int, str]], *, holds: bool = True) -> None:
        super().__init__(keep)
        self._word = word
        self._holds = holds

    def enter(self, node: Function, *, kept: bool) -> ast.AST:
        if kept:
            return self.generic_visit(node)
        body = _after_docstring(node)
        if not _does_something(body):
            return node
        self.changed += 1
        node.body[-len(body) : -len(body)] = [self._raise()]
        return node

    def _raise(self) -> ast.stmt:
        """Return the raise behind a condition that only who evaluates it can tell."""
        smaller, larger = sorted((secrets.token_hex(6), secrets.token_hex(6) + "~"))
        left, right = (larger, smaller) if self._holds else (smaller, larger)
        error = ast.Call(ast.Name("RuntimeError", ast.Load()), [ast.Constant(self._word)], [])
        condition = ast.Compare(ast.Constant(left), [ast.Gt()], [ast.Constant(right)])
        return ast.If(condition, [ast.Raise(error, None)], [])


def _after_docstring(node: Function) -> list[ast.stmt]:
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
