"""The scratch database: made for one run, asked as four roles, dropped whatever happened.

`admin` is the server's superuser and runs none of the release's code. `owner` applies the
migrations and is not superuser. `filler` writes and reads past row-level security, so that triggers
and checks of the release never run with a superuser's rights. `role` is the application's.
"""

from __future__ import annotations

import contextlib
import secrets
import threading
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol

from atom_release.lab.migrations.psql import PsqlServer, apply_by_psql
from atom_release.lab.migrations.target import Target, read_extensions

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import psycopg


_WORDS = (
    "app",
    "backend",
    "core",
    "data",
    "main",
    "orders",
    "portal",
    "production",
    "store",
    "web",
)
"""Names that any database may have: no policy can tell from it that it is looked at."""

_LOCK = 7_046_029_254  # one run at a time on a server: roles belong to the whole server
_SELF_GRANT_SINCE = 160000


class Server(PsqlServer, Protocol):
    """The PostgreSQL server that is asked."""

    def admin_dsn(self, database: str = "postgres") -> str:
        """Return the superuser's connection string."""

    def dsn(self, database: str, role: str) -> str:
        """Return the connection string of that role."""

    def let_in(self, role: str) -> None:
        """Let that role log in."""


@dataclass(frozen=True)
class Scratch:
    """One scratch database and the roles that are used on it."""

    server: Server
    database: str
    owner: str
    filler: str
    role: str
    roles_before: frozenset[str]
    version: str
    version_number: int
    extensions: Mapping[str, bool] = field(repr=False)

    @property
    def target(self) -> Target:
        """The database as migrations are applied to it."""
        return Target(
            self.owner,
            self.address(self.owner),
            self.session,
            self.extensions,
            self.roles_before,
            partial(apply_by_psql, self.server, self.database, self.owner),
        )

    @contextlib.contextmanager
    def session(self, role: str | None = None) -> Iterator[psycopg.Connection[tuple[Any, ...]]]:
        """Connect as that role, as the superuser where none is given.

        Every statement is bounded in time.
        """
        with connected(self.address(role)) as connection:
            yield connection

    def address(self, role: str | None = None) -> str:
        """Return the connection string.

        With the bounds on each statement and each wait for a lock.
        """
        from psycopg.conninfo import (
            make_conninfo,
        )

        dsn = self.server.dsn(self.database, role) if role else self.server.admin_dsn(self.database)
        return make_conninfo(dsn, options=_BOUNDS)


LONGEST = 60.0
"""Seconds after which the session of a statement that still runs is ended."""

_BOUNDS = "-c statement_timeout=20s -c lock_timeout=5s"
_ORDINARY = (
    "SELECT rolname FROM pg_roles WHERE NOT rolsuper AND rolname NOT LIKE 'pg\\_%%' AND rolname NOT"
    " IN (%s, %s)"
)
_END = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s AND state <> 'idle'"
    " AND clock_timestamp() - query_start > %s * interval '1 s'"
)


@contextlib.contextmanager
def connected(dsn: str) -> Iterator[psycopg.Connection[tuple[Any, ...]]]:
    """Connect without prepared statements, every statement its own transaction."""
    import psycopg

    with psycopg.connect(
        dsn, autocommit=True, connect_timeout=10, prepare_threshold=None
    ) as connection:
        yield connection


@contextlib.contextmanager
def scratch_database(server: Server, role: str, *, create_role: bool) -> Iterator[Scratch]:
    """Make the scratch database and its roles.

    `role` too where it is not there and the migrations do not make it.
    """
    with connected(server.admin_dsn()) as admin:
        admin.execute(
            "SELECT set_config('lock_timeout', '600s', false), pg_advisory_lock(%s)", (_LOCK,)
        )
        before = _roles(admin)
        made = _make(admin, server, role, before)
        try:
            _grant(admin, made, create_role=create_role)
            with _watched(made):
                yield made
        finally:
            _drop(admin, made)


@contextlib.contextmanager
def _watched(made: Scratch) -> Iterator[None]:
    """End the session of whatever runs too long.

    SQL can lift its own statement_timeout and catch a cancel, it cannot refuse its end.
    """
    import psycopg

    done = threading.Event()

    def watch() -> None:
        with contextlib.suppress(psycopg.Error), connected(made.server.admin_dsn()) as admin:
            while not done.wait(1.0):
                admin.execute(_END, (made.database, LONGEST))

    watcher = threading.Thread(target=watch, name="gate-watch", daemon=True)
    watcher.start()
    try:
        yield
    finally:
        done.set()
        watcher.join()


def _roles(admin: psycopg.Connection[tuple[Any, ...]]) -> frozenset[str]:
    return frozenset(name for (name,) in admin.execute("SELECT rolname FROM pg_roles"))


def _make(
    admin: psycopg.Connection[tuple[Any, ...]], server: Server, role: str, before: frozenset[str]
) -> Scratch:
    stem = f"{secrets.choice(_WORDS)}{secrets.randbelow(90) + 10}"
    extensions = read_extensions(admin)
    version = admin.info.parameter_status("server_version") or ""
    return Scratch(
        server,
        stem,
        f"{stem}_owner",
        f"{stem}_reports",
        role,
        before,
        version,
        admin.info.server_version,
        extensions,
    )


def _grant(admin: psycopg.Connection[tuple[Any, ...]], made: Scratch, *, create_role: bool) -> None:
    from psycopg.sql import SQL, Identifier

    owner, filler, role = Identifier(made.owner), Identifier(made.filler), Identifier(made.role)
    admin.execute(SQL("CREATE ROLE {} LOGIN NOSUPERUSER CREATEROLE NOBYPASSRLS").format(owner))
    admin.execute(SQL("CREATE ROLE {} LOGIN NOSUPERUSER BYPASSRLS").format(filler))
    if made.version_number >= _SELF_GRANT_SINCE:
        admin.execute(SQL("ALTER ROLE {} SET createrole_self_grant = 'set'").format(owner))
    if create_role and made.role not in made.roles_before:
        admin.execute(SQL("CREATE ROLE {} LOGIN").format(role))
    made.server.let_in(made.owner)
    made.server.let_in(made.filler)
    if (
        made.version_number >= _SELF_GRANT_SINCE
    ):  # before, CREATEROLE sufficed to grant and alter any ordinary role
        for (name,) in admin.execute(_ORDINARY, (made.owner, made.filler)).fetchall():
            admin.execute(
                SQL("GRANT {} TO {} WITH ADMIN TRUE, INHERIT FALSE, SET TRUE").format(
                    Identifier(name), owner
                )
            )
    admin.execute(
        SQL("CREATE DATABASE {} OWNER {} TEMPLATE template0").format(
            Identifier(made.database), owner
        )
    )


def _drop(admin: psycopg.Connection[tuple[Any, ...]], made: Scratch) -> None:
    """Drop the database and every role that was not there before.

    The migrations may have made some.
    """
    from psycopg.errors import (
        DependentObjectsStillExist,
    )
    from psycopg.sql import SQL, Identifier

    admin.execute(SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(Identifier(made.database)))
    mine = _roles(admin) - made.roles_before
    for name in sorted(mine):
        admin.execute(SQL("DROP OWNED BY {}").format(Identifier(name)))
    for name in sorted(mine):
        with contextlib.suppress(
            DependentObjectsStillExist
        ):  # another database took it into use meanwhile: it is no longer only ours
            admin.execute(SQL("DROP ROLE IF EXISTS {}").format(Identifier(name)))
