"""How long an audit of many services with suites takes, by the engine that takes its steps.

`python -m atom_release_tests.benchmarks.suites [SERVICES]`, on a machine that does nothing else:
seconds of the clock and of the processors, of a run in one process and of one with a process for
each step. Each service has one test that sleeps for a second.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from pathlib import Path

from rich.console import Console
from rich.table import Table

from atom_release_tests.fixtures import many_services

SERVICES = 40
_SECONDS = 1.0
_ENGINES = {
    "one process": ("in-process", ("atom_release", "audit", "--json")),
    "a process for each step": (
        "multiprocess",
        ("dagster", "job", "execute", "-m", "atom_release.definitions", "-j", "phase_x_audit"),
    ),
}


def audit(place: Path, services: int, engine: str) -> tuple[float, float]:
    """Audit a fresh release; return the seconds of the clock and of the processors."""
    made = many_services.make(place, services, suite_seconds=_SECONDS)
    executor, words = _ENGINES[engine]
    (made.settings.home / "dagster").mkdir(parents=True)
    environment = {
        **os.environ,
        "ATOM_RELEASE_EXECUTOR": executor,
        "ATOM_RELEASE_HOME": str(made.settings.home),
        "ATOM_RELEASE_OPERATOR": str(made.settings.operator),
        "ATOM_RELEASE_OUT": made.settings.out,
        "ATOM_RELEASE_REPO": str(made.repository),
        "DAGSTER_HOME": str(made.settings.home / "dagster"),
    }
    with (place / "output").open("wb") as output:
        began = time.monotonic()
        process = os.posix_spawn(
            sys.executable,
            [sys.executable, "-m", *words],
            environment,
            file_actions=[(os.POSIX_SPAWN_DUP2, output.fileno(), file) for file in (1, 2)],
        )
        _, status, usage = os.wait4(process, 0)
    assert status == 0, (place / "output").read_text()[-2000:]
    return time.monotonic() - began, usage.ru_utime + usage.ru_stime


def main(services: int = SERVICES) -> None:
    """Measure, and print one table."""
    table = Table("steps by", "clock s", "processor s")
    for engine in _ENGINES:
        with tempfile.TemporaryDirectory() as folder:
            clock, processor = audit(Path(folder) / "release", services, engine)
        table.add_row(engine, f"{clock:.0f}", f"{processor:.0f}")
    Console().print(table)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
