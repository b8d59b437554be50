"""`make bench`.

What an audit of many services costs where each is judged by its report alone: processor time and
memory of the whole command, by how many there are.

The aim is a cost that grows with the services and no faster: the time for 500 is at most 1.25 times
what 50 and 100 say it must be. Run alone with other sizes:
`python -m atom_release_tests.benchmarks.services 50 200`.
"""

from __future__ import annotations

import os
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

from atom_release_tests.fixtures import many_services

SIZES = (50, 100, 500)
_MEBI = 1024


@dataclass(frozen=True)
class Cost:
    """What one audit took: seconds of processor, children included, and MiB at its largest."""

    services: int
    seconds: float
    mebibytes: float


def audit(place: Path, services: int) -> Cost:
    """Audit a release of so many services in a process of its own."""
    made = many_services.make(place, services)
    argv = [sys.executable, "-m", "atom_release", "audit", "--json"]
    argv += ["--repo", str(made.repository), "--out", made.settings.out]
    environment = {
        **os.environ,
        "ATOM_RELEASE_HOME": str(made.settings.home),
        "ATOM_RELEASE_OPERATOR": str(made.settings.operator),
    }
    with (place / "audit.json").open("w") as heard:
        process = os.posix_spawn(
            sys.executable,
            argv,
            environment,
            file_actions=[(os.POSIX_SPAWN_DUP2, heard.fileno(), 1)],
        )
        _, _, usage = os.wait4(process, 0)
    return Cost(services, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / _MEBI)


def ratio_to_linear(costs: list[Cost]) -> float:
    """Return how the largest compares with the line through the two smallest; 1 is linear."""
    few, some, *_, many = sorted(costs, key=lambda cost: cost.services)
    each = (some.seconds - few.seconds) / (some.services - few.services)
    return many.seconds / (some.seconds + each * (many.services - some.services))


def main(sizes: tuple[int, ...] = SIZES) -> None:
    """Measure, and print one table."""
    with tempfile.TemporaryDirectory() as folder:
        costs = [audit(Path(folder) / str(size), size) for size in sizes]
    table = Table("services", "processor s", "s a service", "MiB")
    for cost in costs:
        table.add_row(
            str(cost.services),
            f"{cost.seconds:.1f}",
            f"{cost.seconds / cost.services:.3f}",
            f"{cost.mebibytes:.0f}",
        )
    console = Console()
    console.print(table)
    if len(costs) > 2:
        console.print(f"ratio to linear: {ratio_to_linear(costs):.2f} (aim: at most 1.25)")


if __name__ == "__main__":
    main(tuple(int(argument) for argument in sys.argv[1:]) or SIZES)
