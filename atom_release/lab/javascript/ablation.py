"""Take the bodies out of judged JavaScript, as `lab.ablation` does of Python.

Each function throws before its first statement; names, parameters and kinds (async, generator,
getter) stay. What is left behind the throw never runs: it keeps imports in use, and a compiler that
checks them content. In the twin the condition of the throw does not hold.
"""

from __future__ import annotations

import secrets
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from atom_release.lab.javascript.rewriting import Rewriter, rewrite

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from pathlib import Path

    from atom_release.lab.javascript.parsing import Function
    from atom_release.lab.rewriting import Call, Rewritten


def ablate(
    directory: Path, sources: Sequence[str], *, tests: Sequence[str], keep: Collection[Call]
) -> Rewritten:
    """Let every function throw where its body begins; see `rewriting.Rewrite`."""
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
    """Puts a throw before the bodies of the functions of one file."""

    def __init__(
        self, word: str, path: str, keep: Collection[tuple[int, str]], *, holds: bool = True
    ) -> None:
        super().__init__(path, keep)
        self._word, self._holds = word, holds

    def enter(self, function: Function, *, kept: bool) -> bool:
        if kept:
            return True
        if function.is_expression:
            self.edits.wrap(function.body, f"{{{self._throw()}return (", "); }")
        elif function.statements:
            self.edits.put(function.start, self._throw())
        else:
            return False
        self.changed += 1
        return False

    def _throw(self) -> str:
        """Return the throw behind a condition that no compiler of the suite's folds away."""
        length = secrets.randbelow(8) + 1
        stated = length if self._holds else length % 8 + 1
        zeros = ",".join("0" * length)
        return f' if ([{zeros}].length === {stated}) throw new Error("{self._word}"); '
