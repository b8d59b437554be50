"""Take the bodies out of judged JavaScript, as `lab.ablation` does of Python.

Each function throws before its first statement; names, parameters and kinds (async, generator,
getter) stay. What is left behind the throw never runs: it keeps imports in use, and a compiler that
checks them content.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from atom_release.lab.ablation import MARK
from atom_release.lab.javascript.rewriting import Rewriter, rewrite

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from pathlib import Path

    from atom_release.lab.javascript.parsing import Function
    from atom_release.lab.rewriting import Call, Rewritten

_THROW = f" if ([].length === 0) throw new Error({json.dumps(MARK)}); "


def ablate(
    directory: Path, sources: Sequence[str], *, tests: Sequence[str], keep: Collection[Call]
) -> Rewritten:
    """Let every function throw where its body begins; see `rewriting.Rewrite`."""
    return rewrite(directory, sources, tests=tests, keep=keep, make=_Taker)


class _Taker(Rewriter):
    """Takes the bodies of the functions of one file."""

    def enter(self, function: Function, *, kept: bool) -> bool:
        if kept:
            return True
        if function.is_expression:
            self.edits.wrap(function.body, f"{{{_THROW}return (", "); }")
        elif function.statements:
            self.edits.put(function.start, _THROW)
        else:
            return False
        self.changed += 1
        return False
