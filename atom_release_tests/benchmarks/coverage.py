"""Branch coverage of the fast tests, room by room: `make coverage`.

What runs in a process of its own (the sandbox's launcher, the witness in a suite) is not measured,
and stands as not covered.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from rich.console import Console
from rich.table import Table


@dataclass(frozen=True)
class Covered:
    """How many lines and branches of a room there are, and how many of them the tests took."""

    lines: int = 0
    lines_taken: int = 0
    branches: int = 0
    branches_taken: int = 0

    def __add__(self, other: Covered) -> Covered:
        """Return both together."""
        return Covered(
            self.lines + other.lines,
            self.lines_taken + other.lines_taken,
            self.branches + other.branches,
            self.branches_taken + other.branches_taken,
        )


def covered_rooms(report: Mapping[str, Any]) -> dict[str, Covered]:
    """Return the coverage of each room from coverage's JSON report; modules in no room are one."""
    rooms: dict[str, Covered] = {}
    for path, measured in report["files"].items():
        parts = PurePosixPath(path).parts
        room = parts[1] if len(parts) > 2 else "(beside the rooms)"
        summary = measured["summary"]
        rooms[room] = rooms.get(room, Covered()) + Covered(
            summary["num_statements"],
            summary["covered_lines"],
            summary["num_branches"],
            summary["covered_branches"],
        )
    return dict(sorted(rooms.items()))


def show_rooms(rooms: Mapping[str, Covered]) -> Table:
    """Return the table of the rooms with their total."""
    table = Table(header_style="bold")
    for name in ("room", "branches", "taken", "share", "lines", "share"):
        table.add_column(name, justify="left" if name == "room" else "right")
    total = sum(rooms.values(), Covered())
    for room, covered in {**rooms, "total": total}.items():
        table.add_row(
            room,
            str(covered.branches),
            str(covered.branches_taken),
            _share(covered.branches_taken, covered.branches),
            str(covered.lines),
            _share(covered.lines_taken, covered.lines),
            style="bold" if room == "total" else "",
        )
    return table


def _share(taken: int, there: int) -> str:
    return f"{taken / there:.1%}" if there else "-"


if __name__ == "__main__":
    Console().print(show_rooms(covered_rooms(json.loads(Path(sys.argv[1]).read_text()))))
