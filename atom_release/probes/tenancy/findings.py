"""What one run found, and what it works with."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from atom_release.probes.tenancy.populate import Population, Unpopulated

if TYPE_CHECKING:
    from atom_release.gate.facts.evidence import NegativeControl
    from atom_release.gate.manifest import Tenancy
    from atom_release.lab.migrations.scratch import Scratch
    from atom_release.probes.tenancy.attempt import Session
    from atom_release.probes.tenancy.catalog import Catalog, ForeignKey, Role, Table
    from atom_release.probes.tenancy.crossed import Crossed, Sides
    from atom_release.probes.tenancy.faults import Leak


@dataclass
class Isolation:
    """All that was found."""

    role: Role | None = None
    tables: list[Table] = field(default_factory=list)
    children: list[Table] = field(default_factory=list)  # they hang on tenant tables
    unreached: list[str] = field(default_factory=list)
    unpopulated: dict[str, str] = field(default_factory=dict)
    unexercised: list[str] = field(default_factory=list)
    undecided: list[str] = field(default_factory=list)
    crossed: list[Crossed] = field(default_factory=list)
    views: list[dict[str, Any]] = field(default_factory=list)
    functions: list[dict[str, Any]] = field(default_factory=list)
    leaks: list[Leak] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    control: NegativeControl | None = None
    blind: list[str] = field(default_factory=list)  # tables on which the control was not seen
    beside: dict[str, Any] = field(
        default_factory=dict
    )  # what a linter says of the same schema; decides nothing
    # these may open other tenants' rows: somebody who is trusted said so
    allowed_settings: frozenset[str] = frozenset()
    unconnected: str = ""
    stopped: str = ""


@dataclass
class Run:
    """One run's sessions and findings."""

    scratch: Scratch
    tenancy: Tenancy
    catalog: Catalog
    population: Population
    role: Session
    isolation: Isolation
    sides: dict[int, Sides] = field(default_factory=dict)
    hanging: dict[int, ForeignKey] = field(default_factory=dict)

    def spelled(self, label: str) -> list[str]:
        """Return the ways in which the tables spell a tenant, the commonest first."""
        every: list[str] = []
        for table in self.isolation.tables:
            with contextlib.suppress(Unpopulated):
                every.append(self.population.tenant(table, label))
        return sorted(set(every), key=lambda value: -every.count(value))
