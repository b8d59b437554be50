"""Let judged JavaScript do nothing, as `lab.idling` does of Python.

A function has no effect, refuses nothing and returns a thing that is true, has every property and
can be called, the same each time it is called. Constructors are left whole, so that things can be
made; so is what yields.
"""

from __future__ import annotations

import secrets
from functools import partial
from typing import TYPE_CHECKING

from atom_release.lab.javascript.rewriting import Rewriter, rewrite

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from pathlib import Path

    from atom_release.lab.javascript.parsing import Function
    from atom_release.lab.rewriting import Call, Rewritten

_HELPER = """\
function NAME(origin) {
  NAME.things = NAME.things || new Map();
  if (NAME.things.has(origin)) return NAME.things.get(origin);
  const thing = new Proxy(function () {}, {
    get: (_target, key) =>
      key === "then" ? undefined
      : key === Symbol.iterator ? function* () {}
      : key === Symbol.toPrimitive ? () => ""
      : thing,
    apply: () => thing,
    construct: () => thing,
  });
  NAME.things.set(origin, thing);
  return thing;
}
"""


def idle(
    directory: Path, sources: Sequence[str], *, tests: Sequence[str], keep: Collection[Call]
) -> Rewritten:
    """Replace what functions do by nothing; see `rewriting.Rewrite`."""
    make = partial(_Idler, f"_{secrets.token_hex(6)}")
    return rewrite(directory, sources, tests=tests, keep=keep, make=make)


class _Idler(Rewriter):
    """Lets the functions of one file do nothing."""

    def __init__(self, name: str, path: str, keep: Collection[tuple[int, str]]) -> None:
        super().__init__(path, keep)
        self._name = name

    def enter(self, function: Function, *, kept: bool) -> bool:
        if kept or function.is_generator or function.name.startswith("constructor@"):
            return True
        if function.is_expression:
            self.edits.wrap(
                function.body, f"{{ return {self._name}({function.start}); return (", "); }"
            )
        else:
            self.edits.put(function.start, f" return {self._name}({function.start}); ")
        self.changed += 1
        return False

    def finish(self) -> str:
        return _HELPER.replace("NAME", self._name)
