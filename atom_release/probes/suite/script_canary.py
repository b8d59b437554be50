"""A test of the gate's own that fails, put beside a JavaScript suite's in the run without the code.

It is named as the suite's own files are, so that the runner takes it; where no file of theirs tells
how, none is planted.
"""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass, replace
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from atom_release.probes.suite.canary import Planted

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

    from atom_release.probes.suite.script_run import ScriptBench

_NAMED = re.compile(r"(?P<stem>.*?)(?P<ending>[._-](?:test|spec)\.[cm]?[jt]sx?)")
_BODY = """\
{head}{word}_test("{word} sum", () => {{
  if ({left} + {right} !== {wrong}) throw new RangeError("{left} + {right}");
}});
{word}_test("{word} value", () => {{
  throw new RangeError("{left}");
}});
"""


@dataclass(frozen=True)
class ScriptCanary(Planted):
    """The bench that runs them."""

    bench: ScriptBench


def plant(copy: Path, bench: ScriptBench, collected: Collection[str]) -> ScriptCanary | None:
    """Write it beside the first file of a suite's in a copy; None where no file is known."""
    model = next((path for name in collected if (path := _file_of(copy, bench, name))), None)
    if model is None or bench.runner is None:
        return None
    word = f"q{secrets.token_hex(4)}"
    match = _NAMED.fullmatch(model.name)
    place = model.with_name(f"{word}{match['ending']}" if match else f"{word}{model.suffix}")
    (copy / place).write_text(_text(bench.runner.name, word, place.suffix))
    named = [path for path in bench.paths if (copy / path).is_file()]
    paths = [*bench.paths, str(place)] if named else bench.paths
    runner = replace(bench.runner, files=[*bench.runner.files, str(place)])
    return ScriptCanary(word, replace(bench, paths=paths, runner=runner))


def _file_of(copy: Path, bench: ScriptBench, name: str) -> PurePosixPath | None:
    """Return the file that a case's id names, relative to the copy."""
    path = PurePosixPath(bench.directory, name.partition("::")[0])
    inside = ".." not in path.parts and not path.is_absolute() and path.suffix != ""
    return path if inside and (copy / path).is_file() else None


def _text(runner: str, word: str, suffix: str) -> str:
    left, right = secrets.randbelow(900) + 100, secrets.randbelow(900) + 100
    name = f"{word}_test"
    if runner == "vitest":
        head = f'import {{ test as {name} }} from "vitest";\n'
    elif runner == "node" and suffix in {".mjs", ".mts", ".ts", ".tsx"}:
        head = f'import {name} from "node:test";\n'
    elif runner == "node":
        head = f'import("node:test").then(({{ default: {name} }}) => {{\n'
    else:
        head = f"const {name} = globalThis.test ?? globalThis.it;\n"
    body = _BODY.format(head=head, word=word, left=left, right=right, wrong=left + right + 1)
    return f"{body}}});\n" if head.endswith("{\n") else body
