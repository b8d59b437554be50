"""A test of the gate's own that fails, put beside a suite of Go in the run without the code."""

from __future__ import annotations

import re
import secrets
from typing import TYPE_CHECKING

from atom_release.probes.suite.canary import Planted

if TYPE_CHECKING:
    from pathlib import Path

_PACKAGE = re.compile(r"^package\s+(\w+)", re.MULTILINE)
_TEST = """\
package {package}

import "testing"

func Test{word}Sum(t *testing.T) {{
	if {left}+{right} != {wrong} {{
		t.Fatal({left})
	}}
}}
"""


def plant(copy: Path, directory: str) -> Planted | None:
    """Write it beside the first file of tests in a copy; None where there is none."""
    for path in sorted((copy / directory).rglob("*_test.go")):
        if "testdata" in path.parts or "vendor" in path.parts:
            continue
        package = _PACKAGE.search(path.read_text(errors="replace"))
        if package:
            word = f"Q{secrets.token_hex(4)}"
            left, right = secrets.randbelow(900) + 100, secrets.randbelow(900) + 100
            text = _TEST.format(
                package=package[1], word=word, left=left, right=right, wrong=left + right + 1
            )
            path.with_name(f"{word.lower()}_test.go").write_text(text)
            return Planted(word)
    return None
