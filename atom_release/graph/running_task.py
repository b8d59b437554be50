"""One task of a release's plan, run alone: what it needs, never an act, and what it came to.

Nothing is decided of the release: the decision stands on all tasks.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import dagster as dg

from atom_release.gate.catalogue.tasks import Task
from atom_release.gate.decision.decide import judge
from atom_release.gate.decision.decision import CriterionResult
from atom_release.graph.blueprint import Blueprint
from atom_release.graph.running import execute, failures_of
from atom_release.graph.stations import stations
from atom_release.release import released
from atom_release.release.clock import now
from atom_release.release.subject import Subject
from atom_release.release.work import Work


@dataclass(frozen=True)
class TaskResult:
    """What one task came to: the criteria that it settles, its artifacts by digest, and notes."""

    task: Task
    results: tuple[CriterionResult, ...]
    artifacts: Mapping[str, str]
    notes: tuple[str, ...]
    failed: bool


def run_task(subject: Subject, task: Task) -> TaskResult:
    """Run one task that does not decide, with all that it stands on, in this process.

    Raises:
        Misuse: the output folder is not usable; nothing was written.
    """
    subject.store.require_writable()
    done, _ = execute(subject, acts=False, only=task.assets)
    notes = failures_of(done)
    makes = {
        name
        for station in stations(Blueprint(subject.manifest))
        if station.name in task.assets
        for name in station.makes
    }
    results, digests = _outcome(subject, task, done)
    artifacts = {name: digest for name, digest in digests.items() if name in makes}
    return TaskResult(task, results, artifacts, notes, bool(notes))


def _outcome(
    subject: Subject, task: Task, done: dg.ExecuteInProcessResult
) -> tuple[tuple[CriterionResult, ...], Mapping[str, str]]:
    """Return the criteria and the digests of this very run, or the record of what was released."""
    recorded = released.find_released(subject)
    if recorded is not None:
        results = recorded.record.decision.criteria
        settled = tuple(result for result in results if result.id in task.settles)
        return settled, recorded.record.artifacts
    work = Work(subject.settings, task.name, done.run_id, now())
    digests = work.run.names()
    evidence = [name for name in work.names.evidence_artifacts if name in digests]
    case = work.case(work.run.read_all(evidence))
    return tuple(judge(entry, case) for entry in task.expected(subject.manifest)), digests
