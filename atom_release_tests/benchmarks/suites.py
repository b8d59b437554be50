"""How long an audit of many services with suites takes, by the engine that takes its steps.

`python -m atom_release_tests.benchmarks.suites [SERVICES [ENGINE ...]]`, on a machine that does
nothing else: seconds of the clock, in one process, with a process for each step, and by two workers
of Celery on this machine with PostgreSQL, Redis and an object store's stand-in; each beside the
first. Each service has one test that sleeps for a tenth of a second. Servers and workers are
started before the clock is.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from pathlib import Path

import dagster as dg
from rich.console import Console
from rich.table import Table

from atom_release_tests.fixtures import many_services, workers
from atom_release_tests.fixtures.tiny import Tiny

SERVICES = 40
_SECONDS = 0.1
_JOB = "phase_x_audit"
_LONGEST = 3600
_INSTANCE = Path(__file__).parents[2] / "dagster.yaml"


def by_command(executor: str, *words: str) -> Callable[[Tiny], float]:
    """Return what audits by a command of its own, and gives its seconds."""

    def audit(made: Tiny) -> float:
        settings = made.settings
        (settings.home / "dagster").mkdir(parents=True)
        shutil.copy(_INSTANCE, settings.home / "dagster")
        environment = {
            **os.environ,
            "ATOM_RELEASE_EXECUTOR": executor,
            "ATOM_RELEASE_HOME": str(settings.home),
            "ATOM_RELEASE_OPERATOR": str(settings.operator),
            "ATOM_RELEASE_OUT": settings.out,
            "ATOM_RELEASE_REPO": str(made.repository),
            "DAGSTER_HOME": str(settings.home / "dagster"),
        }
        began = time.monotonic()
        done = subprocess.run(
            [sys.executable, "-m", *words],
            env=environment,
            check=False,
            capture_output=True,
            text=True,
        )
        seconds = time.monotonic() - began
        assert done.returncode == 0, done.stderr[-2000:]
        return seconds

    return audit


def by_workers(made: Tiny) -> float:
    """Audit by two workers, and give the seconds from asking for the run to its end."""
    with workers.deployment(
        made.repository.parent / "team",
        made.origin,
        _JOB,
        monitoring={"enabled": True},
        ATOM_RELEASE_OPERATOR=str(made.settings.operator),
    ) as team:
        team.start_all()
        began = time.monotonic()
        run = team.launch()
        ended = team.ended(run, _LONGEST)
        seconds = time.monotonic() - began
        assert ended is dg.DagsterRunStatus.SUCCESS, team.log("daemon")[-2000:]
        return seconds


ENGINES = {
    "one": by_command("in-process", "atom_release", "audit", "--json"),
    "multiprocess": by_command(
        "multiprocess", "dagster", "job", "execute", "-m", "atom_release.definitions", "-j", _JOB
    ),
    "workers": by_workers,
}


def main(services: int, engines: Iterable[str]) -> None:
    """Measure, and print one table."""
    table = Table("steps by", "seconds", "times the first", "others at work")
    first = 0.0
    for engine in engines:
        with tempfile.TemporaryDirectory() as folder:
            made = many_services.make(Path(folder) / "release", services, suite_seconds=_SECONDS)
            load = os.getloadavg()[0]
            seconds = ENGINES[engine](made)
        first = first or seconds
        table.add_row(engine, f"{seconds:.0f}", f"{seconds / first:.2f}", f"{load:.1f}")
        Console(stderr=True).print(f"{engine}: {seconds:.0f} s")
    Console().print(table)


if __name__ == "__main__":
    main(int(sys.argv[1]) if sys.argv[1:] else SERVICES, sys.argv[2:] or ENGINES)
