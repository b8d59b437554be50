"""The database that migrations are applied to: who owns it, and what its server can do."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import psycopg

    from atom_release.lab.migrations.apply import Applied

    Session = psycopg.Connection[tuple[Any, ...]]

EXTENSIONS = """
SELECT e.name, v.superuser AND NOT v.trusted FROM pg_available_extensions e
JOIN pg_available_extension_versions v ON v.name = e.name AND v.version = e.default_version
"""


@dataclass(frozen=True)
class Target:
    """One database, as its owner (who is not superuser) and its server's superuser reach it.

    `extensions` are those that the server has, each with whether only a superuser may create it.
    """

    owner: str
    address: str
    admin: Callable[[], AbstractContextManager[Session]]
    extensions: Mapping[str, bool]
    roles_before: frozenset[str] = frozenset()
    psql: Callable[[str, Mapping[str, bytes]], Applied] | None = None  # runs one of these files

    @contextlib.contextmanager
    def elevated(self) -> Iterator[None]:
        """Let the owner be superuser for one statement: that which creates an extension."""
        from psycopg.sql import SQL, Identifier

        alter = SQL("ALTER ROLE {} {}")
        with self.admin() as admin:
            admin.execute(alter.format(Identifier(self.owner), SQL("SUPERUSER")))
            try:
                yield
            finally:
                admin.execute(alter.format(Identifier(self.owner), SQL("NOSUPERUSER")))

    def install(self, extension: str, schema: str | None = None) -> None:
        """Create an extension as a deployment's administrator does, beforehand."""
        from psycopg.sql import SQL, Composable, Identifier

        with self.admin() as admin:
            place: Composable = SQL("")
            if schema:
                made = SQL("CREATE SCHEMA IF NOT EXISTS {} AUTHORIZATION {}")
                admin.execute(made.format(Identifier(schema), Identifier(self.owner)))
                place = SQL(" SCHEMA {}").format(Identifier(schema))
            create = SQL("CREATE EXTENSION IF NOT EXISTS {}{} CASCADE")
            admin.execute(create.format(Identifier(extension), place))


def read_extensions(admin: Session) -> dict[str, bool]:
    """Return the extensions of the server, each with whether it needs a superuser."""
    return {str(name): bool(needs) for name, needs in admin.execute(EXTENSIONS).fetchall()}
