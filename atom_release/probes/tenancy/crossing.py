"""Does a row cross from one tenant to another through a table itself? Tried and taken back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from atom_release.probes.tenancy.attempt import counted, insert_statement, set_tenant, written
from atom_release.probes.tenancy.crossed import Crossed, Crossing, Sides
from atom_release.probes.tenancy.operations import OPERATIONS
from atom_release.probes.tenancy.populate import Population

if TYPE_CHECKING:
    from atom_release.probes.tenancy.attempt import Session
    from atom_release.probes.tenancy.catalog import Table

MALFORMED = ("not-a-tenant", "%", "*", "-1", "' OR true --")
"""Tenants that are none."""


def cross(
    session: Session,
    population: Population,
    table: Table,
    sides: Sides,
    *,
    first_leak: bool = False,
) -> Crossed:
    """Try everything on one table as one tenant against another, or only until something leaks.

    The session is the application's role.
    """
    crossing = Crossing(population, table, sides, Crossed(table))
    with session.transaction(force_rollback=True):
        set_tenant(session, population.setting, sides.own)
        for may, operation in OPERATIONS:
            if table.may(may) and not (first_leak and crossing.result.leaks):
                operation(session, crossing)
    if not (first_leak and crossing.result.leaks):
        _unnamed(session, crossing)
    return crossing.result


def without_tenant(
    session: Session, population: Population, table: Table, sides: Sides, result: Crossed
) -> None:
    """Try the table in a session in which no tenant was ever set."""
    crossing = Crossing(population, table, sides, result)
    with session.transaction(force_rollback=True):
        _nobody(session, crossing, "no tenant")


def _unnamed(session: Session, crossing: Crossing) -> None:
    """Name an empty tenant and some that are none."""
    for name, values in (("empty tenant", ("",)), ("malformed tenant", MALFORMED)):
        for value in values:
            if name in crossing.result.leaks:
                continue
            with session.transaction(force_rollback=True):
                set_tenant(session, crossing.population.setting, value)
                _nobody(session, crossing, name, writes=value == values[0])


def _nobody(session: Session, crossing: Crossing, name: str, *, writes: bool = True) -> None:
    """Read, delete and insert as nobody's tenant: an error or no rows is right."""
    tenants = [crossing.sides.own, crossing.sides.foreign]
    if crossing.population.column in crossing.table.readable and crossing.table.may("SELECT"):
        came = counted(
            session,
            crossing.sql("SELECT count(*) FROM {table} WHERE {tenant} IN (%s, %s)"),
            tenants,
        )
        crossing.note(name, came, f"rows of tenants are read with {_article(name)}")
        if writes and name not in crossing.result.leaks and crossing.table.may("DELETE"):
            came = written(
                session, crossing.sql("DELETE FROM {table} WHERE {tenant} IN (%s, %s)"), tenants
            )
            crossing.note(name, came, f"rows of tenants are deleted with {_article(name)}")
    if writes and name not in crossing.result.leaks and crossing.table.may("INSERT"):
        row = crossing.population.spare(crossing.table, "B", crossing.sides.foreign)
        if row is not None:
            came = written(session, insert_statement(crossing.table, list(row)), list(row.values()))
            crossing.note(name, came, f"a row is written into a tenant with {_article(name)}")


def _article(name: str) -> str:
    return name if name.startswith("no ") else f"an {name}" if name[0] in "aeiou" else f"a {name}"
