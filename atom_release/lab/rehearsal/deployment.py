"""What a deployment has ready before it migrates, and what it then still does.

Database, roles, extensions that need a superuser.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from atom_release.lab.migrations.apply import Applied, apply_migrations
from atom_release.lab.migrations.statements import statements
from atom_release.lab.rehearsal.postgres import OWNER, Postgres

_EXTENSION = re.compile(
    r"""CREATE\s+EXTENSION\s+IF\s+NOT\s+EXISTS\s+("?)([\w-]+)\1""", re.IGNORECASE
)

_GRANTED = """
SELECT count(*) FROM information_schema.role_table_grants
WHERE grantee IN (%s, 'PUBLIC') AND table_schema NOT IN ('pg_catalog', 'information_schema')
"""

Files = Sequence[tuple[str, bytes]]


def migrate(postgres: Postgres, database: str, files: Files, role: str) -> list[Applied]:
    """Make a database, apply the migrations to it as its owner.

    And let the application's role in.
    """
    provide_role(postgres, role, files)
    postgres.create(database)
    provide_extensions(postgres, database, files)
    applied = apply_migrations(postgres.dsn(database, OWNER), files)
    let_in(postgres, database, role)
    return applied


def provide_role(postgres: Postgres, role: str, files: Files) -> None:
    """Make the application's role if no migration makes it.

    Then it is the deployment's to provide.
    """
    from psycopg import sql

    if creates_role(files, role):
        return
    with postgres.admin() as connection:
        if connection.execute("SELECT FROM pg_roles WHERE rolname = %s", [role]).fetchone() is None:
            connection.execute(sql.SQL("CREATE ROLE {} LOGIN").format(sql.Identifier(role)))
            connection.execute(
                sql.SQL("GRANT {} TO {}").format(sql.Identifier(role), sql.Identifier(OWNER))
            )


def creates_role(files: Files, role: str) -> bool:
    """Whether a migration itself creates that role, also inside a DO block."""
    create = re.compile(
        rf'\bCREATE\s+(?:ROLE|USER)\s+(?:IF\s+NOT\s+EXISTS\s+)?(?:"{role}"|{role}\b)', re.IGNORECASE
    )
    return any(create.search(statement) for statement in _all_statements(files))


def provide_extensions(postgres: Postgres, database: str, files: Files) -> None:
    """Create the extensions that only a superuser may.

    Where this server has them and the migrations expect that they may exist.
    """
    from psycopg import sql

    wanted = {
        match[2] for statement in _all_statements(files) if (match := _EXTENSION.match(statement))
    }
    if not wanted:
        return
    with postgres.admin(database) as connection:
        for (name,) in connection.execute(
            "SELECT DISTINCT e.name FROM pg_available_extensions e JOIN"
            " pg_available_extension_versions v ON v.name = e.name AND v.version ="
            " e.default_version WHERE NOT v.trusted AND e.name = ANY(%s)",
            [sorted(wanted)],
        ).fetchall():
            connection.execute(
                sql.SQL("CREATE EXTENSION IF NOT EXISTS {} CASCADE").format(
                    sql.Identifier(str(name))
                )
            )


def let_in(postgres: Postgres, database: str, role: str) -> None:
    """Let the application's role log in.

    Where the migrations grant it nothing at all, give it an ordinary application's rights on data.
    """
    from psycopg import sql

    who = sql.Identifier(role)
    with postgres.admin(database) as connection:
        if connection.execute("SELECT FROM pg_roles WHERE rolname = %s", [role]).fetchone() is None:
            connection.execute(sql.SQL("CREATE ROLE {}").format(who))
        connection.execute(sql.SQL("ALTER ROLE {} LOGIN").format(who))
        granted = connection.execute(_GRANTED, [role]).fetchone()
        if granted and granted[0]:
            return
        for (schema,) in connection.execute(
            "SELECT nspname FROM pg_namespace WHERE nspname !~ '^pg_' AND nspname <>"
            " 'information_schema'"
        ).fetchall():
            where = sql.Identifier(str(schema))
            connection.execute(sql.SQL("GRANT USAGE ON SCHEMA {} TO {}").format(where, who))
            connection.execute(
                sql.SQL(
                    "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA {} TO {}"
                ).format(where, who)
            )
            connection.execute(
                sql.SQL("GRANT USAGE ON ALL SEQUENCES IN SCHEMA {} TO {}").format(where, who)
            )


def copy_from_connected(postgres: Postgres, source: str, target: str) -> None:
    """Copy a database that is in use.

    Its connections are ended, since a template must have none.
    """
    from psycopg import sql

    allow = sql.SQL("ALTER DATABASE {} ALLOW_CONNECTIONS {}")
    with postgres.admin() as connection:
        connection.execute(allow.format(sql.Identifier(source), sql.SQL("false")))
        connection.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = %s",
            [source],
        )
        copy_database(postgres, source, target)
        connection.execute(allow.format(sql.Identifier(source), sql.SQL("true")))


def copy_database(postgres: Postgres, source: str, target: str) -> None:
    """Make a database anew as a copy of another, with its rights and settings.

    Which a template does not hand on.
    """
    postgres.create(target, template=source)
    with postgres.admin() as connection:
        connection.execute(
            "UPDATE pg_database t SET datacl = s.datacl FROM pg_database s WHERE s.datname = %s AND"
            " t.datname = %s",
            [source, target],
        )
        connection.execute(
            "INSERT INTO pg_db_role_setting SELECT t.oid, r.setrole, r.setconfig FROM"
            " pg_db_role_setting r JOIN pg_database s ON s.oid = r.setdatabase AND s.datname = %s,"
            " pg_database t WHERE t.datname = %s",
            [source, target],
        )


def _all_statements(files: Files) -> Iterator[str]:
    for _, content in files:
        for statement in statements(content.decode("utf-8", "replace")):
            yield statement.text
