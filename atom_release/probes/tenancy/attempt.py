"""One statement tried as some role and taken back again, and what came of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    import psycopg

    from atom_release.probes.tenancy.catalog import Table

    Session = psycopg.Connection[tuple[Any, ...]]

_PERMISSION = "42501"
_CONSTRAINT = "23"


@dataclass(frozen=True)
class Came:
    """What came of it: a number (rows counted, or rows written), or an SQLSTATE."""

    rows: int = 0
    sqlstate: str = ""
    value: Any = None
    message: str = ""

    @property
    def refused(self) -> bool:
        """Whether PostgreSQL, or code of the release, refused it."""
        return bool(self.sqlstate) and not self.stopped_by_constraint and not self.undecided

    @property
    def forbidden(self) -> bool:
        """Whether for want of a privilege, or by row-level security."""
        return self.sqlstate == _PERMISSION

    @property
    def stopped_by_constraint(self) -> bool:
        """Whether row-level security had let it through.

        Constraints are looked at after policies.
        """
        return self.sqlstate.startswith(_CONSTRAINT) and not self.message.startswith("no partition")

    @property
    def undecided(self) -> bool:
        """Whether it says nothing about isolation.

        It timed out, waited for a lock, or found no partition.
        """
        return self.sqlstate in {"57014", "55P03"} or self.message.startswith("no partition")

    def __str__(self) -> str:
        """Return it as reports say it."""
        return (
            f"refused ({self.sqlstate})"
            if self.refused
            else f"error {self.sqlstate}"
            if self.sqlstate
            else f"{self.rows} rows"
        )


def counted(session: Session, query: Any, parameters: Sequence[object] = ()) -> Came:  # noqa: ANN401 - a composed query
    """Ask for a single row; its first value is the number, the whole row the value."""
    import psycopg

    try:
        with session.transaction(force_rollback=True):
            row = session.execute(query, list(parameters)).fetchone()
    except psycopg.OperationalError as error:
        if error.sqlstate is None or session.closed:
            raise
        return Came(sqlstate=error.sqlstate, message=error.diag.message_primary or "")
    except psycopg.Error as error:
        return Came(sqlstate=error.sqlstate or "?????", message=error.diag.message_primary or "")
    return Came(rows=row[0] if row and isinstance(row[0], int) else 0, value=row)


def written(session: Session, query: Any, parameters: Sequence[object] = ()) -> Came:  # noqa: ANN401 - a composed query
    """Write, take it back, and say how many rows it was."""
    import psycopg

    try:
        with session.transaction(force_rollback=True):
            count = session.execute(query, list(parameters)).rowcount
            session.execute("SET CONSTRAINTS ALL IMMEDIATE")
    except psycopg.OperationalError as error:
        if error.sqlstate is None or session.closed:
            raise
        return Came(sqlstate=error.sqlstate, message=error.diag.message_primary or "")
    except psycopg.Error as error:
        return Came(sqlstate=error.sqlstate or "?????", message=error.diag.message_primary or "")
    return Came(rows=max(count, 0))


def set_tenant(session: Session, setting: str, value: str) -> None:
    """Name the tenant for the transaction that is open."""
    session.execute("SELECT set_config(%s, %s, true)", (setting, value))


def insert_statement(table: Table, names: list[str]) -> Any:  # noqa: ANN401 - a composed query
    """Return the INSERT of those columns, with a parameter for each."""
    from psycopg.sql import SQL, Identifier

    if not names:
        return SQL("INSERT INTO {} DEFAULT VALUES").format(table.identifier)
    overriding = (
        SQL(" OVERRIDING SYSTEM VALUE")
        if any(table.columns[name].identity for name in names)
        else SQL("")
    )
    columns = SQL(", ").join(Identifier(name) for name in names)
    return SQL("INSERT INTO {} ({}){} VALUES ({})").format(
        table.identifier, columns, overriding, SQL(", ").join([SQL("%s")] * len(names))
    )
