"""The steps that names of files tell, and the order of numbers inside a name."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import PurePosixPath

_NUMBERED = re.compile(r"[A-Za-z]{0,12}[ _-]?\d")


@dataclass
class Names:
    """The steps forward in order, and what was left out or is in doubt, each with the reason."""

    steps: list[str] = field(default_factory=list)
    left_out: dict[str, str] = field(default_factory=dict)
    doubts: dict[str, str] = field(default_factory=dict)
    ordered_by: str = "name"

    @property
    def unordered(self) -> bool:
        """Whether nothing in the names says which step is first: they bear no number.

        The image of PostgreSQL runs the files of its own folder by name.
        """
        return (
            self.ordered_by == "name"
            and len(self.steps) > 1
            and not all(_bears_number(path) or "initdb" in path for path in self.steps)
        )


def _bears_number(path: str) -> bool:
    """Return whether a step begins with a number, as `001_a`, `V1__a` and `2024_a/up` do."""
    place = PurePosixPath(path)
    return any(_NUMBERED.match(name) for name in (place.name, place.parent.name))


def natural(text: str) -> tuple[str | int, ...]:
    """Return a key under which numbers inside a name are compared as numbers."""
    return tuple(int(part) if part.isdigit() else part for part in re.split(r"([0-9]+)", text))
