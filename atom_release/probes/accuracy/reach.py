"""Whether the labelled rows lie in reach of the scorer, and whether that would have been seen."""

from __future__ import annotations

from dataclasses import dataclass

from atom_release.gate.manifest import Service
from atom_release.lab.address import Rehearsal
from atom_release.lab.look import Look
from atom_release.probes.accuracy.rows import Rows
from atom_release.source.commit import JudgedTree


@dataclass(frozen=True)
class Reach:
    """What of the rows, or of a repository, the service's folders hold.

    `canary` is a file of the service's own that must be found there; None where there is none.
    """

    labels: tuple[str, ...]
    canary: str | None
    canary_found: bool

    @property
    def doubt(self) -> str:
        """Why a good score may not be the code's own, or nothing."""
        if self.labels:
            return f"the labels lie in reach of the scorer: {', '.join(self.labels)}"
        if self.canary is not None and not self.canary_found:
            return (
                "whether the labels lie in reach of the scorer is not known:"
                f" {self.canary}, which it has, was not found"
            )
        return ""


def look_around(look: Look, service: Service, labelled: Rows, rehearsal: Rehearsal) -> Reach:
    """Look for the labelled rows where the service looks, and for a file that it must have."""
    tree, canary = look.tree, _canary(look.tree, service, labelled)
    wanted = {labelled.name: (len(labelled.content), labelled.digest)}
    if canary:
        wanted[canary] = (len(tree.read(canary)), tree.digest(canary))
    in_reach = rehearsal.find_in_reach(service.id, wanted)
    return Reach(
        tuple(name for name in in_reach if name != canary),
        canary,
        canary is not None and canary in in_reach,
    )


def _canary(tree: JudgedTree, service: Service, labelled: Rows) -> str | None:
    """Return a file of the service's source that is no copy of the rows."""
    rows = tree.same_content([labelled.name]) if labelled.of == "tree" else frozenset()
    folders = [f"{path.rstrip('/')}/" for path in service.source]
    return next(
        (
            path
            for path, entry in sorted(tree.entries.items())
            if entry.is_file
            and entry.size
            and path not in rows
            and any(f"{path}/".startswith(folder) for folder in folders)
        ),
        None,
    )
