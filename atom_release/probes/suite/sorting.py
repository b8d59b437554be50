"""How the tests of a suite are sorted by what became of them without the code."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from atom_release.lab.failure_cause import cause
from atom_release.lab.junit import Outcome
from atom_release.probes.suite.control import Control

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

    from atom_release.lab.junit_results import Case
    from atom_release.lab.rewriting import Rewritten
    from atom_release.probes.suite.run import Run


def compare(
    tests: Collection[str], run: Run, ablated: Rewritten, tree: Path, *, setup_counts: bool
) -> Control:
    """Sort tests by what they did without the code.

    Args:
        tests: the tests to look at.
        run: the run without the code.
        ablated: what was taken out of it.
        tree: where it ran.
        setup_counts: whether an error in a fixture, too, shows that the test needs the code; not
            where fixtures start services.
    """
    cases = run.results.cases if run.results else {}
    groups: dict[str, list[str]] = {"still": [], "reached": [], "failed": [], "lost": []}
    for name in sorted(tests):
        group = _group(cases.get(name), ablated.mark, setup_counts=setup_counts)
        groups[group].append(name)
    still, reached, failed, lost = (tuple(names) for names in groups.values())
    return Control(ablated, run, still, reached, failed, lost, _elsewhere(run, ablated, tree))


def _group(case: Case | None, mark: str, *, setup_counts: bool) -> str:
    if case is None or case.outcome is Outcome.SKIPPED:
        return "lost"
    if case.outcome is Outcome.PASSED:
        return "still"
    if mark and (mark in case.message or mark in case.text):
        return "reached"
    if cause(case):
        return "lost"
    return "failed" if case.outcome is Outcome.FAILED or setup_counts else "lost"


def _elsewhere(run: Run, ablated: Rewritten, tree: Path) -> tuple[str, ...]:
    """Find loaded modules that have the name of a judged one and come from another file."""
    elsewhere = []
    for name, file in run.witness.get("modules", {}).items():
        if (
            not isinstance(file, str)
            or name.partition(".")[0] in sys.stdlib_module_names
            or file.startswith((f"{tree}/", f"{run.copy}/"))
        ):
            continue
        if ablated.modules_among([name]):
            elsewhere.append(f"{name} ({file})")
    return tuple(sorted(elsewhere))
