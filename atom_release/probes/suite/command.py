"""Suites that pytest cannot run: a command that the manifest names runs the tests and writes JUnit.

There is no separate collection, so the first run stands for it: every later run must have the same
tests. The control is weaker too: the named files are emptied, and a test that then fails may have
needed them or may not have started at all. Nothing here knows the language.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar

from atom_release.lab import junit
from atom_release.lab.junit import Outcome
from atom_release.probes.suite import trees
from atom_release.probes.suite.bench import Bench
from atom_release.probes.suite.control import Control
from atom_release.probes.suite.run import Run
from atom_release.probes.suite.series import Series
from atom_release.probes.suite.sorting import compare

if TYPE_CHECKING:
    import threading
    from collections.abc import Sequence
    from concurrent.futures import ThreadPoolExecutor
    from pathlib import Path

    from atom_release.lab.sandbox import Limits

_FAILED, _UNREADABLE = 1, 2


@dataclass(frozen=True)
class CommandBench(Bench):
    """How the runs of such a suite are made."""

    command: Sequence[str] = ()
    by_pytest: ClassVar[bool] = False

    def run(self, tree: Path, seed: int, *, collect_only: bool = False) -> Run:
        """Run once; where a collection is asked for, a run stands for it."""
        run = super().run(tree, seed)
        return self.as_collection(run) if collect_only else run

    def as_collection(self, run: Run) -> Run:
        """Return a run as it stands for a collection: the tests that it had."""
        return replace(
            run,
            status=0 if run.results else _UNREADABLE,
            problem="" if run.results else f"{run.problem} ({_ended(run)})",
            cases=tuple(sorted(run.results.cases)) if run.results else (),
        )

    def _run(self, tree: Path, seed: int, limits: Limits, *, collect_only: bool) -> Run:
        run = super()._run(tree, seed, limits, collect_only=collect_only)
        failed = bool(run.results and run.results.having(Outcome.FAILED, Outcome.ERROR))
        return (
            replace(run, status=_FAILED, ended=_ended(run)) if failed and run.status else run
        )  # many runners end with the number of failures

    def _results(self, xml: bytes) -> junit.Results:
        return junit.read(xml)

    def _command(self, copy: Path, out: Path, *, collect_only: bool) -> list[str]:
        del collect_only
        values = {"{junit}": str(out / "junit.xml"), "{python}": self.python, "{copy}": str(copy)}
        return [_filled(part, values) for part in self.command]


def _ended(run: Run) -> str:
    return f"the command ended with status {run.status}: {run.last_lines}"


def _filled(part: str, values: dict[str, str]) -> str:
    for name, value in values.items():
        part = part.replace(name, value)
    return part


@dataclass(frozen=True)
class CommandSeries(Series):
    """The runs of such a suite; the control empties what the manifest names."""

    def _run_control(
        self, pool: ThreadPoolExecutor, collection: Run, stop: threading.Event
    ) -> Control | None:
        del pool
        if stop.is_set():
            return None
        with trees.emptied(
            self.look,
            self.sources,
            tests=self.tests,
            history=self.bench.history,
            built=self.bench.built,
        ) as (copy, emptied):
            run = self.without.run(copy, 1)
            return replace(
                compare(collection.collected, run, emptied, copy, setup_counts=True),
                only_emptied=True,
            )
