"""What one run of a suite came to: what it said, what limits it met, and what its witness wrote.

How a run is made is `bench`.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from atom_release.lab import junit

if TYPE_CHECKING:
    from collections.abc import Mapping

PASSED, FAILED, NOTHING = 0, 1, 5  # pytest's exit statuses: no test was collected is 5
_LARGEST_WITNESS = 32 << 20
_LAST_LINES = 3


@dataclass(frozen=True)
class Run:
    """What one run of pytest came to."""

    seed: int
    status: int
    results: junit.Results | None
    problem: str  # why the results could not be read, if so
    witness: Mapping[str, Any]
    met_limit: str | None
    output: str = field(repr=False)
    isolation: tuple[str, ...] = ()
    cases: tuple[str, ...] = ()  # the tests of a run that stands for a collection
    hidden_path: str = ""  # what it wanted that this machine has and the sandbox does not show
    copy: str = ""  # the folder that it ran in
    ended: str = ""  # how a failing command ended, with its last lines

    @property
    def last_words(self) -> str:
        """The last line of the output that says something."""
        return (self._lines or ["nothing"])[-1][:300]

    @property
    def last_lines(self) -> str:
        """The last lines of the output that say something, on one line."""
        return " / ".join(line[:200] for line in self._lines[-_LAST_LINES:]) or "no output"

    @property
    def _lines(self) -> list[str]:
        lines = [line.strip("= ").strip() for line in self.output.splitlines()]
        return [line for line in lines if line]

    @property
    def collected(self) -> list[str]:
        """The tests that were going to be run, under the ids of the JUnit file."""
        return list(self.cases) or sorted(
            {name for entry in self.witness.get("collected", []) if (name := _junit_name(entry))}
        )

    @property
    def distorted(self) -> bool:
        """Whether code that gives wrong results gave one, as far as the witness wrote it."""
        return self.witness.get("distorted") is True

    @property
    def left_out(self) -> int:
        """How many tests were collected and not chosen, as far as the witness wrote it."""
        left_out = self.witness.get("left_out", 0)
        return left_out if type(left_out) is int and left_out > 0 else 0

    @property
    def left_out_by(self) -> list[str]:
        """The options by which tests were left out, as far as the witness wrote it."""
        return [str(option)[:80] for option in self.witness.get("left_out_by", [])[:3]]

    @property
    def counted(self) -> Mapping[str, int]:
        """What pytest's own last line counts, as far as the witness wrote it."""
        counted = self.witness.get("counted", {})
        return {name: count for name, count in counted.items() if type(count) is int and count >= 0}

    @property
    def failures(self) -> int:
        """How many failures its tests had, by test and subtest, as far as the witness wrote it."""
        failures = self.witness.get("failures", 0)
        return failures if type(failures) is int and failures > 0 else 0


def _junit_name(entry: object) -> str:
    """Return a test's id in the JUnit file, by what the witness wrote of it."""
    match entry:
        case [str(node), str(name)]:
            return name if name != node else junit.case_id(node)
        case _:
            return ""


def read_witness(path: Path) -> dict[str, Any]:
    """Read what the subject's process wrote about itself.

    What is not as expected counts as nothing.
    """
    try:
        if path.stat().st_size > _LARGEST_WITNESS:
            return {}
        account = json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError):
        return {}
    wanted = {
        "collected": list,
        "left_out": int,
        "left_out_by": list,
        "fileless": list,
        "counted": dict,
        "failures": int,
        "called": list,
        "modules": dict,
        "python": str,
        "pytest": str,
        "distorted": bool,
    }
    return {
        name: account[name]
        for name, kind in wanted.items()
        if isinstance(account, dict) and isinstance(account.get(name), kind)
    }
