"""Ablation.

Take the bodies out of the judged code, so that a test which still passes is seen not to need it.

Names, signatures, decorators and docstrings stay; a generator stays a generator and a coroutine a
coroutine. Functions that are called while modules are imported are left whole, or nothing could be
collected; so are functions that have no body to take.
"""

from __future__ import annotations

import ast
import secrets
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from atom_release.lab.rewriting import Rewriter, rewrite, yields

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from pathlib import Path

    from atom_release.lab.rewriting import Call, Function, Rewritten

MARK = "the release gate took this body out"
"""What code of other languages raises; Python's raises a word of each copy's own."""


def ablate(
    directory: Path, sources: Sequence[str], *, tests: Sequence[str], keep: Collection[Call]
) -> Rewritten:
    """Replace the bodies of functions by a raise; see `rewriting.Rewrite`."""
    word = secrets.token_hex(8)
    ablated = rewrite(directory, sources, tests=tests, keep=keep, make=partial(_Taker, word))
    return replace(ablated, mark=word)


class _Taker(Rewriter):
    """Takes the bodies of the functions of one module."""

    def __init__(self, word: str, keep: Collection[tuple[int, str]]) -> None:
        super().__init__(keep)
        self._word = word

    def enter(self, node: Function, *, kept: bool) -> ast.AST:
        if kept:
            return self.generic_visit(node)
        body = _after_docstring(node)
        if not _does_something(body):
            return node
        self.changed += 1
        error: list[ast.stmt] = [
            ast.Raise(
                ast.Call(ast.Name("RuntimeError", ast.Load()), [ast.Constant(self._word)], []), None
            )
        ]
        if yields(node):
            error.append(ast.Expr(ast.Yield(None)))
        node.body = node.body[: len(node.body) - len(body)] + error
        return node


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
