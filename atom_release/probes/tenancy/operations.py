"""Each way in which one tenant may reach another's rows of a table: tried, noted and taken back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from atom_release.probes.tenancy.attempt import Came, counted, insert_statement, set_tenant, written
from atom_release.probes.tenancy.crossed import Crossing
from atom_release.probes.tenancy.populate import Unpopulated

if TYPE_CHECKING:
    from collections.abc import Callable

    from atom_release.probes.tenancy.attempt import Session
    from atom_release.probes.tenancy.solve import Row

_READ, _INSERT, _MOVE, _UPDATE, _DELETE, _UPSERT = (
    "select",
    "insert",
    "move",
    "update",
    "delete",
    "upsert",
)


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


OPERATIONS: tuple[tuple[str, Callable[[Session, Crossing], None]], ...] = (
    ("SELECT", _select),
    ("INSERT", _insert),
    ("UPDATE", _move),
    ("UPDATE", _update),
    ("DELETE", _delete),
    ("INSERT", _upsert),
)
