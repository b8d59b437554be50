"""Tell which functions of judged JavaScript run, and which files of the copy are loaded.

In a run that loads every test file and runs no test, the functions that run are those without which
nothing could be loaded: they keep their bodies in the controls.
"""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING

from atom_release.lab.javascript import witness
from atom_release.lab.javascript.distortion import DISTORTED
from atom_release.lab.javascript.parsing import Unreadable, parse
from atom_release.lab.javascript.rewriting import (
    Rewriter,
    is_of_suite,
    read_script,
    replace_script,
    script_files,
)

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from atom_release.lab.javascript.parsing import Function
    from atom_release.lab.rewriting import Call

_CALLED, _LOADED = "called", "loaded"
_PARTS = 4
_LARGEST = 32 << 20


@dataclass(frozen=True)
class Trace:
    """What a run of traced, or distorted, code wrote of itself."""

    called: frozenset[Call] = frozenset()
    loaded: frozenset[str] = frozenset()
    distorted: bool = False


def trace(directory: Path, sources: Sequence[str], *, tests: Sequence[str]) -> None:
    """Let every script of a copy tell that it is loaded, and those at `sources` what they run."""
    judged = set(script_files(directory, sources))
    name = f"_{secrets.token_hex(6)}"
    for path in sorted(set(script_files(directory, ["."]))):
        tells = path in judged and not is_of_suite(path, tests, sources)
        teller = _Teller(name, path, tells=tells)
        try:
            content = read_script(directory / path)
            teller.visit(parse(content, path).root_node)
        except (Unreadable, OSError):
            continue
        replace_script(directory / path, teller.edits.apply(content), teller.finish())


class _Teller(Rewriter):
    """Lets the functions of one file tell that they run."""

    def __init__(self, name: str, path: str, *, tells: bool) -> None:
        super().__init__(path, ())
        self._name, self._tells = name, tells

    def enter(self, function: Function, *, kept: bool) -> bool:
        del kept
        if not self._tells:
            return False
        call = f"{self._name}({self._line(_CALLED, str(function.line), function.name)})"
        if function.is_expression:
            self.edits.wrap(function.body, f"({call}, (", "))")
        else:
            self.edits.put(function.start, f" {call}; ")
        return True

    def finish(self) -> str:
        lines = f"{self._name}({self._line(_LOADED)});"
        return f"{witness.function_text(self._name)}\n{lines}"

    def _line(self, verb: str, *parts: str) -> str:
        return json.dumps("\t".join([verb, self.path, *parts]))


def read_trace(path: Path) -> Trace:
    """Read what was written; what is not as expected counts as nothing."""
    try:
        if path.stat().st_size > _LARGEST:
            return Trace()
        lines = path.read_text("utf-8", "replace").splitlines()
    except OSError:
        return Trace()
    parts = [line.split("\t") for line in lines]
    return Trace(
        frozenset(
            (part[1], int(part[2]), part[3])
            for part in parts
            if len(part) == _PARTS and part[0] == _CALLED and part[2].isdecimal()
        ),
        frozenset(part[1] for part in parts if part[0] == _LOADED and len(part) > 1),
        [DISTORTED] in parts,
    )
