"""`make bench`.

What a look at an inbox costs in which nothing changed, beside the system's own listing of it.

A look is a few times a minute all day long, whatever the folder has gathered.
"""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from rich.console import Console
from rich.table import Table

from atom_release.release import report_changes

SIZES = (100, 1_000, 10_000)
_TIMES = 7


def list_folder(folder: Path) -> None:
    """List a folder with each file's size and time."""
    with os.scandir(folder) as entries:
        for entry in entries:
            entry.stat(follow_symlinks=False)


def seconds(call: Callable[[], object]) -> float:
    """Return the processor time of a call, the least of several."""
    spent = []
    for _ in range(_TIMES):
        began = time.process_time()
        call()
        spent.append(time.process_time() - began)
    return min(spent)


def compare(folder: Path, files: int) -> tuple[float, float]:
    """Return the seconds of a listing and of a look, where nothing changed."""
    for number in range(files):
        (folder / f"C_{number}_Implementation_Report.md").write_text("# C.1\n")
    cursor: str | None = None
    for _ in range(2):
        cursor = report_changes.look_at_folder(folder, cursor).cursor
    return seconds(lambda: list_folder(folder)), seconds(
        lambda: report_changes.look_at_folder(folder, cursor)
    )


def main() -> None:
    """Measure, and print one table."""
    table = Table("reports", "listing ms", "look ms", "look / listing", "aim")
    for files in SIZES:
        with tempfile.TemporaryDirectory() as folder:
            listing, look = compare(Path(folder), files)
        ratio = f"{look / listing:.2f}"
        table.add_row(str(files), f"{1000 * listing:.2f}", f"{1000 * look:.2f}", ratio, "<= 2")
    Console().print(table)


if __name__ == "__main__":
    main()
