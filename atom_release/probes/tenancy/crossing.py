"""Does a row cross from one tenant to another through a table itself? Tried and taken back."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from atom_release.gate.facts.isolation import CheckedTable
from atom_release.probes.tenancy.attempt import Came, counted, set_tenant, written
from atom_release.probes.tenancy.populate import Population, Unpopulated, insert_statement

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from atom_release.probes.tenancy.attempt import Session
    from atom_release.probes.tenancy.catalog import Table
    from atom_release.probes.tenancy.solve import Row

MALFORMED = ("not-a-tenant", "%", "*", "-1", "' OR true --")
"""Tenants that are none."""

_READ, _INSERT, _MOVE, _UPDATE, _DELETE, _UPSERT = (
    "select",
    "insert",
    "move",
    "update",
    "delete",
    "upsert",
)


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
        for may, operation in _OPERATIONS:
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


def _select(session: Session, crossing: Crossing) -> None:
    if crossing.population.column not in crossing.table.readable:
        came = counted(session, crossing.sql("SELECT count(*) FROM {table}"))
        crossing.note(
            _READ,
            Came(max(came.rows - crossing.sides.expected, 0), came.sqlstate, message=came.message),
            "rows of another tenant are counted",
        )
        crossing.result.own_visible = came.rows > 0
        return
    came = counted(
        session,
        crossing.sql("SELECT count(*) FROM {table} WHERE {tenant} = %s"),
        [crossing.sides.foreign],
    )
    crossing.note(_READ, came, "rows of another tenant are read")
    crossing.result.own_visible = (
        counted(
            session,
            crossing.sql("SELECT count(*) FROM {table} WHERE {tenant} = %s"),
            [crossing.sides.own],
        ).rows
        > 0
    )


def _insert(session: Session, crossing: Crossing) -> None:
    row = crossing.population.spare(crossing.table, "B", crossing.sides.foreign)
    if row is None:
        crossing.result.undecided.append(_INSERT)
        return
    query = insert_statement(crossing.table, list(row))
    crossing.note(
        _INSERT,
        _took_hold(session, crossing, query, list(row.values())),
        "a row is written into another tenant",
    )
    own = crossing.population.spare(crossing.table, "A", crossing.sides.own)
    if own is not None:
        crossing.result.own_written = (
            written(session, insert_statement(crossing.table, list(own)), list(own.values())).rows
            > 0
        )


def _took_hold(session: Session, crossing: Crossing, query: Any, values: list[str | None]) -> Came:  # noqa: ANN401 - a composed query
    """Insert.

    Where a trigger may have put the row right, look whether it arrived at the other tenant.
    """
    came = written(session, query, values)
    if (
        not came.rows
        or not crossing.table.triggers
        or crossing.population.column not in crossing.table.readable
    ):
        return came
    count = crossing.sql("SELECT count(*) FROM {table} WHERE {tenant} = %s")
    with session.transaction(force_rollback=True):
        set_tenant(session, crossing.population.setting, crossing.sides.foreign)
        before = counted(session, count, [crossing.sides.foreign]).rows
        set_tenant(session, crossing.population.setting, crossing.sides.own)
        session.execute(query, values)
        set_tenant(session, crossing.population.setting, crossing.sides.foreign)
        after = counted(session, count, [crossing.sides.foreign]).rows
    return came if after > before else Came(0)


def _move(session: Session, crossing: Crossing) -> None:
    if (
        not crossing.table.may("SELECT")
        or crossing.population.column not in crossing.table.readable
    ):
        return
    try:
        moved = crossing.population.references(crossing.table, "B")
    except Unpopulated:
        moved = {}
    moved[crossing.population.column] = crossing.sides.foreign
    came = written(
        session,
        crossing.sql("UPDATE {table} SET {moved} WHERE {tenant} = %s", moved=_assignments(moved)),
        [*moved.values(), crossing.sides.own],
    )
    if (
        came.refused
    ):  # a condition makes policies for SELECT hold too: without one, those for UPDATE stand alone
        came = written(
            session,
            crossing.sql("UPDATE {table} SET {moved}", moved=_assignments(moved)),
            list(moved.values()),
        )
    crossing.note(_MOVE, came, "a row is handed to another tenant")


def _assignments(values: Row) -> Any:  # noqa: ANN401 - a composed query
    from psycopg.sql import SQL, Identifier

    return SQL(", ").join(SQL("{} = %s").format(Identifier(name)) for name in values)


def _update(session: Session, crossing: Crossing) -> None:
    values = [crossing.sides.own]
    named = crossing.sql("UPDATE {table} SET {tenant} = %s WHERE {tenant} = %s")
    came = _named_or_blind(
        session,
        crossing,
        (named, [*values, crossing.sides.foreign]),
        (crossing.sql("UPDATE {table} SET {tenant} = %s"), values),
    )
    crossing.note(_UPDATE, came, "rows of another tenant are changed")


def _delete(session: Session, crossing: Crossing) -> None:
    named = crossing.sql("DELETE FROM {table} WHERE {tenant} = %s")
    came = _named_or_blind(
        session,
        crossing,
        (named, [crossing.sides.foreign]),
        (crossing.sql("DELETE FROM {table}"), []),
    )
    crossing.note(_DELETE, came, "rows of another tenant are deleted")


def _named_or_blind(
    session: Session, crossing: Crossing, named: tuple[Any, list[str]], blind: tuple[Any, list[str]]
) -> Came:
    """Write the other tenant's rows by name.

    Where that touches none, write without a condition and count more than one's own.
    """
    came = Came()
    if crossing.population.column in crossing.table.readable:
        came = written(session, *named)
    if came.rows or came.stopped_by_constraint:
        return came
    all_of_them = written(session, *blind)
    if all_of_them.rows > crossing.sides.expected:
        return Came(all_of_them.rows - crossing.sides.expected)
    return (
        came if came.sqlstate or not all_of_them.forbidden else Came(sqlstate=all_of_them.sqlstate)
    )


def _upsert(session: Session, crossing: Crossing) -> None:
    from psycopg.sql import SQL, Identifier

    if not crossing.table.may("UPDATE"):
        return
    theirs = crossing.sides.foreign_row
    free = [
        columns
        for columns in crossing.table.unique
        if crossing.population.column not in columns
        and all(theirs.get(name) is not None for name in columns)
    ]
    own = crossing.population.spare(crossing.table, "A", crossing.sides.own) if free else None
    if own is None:
        return
    row = own | {name: theirs[name] for name in free[0]}
    target = SQL(", ").join(Identifier(name) for name in free[0])
    query = insert_statement(crossing.table, list(row)) + crossing.sql(
        " ON CONFLICT ({target}) DO UPDATE SET {tenant} = EXCLUDED.{tenant}", target=target
    )
    came = written(session, query, list(row.values()))
    if came.stopped_by_constraint:  # another of the table's rules: it says nothing of the policies
        came = Came()
    crossing.note(_UPSERT, came, "a row of another tenant is overwritten by an upsert")


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


_OPERATIONS: tuple[tuple[str, Callable[[Session, Crossing], None]], ...] = (
    ("SELECT", _select),
    ("INSERT", _insert),
    ("UPDATE", _move),
    ("UPDATE", _update),
    ("DELETE", _delete),
    ("INSERT", _upsert),
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
