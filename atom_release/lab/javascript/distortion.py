"""Let judged JavaScript run and give wrong results, as `lab.distortion` does of Python.

Every value that a function returns becomes another of its kind: true false, a number the next, a
text a longer one, a full list an empty one, what a promise holds likewise, anything else undefined.
A full object has other values under its names, and is empty every other time. What returns nothing,
and what yields, is left as it is.
"""

from __future__ import annotations

import secrets
from functools import partial
from typing import TYPE_CHECKING

from atom_release.lab.javascript import witness
from atom_release.lab.javascript.parsing import own_returns
from atom_release.lab.javascript.rewriting import Rewriter, rewrite

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from pathlib import Path

    from atom_release.lab.javascript.parsing import Function
    from atom_release.lab.rewriting import Call, Rewritten

DISTORTED = "distorted"
_NOTHING = frozenset({"undefined", "null"})
_HELPER = """\
function NAME(value) {
  if (value === undefined || value === null) return value;
  if (value instanceof Promise) return value.then(NAME);
  let wrong;
  const kind = typeof value;
  if (kind === "boolean") wrong = !value;
  else if (kind === "number") wrong = Number.isFinite(value) && value + 1 !== value ? value + 1 : 0;
  else if (kind === "bigint") wrong = value + BigInt(1);
  else if (kind === "string") wrong = value + "~";
  else if (Array.isArray(value)) wrong = value.length ? [] : [undefined];
  else if (kind === "object" && [Object.prototype, null].includes(Object.getPrototypeOf(value))) {
    NAME.turn = (NAME.turn || 0) + 1;
    const simple = ["boolean", "number", "bigint", "string"];
    const named = Object.entries(value).filter(([, item]) => simple.includes(typeof item));
    wrong = Object.keys(value).length ? {} : { undefined };
    if (NAME.turn % 2 && named.length) {
      wrong = { ...value };
      for (const [key, item] of named) wrong[key] = NAME(item);
    }
  }
  NAME_note("DISTORTED");
  return wrong;
}
"""


def distort(
    directory: Path, sources: Sequence[str], *, tests: Sequence[str], keep: Collection[Call]
) -> Rewritten:
    """Let functions return other values than they should; see `rewriting.Rewrite`."""
    make = partial(_Changer, f"_{secrets.token_hex(6)}")
    return rewrite(directory, sources, tests=tests, keep=keep, make=make)


class _Changer(Rewriter):
    """Puts a call around every value that the functions of one file return."""

    def __init__(self, name: str, path: str, keep: Collection[tuple[int, str]]) -> None:
        super().__init__(path, keep)
        self._name = name

    def enter(self, function: Function, *, kept: bool) -> bool:
        if kept or function.is_generator:
            return True
        values = [node for node in own_returns(function) if (node.text or b"") not in _EMPTY]
        for node in sorted(values, key=lambda node: node.start_byte):
            self.edits.wrap(node, f"{self._name}((", "))")
        self.changed += bool(values)
        return True

    def finish(self) -> str:
        text = _HELPER.replace("NAME", self._name).replace("DISTORTED", DISTORTED)
        return text + witness.function_text(f"{self._name}_note")


_EMPTY = frozenset(word.encode() for word in _NOTHING)
