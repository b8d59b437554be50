"""What a deployment has ready before it migrates, and what it then still does.

Database, roles, extensions that need a superuser.
"""

from __future__ import annotations

from functools import partial

from atom_release.lab.migrations.plan import Plan
from atom_release.lab.migrations.psql import apply_by_psql
from atom_release.lab.migrations.replay import Replay, makes_role, replay
from atom_release.lab.migrations.target import Target, read_extensions
from atom_release.lab.rehearsal.postgres import OWNER, Postgres

_GRANTED = """
SELECT count(*) FROM information_schema.role_table_grants
WHERE grantee IN (%s, 'PUBLIC') AND table_schema NOT IN ('pg_catalog', 'information_schema')
"""


def migrate(postgres: Postgres, database: str, plan: Plan, role: str) -> Replay:
    """Make a database, apply the migrations as its owner, and let the application's role in."""
    provide_role(postgres, role, plan)
    postgres.create(database)
    with postgres.admin(database) as connection:
        extensions = read_extensions(connection)
    admin = partial(postgres.admin, database)
    psql = partial(apply_by_psql, postgres, database, OWNER)
    dsn = postgres.dsn(database, OWNER)
    applied = replay(Target(OWNER, dsn, admin, extensions, psql=psql), plan)
    let_in(postgres, database, role)
    return applied


def provide_role(postgres: Postgres, role: str, plan: Plan) -> None:
    """Make the application's role if no migration makes it: a deployment provides it then."""
    from psycopg import sql

    if makes_role((step.content for step in plan.steps), role):
        return
    with postgres.admin() as connection:
        if connection.execute("SELECT FROM pg_roles WHERE rolname = %s", [role]).fetchone() is None:
            connection.execute(sql.SQL("CREATE ROLE {} LOGIN").format(sql.Identifier(role)))
            connection.execute(
                sql.SQL("GRANT {} TO {}").format(sql.Identifier(role), sql.Identifier(OWNER))
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
        postgres.let_in(role)
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


def let_make_tables(postgres: Postgres, database: str, role: str) -> None:
    """Let the application's role make its own tables: nobody else does where nothing migrates."""
    from psycopg import sql

    with postgres.admin(database) as connection:
        connection.execute(
            sql.SQL("GRANT USAGE, CREATE ON SCHEMA public TO {}").format(sql.Identifier(role))
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
