"""Failures of tests whose database has no tables, since nothing before them made any.

A suite of the gate's has an empty database. Where the release's schema is made by migrations, and
no step of the suite's `prepare` carries anything out, a missing table is the surroundings' doing:
also for tests that only see an answer that it spoiled.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from atom_release.lab.junit import Outcome

if TYPE_CHECKING:
    from atom_release.gate.manifest import Suite
    from atom_release.lab.look import Look
    from atom_release.probes.suite.run import Run

Excuse = Callable[[Sequence["Run"]], Mapping[str, str]]
_NO_TABLE = re.compile(
    r"relation \"[^\"]+\" does not exist|\bno such table\b|Table '[^']+' doesn't exist"
)
_WHY = "a table is not in the suite's database, and nothing before the tests migrates it"


def with_unmigrated(look: Look, suite: Suite, excuse: Excuse) -> Excuse:
    """Return an excuse that takes missing tables in, where nothing before the tests makes them."""
    is_migrated = look.manifest.migrations is not None or look.external
    if suite.prepare or "postgres" not in suite.needs or not is_migrated:
        return excuse
    return lambda runs: {**_excused(runs), **excuse(runs)}


def _excused(runs: Sequence[Run]) -> dict[str, str]:
    excused: dict[str, str] = {}
    for run in runs:
        cases = run.results.having(Outcome.FAILED, Outcome.ERROR) if run.results else []
        if any(_NO_TABLE.search(f"{case.message}\n{case.text}") for case in cases):
            excused |= {case.id: _WHY for case in cases}
    return excused
