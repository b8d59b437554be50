"""A schema from one server to another: as a program's migrations left it, where nobody reaches it.

Migrations that are programs run where the release's code runs. What they made (schema, roles,
settings, no row) is dumped by the server's own pg_dump and restored on the server that no code of
the release reaches. The dump is in pg_dump's archive format: no psql reads it.
"""

from __future__ import annotations

import os
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from atom_release.errors import ProbeFault

if TYPE_CHECKING:
    import psycopg

    Session = psycopg.Connection[tuple[Any, ...]]

_SECONDS = 120.0
_SYSTEM = 16_384  # oids below are the server's own
_ROLES = f"""
SELECT rolname, rolsuper, rolinherit, rolcreaterole, rolcreatedb, rolcanlogin, rolbypassrls
FROM pg_roles WHERE oid >= {_SYSTEM} AND rolname !~ '^pg_' ORDER BY oid
"""  # noqa: S608 - a number
_MEMBERS = """
SELECT DISTINCT pg_get_userbyid(roleid)::text, pg_get_userbyid(member)::text FROM pg_auth_members
WHERE pg_get_userbyid(roleid) = ANY(%(names)s) AND pg_get_userbyid(member) = ANY(%(names)s)
"""
_SETTINGS = """
SELECT coalesce(r.rolname, '')::text, s.setdatabase <> 0, s.setconfig
FROM pg_db_role_setting s LEFT JOIN pg_roles r ON r.oid = s.setrole
WHERE s.setdatabase IN (0, (SELECT oid FROM pg_database WHERE datname = %s))
  AND (s.setrole = 0 OR r.rolname = ANY(%s))
"""
_SET = """
INSERT INTO pg_db_role_setting (setdatabase, setrole, setconfig)
VALUES (coalesce((SELECT oid FROM pg_database WHERE %(here)s AND datname = %(database)s), 0),
        coalesce((SELECT oid FROM pg_roles WHERE rolname = %(role)s), 0), %(settings)s)
"""
_WORDS = ("SUPERUSER", "INHERIT", "CREATEROLE", "CREATEDB", "LOGIN", "BYPASSRLS")


class Programs(Protocol):
    """A server whose programs can be run, and its superuser's address."""

    @property
    def bin(self) -> Path:
        """Where its programs are."""

    def admin_dsn(self, database: str = "postgres") -> str:
        """Return the superuser's address of a database."""


@dataclass(frozen=True)
class Dump:
    """What was taken along: the schema, the roles, who is a member of whom, and settings."""

    archive: bytes
    roles: tuple[tuple[str, tuple[bool, ...]], ...]
    members: tuple[tuple[str, str], ...]
    settings: tuple[tuple[str, bool, list[str]], ...]  # role or "", here only, each name=value


def dump_schema(server: Programs, database: str) -> Dump:
    """Return schema, roles and settings of a database; no row, and no password.

    Raises:
        ProbeFault: it cannot be dumped.
    """
    import psycopg

    with psycopg.connect(server.admin_dsn(database), autocommit=True) as admin:
        roles = tuple((row[0], tuple(row[1:])) for row in admin.execute(_ROLES.encode()).fetchall())
        names = [name for name, _ in roles]
        members = tuple(admin.execute(_MEMBERS, {"names": names}).fetchall())
        settings = tuple(admin.execute(_SETTINGS, (database, names)).fetchall())
    archive = _run(server, database, "pg_dump", "--format=custom", "--schema-only")
    return Dump(archive, roles, members, settings)


def restore_schema(server: Programs, database: str, dump: Dump) -> None:
    """Make what was dumped in an empty database of another server.

    Raises:
        ProbeFault: it does not restore; the message is the restoring program's own.
    """
    import psycopg

    try:
        with psycopg.connect(server.admin_dsn(database), autocommit=True) as admin:
            _make_roles(admin, dump)
            with tempfile.NamedTemporaryFile(prefix="schema-") as file:
                file.write(dump.archive)
                file.flush()
                _run(server, database, "pg_restore", "--exit-on-error", "-d", database, file.name)
            _make_settings(admin, database, dump)
    except psycopg.Error as error:
        message = error.diag.message_primary or type(error).__name__
        raise ProbeFault(f"the schema does not restore: {message}") from None


def _make_roles(admin: Session, dump: Dump) -> None:
    from psycopg.sql import SQL, Identifier

    there = {name for (name,) in admin.execute("SELECT rolname FROM pg_roles").fetchall()}
    for name, attributes in dump.roles:
        words = " ".join(
            word if holds else f"NO{word}" for word, holds in zip(_WORDS, attributes, strict=True)
        )
        verb = "ALTER" if name in there else "CREATE"
        admin.execute(SQL(f"{verb} ROLE {{}} {words}").format(Identifier(name)))
    for role, member in dump.members:
        admin.execute(SQL("GRANT {} TO {}").format(Identifier(role), Identifier(member)))


def _make_settings(admin: Session, database: str, dump: Dump) -> None:
    """Write the settings as the catalog has them; it has quoted them already."""
    for role, here_only, settings in dump.settings:
        if role or here_only:
            values = {"here": here_only, "database": database, "role": role, "settings": settings}
            admin.execute(_SET.encode(), values)


def _run(server: Programs, database: str, program: str, *arguments: str) -> bytes:
    """Run one of the server's programs as its superuser; the password goes by the environment."""
    from psycopg.conninfo import conninfo_to_dict

    connection = {
        key: str(value) for key, value in conninfo_to_dict(server.admin_dsn(database)).items()
    }
    environment = {
        "PATH": os.defpath,
        "LC_ALL": "C.UTF-8",
        "PGHOST": connection["host"],
        "PGPORT": connection["port"],
        "PGUSER": connection["user"],
        "PGPASSWORD": connection["password"],
        "PGDATABASE": database,
    }
    try:
        ran = subprocess.run(
            [str(server.bin / program), *arguments],
            env=environment,
            capture_output=True,
            check=False,
            timeout=_SECONDS,
            stdin=subprocess.DEVNULL,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise ProbeFault(f"{program} could not be run to its end: {error}") from None
    if ran.returncode:
        lines = ran.stderr.decode("utf-8", "replace").strip().splitlines()
        last = next((line for line in lines if "error:" in line), (lines or ["without a word"])[-1])
        raise ProbeFault(f"the schema does not go over: {last[:300]}")
    return ran.stdout
