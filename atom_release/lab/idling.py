"""Let the judged code do nothing, so that a test of what it does or refuses fails.

The control with wrong results (`distortion`) cannot see a suite that looks at files, state or
errors rather than at what comes back. Here a function has no effect, refuses nothing and returns
a thing that is true and empty, has every attribute, can be called, counted with and compared, and
is equal to what the same function returns another time: a test that merely uses it, or compares
the code with itself, goes on, and one that looks at what was to be done fails in its own judgement.
Special methods are left whole, so that things can be made; so are generators, and what is called
while modules are imported.
"""

from __future__ import annotations

import ast
import secrets
from functools import partial
from typing import TYPE_CHECKING

from atom_release.lab.python_syntax import parse_python
from atom_release.lab.rewriting import Rewriter, after_head, rewrite, yields

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from pathlib import Path

    from atom_release.lab.rewriting import Call, Function, Rewritten

_HELPER = """
class {name}:
    def __init__(self, origin):
        self.__origin = origin

    def __eq__(self, other):
        return type(other) is type(self) and other.__origin == self.__origin

    def __hash__(self):
        return 0

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return self

    def __call__(self, *values, **named):
        return self

    def __getitem__(self, key):
        return self

    def __iter__(self):
        return iter(())

    def __enter__(self):
        return self

    def __exit__(self, *error):
        return None

    async def __aenter__(self):
        return self

    async def __aexit__(self, *error):
        return None

    def __await__(self):
        return self
        yield

    def __aiter__(self):
        return self

    async def __anext__(self):
        raise StopAsyncIteration

    def __next__(self):
        return self

    def __setitem__(self, key, value):
        pass

    __delitem__ = __call__

    def __bool__(self):
        return True

    def __contains__(self, item):
        return False

    __lt__ = __le__ = __gt__ = __ge__ = __contains__

    def __len__(self):
        return 0

    __int__ = __index__ = __len__

    def __float__(self):
        return 0.0

    __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = __truediv__ = __rtruediv__ = (
        __floordiv__
    ) = __mod__ = __or__ = __and__ = __neg__ = __abs__ = __round__ = __call__
"""


def idle(
    directory: Path, sources: Sequence[str], *, tests: Sequence[str], keep: Collection[Call]
) -> Rewritten:
    """Replace what functions do by nothing; see `rewriting.Rewrite`."""
    make = partial(_Idler, f"_{secrets.token_hex(6)}")
    return rewrite(directory, sources, tests=tests, keep=keep, make=make)


class _Idler(Rewriter):
    """Lets the functions of one module do nothing."""

    def __init__(self, name: str, keep: Collection[tuple[int, str]]) -> None:
        super().__init__(keep)
        self._name = name

    def enter(self, node: Function, *, kept: bool) -> ast.AST:
        special = node.name.startswith("__") and node.name.endswith("__")
        if kept or special or yields(node):
            return self.generic_visit(node)
        self.changed += 1
        origin = ast.Constant(f"{node.name}:{node.lineno}")
        thing = ast.Call(ast.Name(self._name, ast.Load()), [origin], [])
        node.body = [ast.Return(thing)]
        return node

    def finish(self, tree: ast.Module) -> None:
        place = after_head(tree)
        tree.body[place:place] = parse_python(_HELPER.format(name=self._name)).body
