"""Let the judged code run and give wrong results, so that a test that checks them fails.

The control without bodies (`ablation`) shows that a test calls the code; this one shows that it
looks at what comes back. Every value that a function returns is changed to another of its kind:
True to False, a number to the next, a text to a longer one, a full list to an empty one, the values
in a tuple each by itself, so that it can be taken apart, anything else to None. A full mapping has
other values under its keys, so that a test which looks one up judges it, and is empty every other
time, for tests that look at the keys. What returns
nothing is left as it is: tests of what such code does to its surroundings are not told apart here,
and a suite of which no value was changed shows nothing either way. That a value was changed is
noted in the witness.
"""

from __future__ import annotations

import ast
import secrets
from functools import partial
from typing import TYPE_CHECKING

from atom_release.lab.python_syntax import parse_python
from atom_release.lab.rewriting import Rewriter, after_head, own_nodes, rewrite, yields

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from pathlib import Path

    from atom_release.lab.rewriting import Call, Function, Rewritten

_HELPER = """
def {name}(value, turn=[0]):
    import builtins
    kind = type(value)
    simple = (bool, int, float, str, bytes, list, dict)
    if value is None:
        return None
    if kind is bool:
        wrong = not value
    elif kind in (int, float):
        wrong = value + 1 if value == value and value + 1 != value else 0
    elif kind in (str, bytes):
        wrong = value + (b"~" if kind is bytes else "~")
    elif kind is tuple and any(type(item) in simple for item in value):
        wrong = tuple({name}(item) if type(item) in simple else item for item in value)
    elif kind in (list, tuple, set, frozenset):
        wrong = kind() if value else kind([None])
    elif kind is dict:
        turn[0] += 1
        wrong = {{}} if value else {{None: None}}
        if turn[0] % 2 and any(type(item) in simple for item in value.values()):
            wrong = {{
                key: {name}(item) if type(item) in simple else item for key, item in value.items()
            }}
    else:
        wrong = None
    setattr(builtins, "{name}", True)
    return wrong
"""


def distort(
    directory: Path, sources: Sequence[str], *, tests: Sequence[str], keep: Collection[Call]
) -> Rewritten:
    """Let functions return other values than they should; see `rewriting.Rewrite`."""
    make = partial(_Changer, f"_{secrets.token_hex(8)}")
    return rewrite(directory, sources, tests=tests, keep=keep, make=make)


class _Changer(Rewriter):
    """Puts a call around every value that the functions of one module return."""

    def __init__(self, name: str, keep: Collection[tuple[int, str]]) -> None:
        super().__init__(keep)
        self._name = name
        self._changes = [False]  # whether the function around returns values to be changed

    def enter(self, node: Function, *, kept: bool) -> ast.AST:
        self._changes.append(not kept and not yields(node))
        if self._changes[-1] and _returns_values(node):
            self.changed += 1
        self.generic_visit(node)
        self._changes.pop()
        return node

    def visit_Return(self, node: ast.Return) -> ast.AST:  # noqa: N802 - what `ast` calls
        if self._changes[-1] and node.value is not None:
            node.value = ast.Call(ast.Name(self._name, ast.Load()), [node.value], [])
        return node

    def finish(self, tree: ast.Module) -> None:
        place = after_head(tree)
        tree.body[place:place] = parse_python(_HELPER.format(name=self._name)).body


def _returns_values(function: Function) -> bool:
    """Return whether the function itself, none within it, returns something else than None."""
    returned = [node.value for node in own_nodes(function) if isinstance(node, ast.Return)]
    return any(
        value is not None and not (isinstance(value, ast.Constant) and value.value is None)
        for value in returned
    )
