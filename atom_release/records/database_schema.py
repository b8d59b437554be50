"""The tables of a shared state, who may do what in them, and whether they are there.

The gate's role may add lines and never change or remove one; a lease is the one thing that it
writes over. What a row says is signed, or believed by nobody.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from atom_release.errors import Misuse, StoreError
from atom_release.records.database import Database, first_line

if TYPE_CHECKING:
    from atom_release.records.database import Connection

_CHECKING = 5.0
_HAS_SCHEMA = "SELECT 1 FROM pg_catalog.pg_namespace WHERE nspname = 'atom_release'"
_TABLES = (
    (
        "CREATE TABLE IF NOT EXISTS atom_release.line (name text NOT NULL, number bigint NOT NULL,"
        " envelope bytea NOT NULL, PRIMARY KEY (name, number))"
    ),
    (
        "CREATE TABLE IF NOT EXISTS atom_release.lease (name text PRIMARY KEY,"
        " holder text NOT NULL, process text NOT NULL, until timestamptz NOT NULL)"
    ),
    (
        "CREATE TABLE IF NOT EXISTS atom_release.gate (number bigint GENERATED ALWAYS AS IDENTITY"
        " PRIMARY KEY, keyid text NOT NULL, pem text NOT NULL,"
        " since timestamptz NOT NULL DEFAULT now())"
    ),
)
_RIGHTS = (
    "GRANT USAGE ON SCHEMA atom_release TO {}",
    "GRANT SELECT, INSERT ON atom_release.line, atom_release.gate TO {}",
    "GRANT SELECT, INSERT, UPDATE ON atom_release.lease TO {}",
)


def prepare(database: Database, role: str) -> None:
    """Make the tables where they are not there, and give a role the few rights that a gate needs.

    Asked by a role that owns the schema, or that may make one in that database.

    Raises:
        StoreError: the database does not answer, has no such role, or does not let that be done.
    """
    import psycopg
    from psycopg import sql

    def make(connection: Connection) -> None:
        if connection.execute(_HAS_SCHEMA).fetchone() is None:
            connection.execute("CREATE SCHEMA atom_release")
        for statement in _TABLES:
            connection.execute(statement)
        for right in _RIGHTS:
            connection.execute(sql.SQL(right).format(sql.Identifier(role)))

    try:
        database.ask(make, patience=_CHECKING)
    except StoreError as error:
        if not isinstance(error.__cause__, psycopg.errors.UndefinedObject):
            raise
        raise StoreError(
            f"The database of the shared state ({database.place}) has no role {role!r}.",
            f"As a superuser: CREATE ROLE {role} LOGIN PASSWORD '...'; then prepare again.",
        ) from error


def check_prepared(database: Database) -> None:
    """Check that the database answers, holds the tables, and lets this role use them.

    Raises:
        Misuse: it does not.
    """
    import psycopg

    def look(connection: Connection) -> None:
        connection.execute("SELECT 1 FROM line, lease, gate LIMIT 1")

    try:
        database.ask(look, patience=_CHECKING)
    except StoreError as error:
        cause = error.__cause__
        lacking = isinstance(cause, (psycopg.errors.UndefinedTable, psycopg.errors.InvalidName))
        if lacking:
            raise Misuse(
                f"The database of the shared state ({database.place}) has no tables of the gate"
                " yet, or this role may not see them.",
                "As a role that may make a schema: `atom-release state --prepare ROLE`.",
            ) from error
        why = first_line(cause) if isinstance(cause, Exception) else error.message
        raise Misuse(
            f"The shared state ({database.place}) cannot be used: {why}",
            "Mend ATOM_RELEASE_STATE or the database; nothing was judged.",
        ) from error
