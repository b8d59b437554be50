"""The cases of one JUnit file, by id.

How the file is read is `junit`.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from atom_release.lab.junit_words import (
    Outcome,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


_PYTHON_PLACE = re.compile(r"(?m)^((?!/|\.\.)[\w@./+-]{1,200}\.py:\d+): ")
_FRAME = re.compile(r"(?m)^ +File \"(/[\w@./+-]{1,400}\.py)\", line (\d+)")
_SCRIPT_PLACE = re.compile(r"(?:^|[\s(])((?!/|\.\.)[\w@.][\w@./-]{0,200}\.[cm]?[jt]sx?:\d+):\d+")


def last_place(text: str) -> str:
    """Return the last place in the tree that a frame of pytest's ends with; empty for none."""
    places = _PYTHON_PLACE.findall(text)
    return str(places[-1]) if places else ""


@dataclass(frozen=True)
class Case:
    """One test: its worst outcome over call, setup and teardown, and what was said of it."""

    id: str
    outcome: Outcome
    message: str = ""
    text: str = field(default="", repr=False)
    hidden_path: str = ""  # what it wanted that this machine has and the sandbox does not show

    @property
    def place(self) -> str:
        """Where it failed, as `path:line` in the tree; empty where its report does not say.

        pytest ends each frame of a traceback with the place and what was raised there, other
        runners write frames of a stack; the last of the former and the first of the latter are
        where the test gave up.
        """
        if place := self._place_in_own_file or last_place(self.text):
            return place
        frames = _SCRIPT_PLACE.findall(self.text)
        return next((frame for frame in frames if "node_modules" not in frame), "")

    @property
    def _place_in_own_file(self) -> str:
        """Where a traceback in Python's own form last was in the file that the test's id names.

        Its paths are those of the copy that it ran in; the id says where in the tree that is.
        """
        for path, line in reversed(_FRAME.findall(self.text)):
            parts = path.removesuffix(".py").split("/")
            for start in range(len(parts)):
                module = ".".join(parts[start:])
                if module and self.id.startswith((f"{module}::", f"{module}.")):
                    return f"{'/'.join(parts[start:])}.py:{line}"
        return ""


@dataclass(frozen=True)
class Results:
    """The cases of one file, by id."""

    cases: Mapping[str, Case]

    def count(self) -> dict[str, int]:
        """Return passed, failed, errors, skipped and total, counted; unknown where there is one."""
        counted = Counter(case.outcome for case in self.cases.values())
        unknown = {"unknown": counted[Outcome.UNKNOWN]} if counted[Outcome.UNKNOWN] else {}
        return {
            "passed": counted[Outcome.PASSED],
            "failed": counted[Outcome.FAILED],
            "errors": counted[Outcome.ERROR],
            "skipped": counted[Outcome.SKIPPED],
            "total": len(self.cases),
            **unknown,
        }

    def having(self, *outcomes: Outcome) -> list[Case]:
        """Return the cases with one of these outcomes, in the file's order."""
        return [case for case in self.cases.values() if case.outcome in outcomes]

    def naming_hidden(self, hidden_path: Callable[[str], str | None]) -> Results:
        """Return these results with the path that each failing test wanted and was not shown."""
        return Results(
            {
                name: replace(case, hidden_path=hidden_path(case.message) or "")
                if case.outcome in {Outcome.FAILED, Outcome.ERROR}
                else case
                for name, case in self.cases.items()
            }
        )
