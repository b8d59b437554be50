"""What was tried on one table with two tenants, and what came of it.

What is tried is `operations`, in which order and as whom `crossing`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from atom_release.gate.facts.isolation import CheckedTable
from atom_release.probes.tenancy.attempt import Came
from atom_release.probes.tenancy.populate import Population

if TYPE_CHECKING:
    from collections.abc import Iterator

    from atom_release.probes.tenancy.catalog import Table
    from atom_release.probes.tenancy.solve import Row


@dataclass
class Crossed:
    """What was tried on one table, and what leaked."""

    table: Table
    results: dict[str, str] = field(default_factory=dict)
    leaks: dict[str, str] = field(default_factory=dict)  # operation -> what leaked
    undecided: list[str] = field(default_factory=list)
    own_visible: bool | None = (
        None  # whether the tenant's own row could be seen; None where it may not read
    )
    own_written: bool | None = None

    @property
    def exercised(self) -> bool:
        """Whether the tenant that was set was one: it saw or wrote its own rows."""
        return bool(self.own_visible or self.own_written or self.leaks)


@dataclass(frozen=True)
class Sides:
    """The tenant that is set, another tenant, and the rows of the latter."""

    own: str
    foreign: str
    foreign_row: Row
    expected: int  # rows that the own tenant may see: its own and those of no tenant


@dataclass(frozen=True)
class Crossing:
    """One table and the sessions that try it."""

    population: Population
    table: Table
    sides: Sides
    result: Crossed

    @property
    def column(self) -> Any:  # noqa: ANN401 - a composed name
        """The tenant column, quoted."""
        from psycopg.sql import Identifier

        return Identifier(self.population.column)

    def sql(self, text: str, **names: Any) -> Any:  # noqa: ANN401 - a composed query
        """Compose a query about the table."""
        from psycopg.sql import SQL

        return SQL(text).format(table=self.table.identifier, tenant=self.column, **names)

    def note(self, operation: str, came: Came, leaked: str) -> None:
        """Record what came of one operation."""
        self.result.results[operation] = str(came)
        if came.undecided:
            self.result.undecided.append(operation)
        elif came.rows > 0 or (
            came.stopped_by_constraint and not self.table.triggers
        ):  # a trigger may refuse with a constraint's error
            self.result.leaks[operation] = leaked + (
                "" if came.rows else " (row-level security let it through, a constraint stopped it)"
            )


def described(results: list[Crossed]) -> Iterator[CheckedTable]:
    """Yield what was tried on each table, for the facts."""
    for result in results:
        yield CheckedTable(
            table=result.table.label,
            results=result.results,
            own_rows_visible=result.own_visible,
            own_rows_written=result.own_written,
        )
