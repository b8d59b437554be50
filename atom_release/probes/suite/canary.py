"""A test of the gate's own that fails, put beside a suite's in the run without the code.

Results are written in the subject's own process: where this one came out as passed, so may any
other. That it was not run says nothing, since a suite may choose what it runs.
"""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING

from atom_release.lab.junit import Outcome

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from atom_release.probes.suite.run import Run

_TEST = """\
def test_{word}_sum():
    assert sum([{left}, {right}]) == {wrong}


def test_{word}_value():
    raise ValueError({left})
"""


@dataclass(frozen=True)
class Planted:
    """Tests of the gate's own in a copy: the word that their names hold."""

    word: str

    def passed(self, run: Run) -> tuple[str, ...]:
        """Return which of them came out as passed."""
        cases = run.results.cases if run.results else {}
        return tuple(
            sorted(
                name
                for name, case in cases.items()
                if self.word in name and case.outcome is Outcome.PASSED
            )
        )


@dataclass(frozen=True)
class Canary(Planted):
    """Where their file lies in the copy."""

    path: str


def plant(copy: Path, paths: Sequence[str]) -> Canary:
    """Write it into the first folder of a suite's in a copy; its name tells nothing."""
    first = copy / paths[0].partition("::")[0] if paths else copy
    folder = first if first.is_dir() else first.parent
    word = secrets.token_hex(4)
    left, right = secrets.randbelow(900) + 100, secrets.randbelow(900) + 100
    file = folder / f"test_{word}.py"
    file.write_text(_TEST.format(word=word, left=left, right=right, wrong=left + right + 1))
    return Canary(word, os.path.relpath(file, copy))
