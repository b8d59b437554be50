"""One report asset of the graph: its place, and the function that makes its artifacts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from atom_release.gate.catalogue import criteria
from atom_release.gate.manifest import Manifest

if TYPE_CHECKING:
    from atom_release.release.work import Work

Make = Callable[["Work"], Mapping[str, bytes]]


@dataclass(frozen=True)
class Station:
    """One report asset: its place in the graph and the function that makes its artifacts."""

    name: str
    stage: str
    describes: str
    kinds: frozenset[str]
    upstream: tuple[str, ...]
    makes: tuple[str, ...]
    make: Make

    def shows(self, manifest: Manifest) -> tuple[criteria.Criterion, ...]:
        """Return the expected criteria whose checks stand on this asset."""
        return tuple(
            criterion for criterion in criteria.expected(manifest) if criterion.asset == self.name
        )
