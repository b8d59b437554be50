"""The tasks of a release's plan: which assets each one is, and which criteria it settles.

T1 to T6 stand in every release's plan; each service and each check of the release's own can be
asked alone as well, and each other criterion by what its task asks. How the assets are run is not
known here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from atom_release.errors import Misuse
from atom_release.gate.catalogue import criteria
from atom_release.gate.catalogue.criteria import OF_THE_ACT, OWN_CHECKS, SERVICE_EVIDENCE, Criterion
from atom_release.gate.manifest import Manifest


@dataclass(frozen=True)
class Task:
    """One task: the assets that are it, and the ids of the criteria that it settles.

    What decides the release as a whole settles no single criterion.
    """

    name: str
    title: str
    assets: tuple[str, ...]
    settles: tuple[str, ...] = ()
    decides: bool = False

    def only(self, criterion: str) -> Task:
        """Return what asks the same and settles one of its criteria, by whose id it is called."""
        return replace(self, name=criterion, settles=(criterion,), decides=False)

    def expected(self, manifest: Manifest) -> tuple[Criterion, ...]:
        """Return the criteria that it settles and the release asks."""
        return tuple(entry for entry in criteria.expected(manifest) if entry.id in self.settles)


def tasks(manifest: Manifest) -> Mapping[str, Task]:
    """Return the tasks of a release by name: T1 to T6, its services, its own checks."""
    alone = [
        Task(entry.id, entry.title, (entry.asset,), (entry.id,))
        for entry in criteria.catalogue(manifest)
        if entry.asset == OWN_CHECKS or entry.asset.startswith(SERVICE_EVIDENCE)
    ]
    return {task.name: task for task in (*alone, *_plan(manifest))}


def find_task(manifest: Manifest, name: str) -> Task:
    """Return a task of the release by its name, or what settles the criterion of that id.

    Raises:
        Misuse: the release has neither.
    """
    named = tasks(manifest)
    if name in named:
        return named[name]
    for task in named.values():
        if name in task.settles:
            return task.only(name)
    settled = [entry for task in named.values() for entry in task.settles]
    raise Misuse(
        f"The release has no task and no criterion {name}.",
        f"It has {', '.join(dict.fromkeys((*named, *settled)))}.",
    )


def _plan(manifest: Manifest) -> tuple[Task, ...]:
    """Return the six tasks, in their order."""
    shown: dict[str, list[str]] = {}
    for entry in criteria.catalogue(manifest):
        shown.setdefault(entry.asset, []).append(entry.id)
    services = tuple(service.id for service in manifest.services)
    systems = tuple(name for name in shown["snapshot"] if name in OF_THE_ACT)
    return (
        Task("T1", "Aggregate reports", ("aggregated",), (*services, *shown["aggregated"])),
        Task("T2", "Infrastructure simulation", ("infra_simulation",), systems),
        Task("T3", "Cross-service tests", ("cross_service",), tuple(shown["cross_service"])),
        Task("T4", "Policy audit", ("policy_check",), tuple(shown["policy_check"])),
        Task("T5", "Performance", ("perf_summary",), tuple(shown["perf_summary"])),
        Task("T6", "Snapshot and decision", ("gate", "audit_bundle"), decides=True),
    )
