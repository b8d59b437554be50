"""One rehearsal: started once, lent to one user at a time in its first state, wholly gone at last.

One module, since that is one life with one lock; what it is made of (services, servers, folders,
logs) has a module each.
"""

from __future__ import annotations

import contextlib
import os
import socket
import sys
import threading
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from typing import Self

from atom_release.errors import ProbeFault
from atom_release.gate.rules.isolation import common_isolation
from atom_release.lab.address import StartFailure
from atom_release.lab.closing import Closing, at_process_end
from atom_release.lab.http_exchange import Exchange
from atom_release.lab.look import Look
from atom_release.lab.migrations.apply import Applied
from atom_release.lab.rehearsal import state, written
from atom_release.lab.rehearsal.folder import Folder
from atom_release.lab.rehearsal.host_names import host_names
from atom_release.lab.rehearsal.keeper import Keeper
from atom_release.lab.rehearsal.launcher import Launcher
from atom_release.lab.rehearsal.layers import Layer
from atom_release.lab.rehearsal.probed import Probed
from atom_release.lab.rehearsal.reach import find_in_reach
from atom_release.lab.rehearsal.readiness import Startable, Toolchains, divide, startable
from atom_release.lab.rehearsal.service_logs import ServiceLogs
from atom_release.lab.rehearsal.services import Ground
from atom_release.lab.rehearsal.systems import Systems
from atom_release.lab.rehearsal.templates import fill
from atom_release.lab.rehearsal.toolchains import Toolchain
from atom_release.lab.sandbox import Network, Sandbox
from atom_release.lab.sandbox import network as new_network


class Rehearsal(Closing):
    """The release's services, PostgreSQL and OpenBao, as far as they could be had."""

    def __init__(self, look: Look, sandbox: Sandbox | None = None) -> None:
        """Prepare the folders; nothing is started yet."""
        self._look = look
        self.withheld = look.labelled_rows
        self._folder = Folder.make(look.scratch)
        box = sandbox or Sandbox(
            (*look.hidden, self._folder.root), look.readable, accepted=look.operator.isolation
        )
        copies = 1 + len(look.manifest.services)
        room = self._folder.room(look.operator, look.tree.entries.values(), copies)
        network = new_network(box.namespaces)
        if network is not None:
            network.names = host_names(look.manifest)
        self._launcher = Launcher(box, self._folder.logs, network=network or True, room=room)
        self._lock = threading.Lock()
        self._used = False
        self._closed = False
        self._pid = os.getpid()
        self.systems = Systems(look, self._launcher, self._folder, self.withheld)
        self._services = Keeper(look.manifest)
        self._stale: set[str] = set()
        self.probed = Probed(look, self._folder, room)
        self._logs = ServiceLogs(self._launcher, self.systems)
        self._toolchains = Toolchains()
        self._called_off = at_process_end(self.close)

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
    def failures(self) -> dict[str, StartFailure]:
        """Services that did not start though what they need is there, with the end of their log."""
        return self._services.started.failures

    @property
    def lacks(self) -> dict[str, StartFailure]:
        """Services of which it is not established that they cannot start, each with why."""
        return self._services.started.lacks

    @property
    def absent(self) -> dict[str, str]:
        """Why a server that is asked for could not be had, by `postgres`, `vault`, `redis`."""
        return self.systems.absent

    @property
    def toolchains(self) -> Mapping[str, Toolchain]:
        """What each service is run with, by its id."""
        return self._toolchains.made

    @property
    def secrets(self) -> dict[str, str]:
        """The manifest's secrets by name, with the values made up for this rehearsal."""
        return self.systems.secrets

    @property
    def restarted(self) -> dict[str, int]:
        """How often services that had ended were started again."""
        return self._services.restarted

    @property
    def migrations(self) -> list[Applied]:
        """What became of each migration."""
        return self.systems.replay.applied

    @property
    def isolation(self) -> tuple[str, ...]:
        """The isolation that held for every one of the processes."""
        return common_isolation(self._launcher.isolation.values())

    @property
    def token(self) -> str:
        """The services' token for OpenBao; empty without one."""
        return self.systems.vault.token if self.systems.vault else ""

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
        return Exchange(self.base_urls, self._secret_templates(), self._look.manifest.logins)

    def fill(self, text: str) -> str:
        """Fill the manifest's templates, e.g. in an integration test's environment.

        Raises:
            Lacking: a template stands for something this rehearsal does not have.
        """
        self._used = True
        return fill(
            text,
            {
                **self._templates(),
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
        return self._logs.read(service_id)

    def transcript(self) -> bytes:
        """Return what became of each service, and what it wrote for the user who has this now.

        The rehearsal's own secrets replaced by their names; of a long log the end.
        """
        return b"".join(
            self._logs.entry(
                service, self._state_of(service.id), whole=service.id not in self.base_urls
            )
            for service, _ in startable(self._look.manifest)
        )

    def _state_of(self, service_id: str) -> str:
        if service_id in self.base_urls:
            again = self.restarted.get(service_id, 0)
            return f"up{f', started again {again} times' if again else ''}"
        failure = {**self.lacks, **self.failures}.get(service_id)
        return failure.why if failure else "not started"

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
        fresh = self.systems.rotate(names)
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
            self._logs.begin()
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
        self._called_off()
        self._launcher.close()
        self.probed.close()
        self.systems.close()
        self._folder.remove()

    def _start(self) -> None:
        if self._look.manifest.tenancy is not None:
            self.probed.begin()
        self._all_at_once(
            self._copy_tree, lambda: self._toolchains.make(self._look), *self.systems.starts()
        )
        self._start_services()
        self._keep_first_state()

    def find_in_reach(self, service_id: str, contents: Mapping[str, tuple[int, str]]) -> list[str]:
        """Return which of these contents (name -> size, SHA-256) a service's folders hold.

        And any `.git` there.
        """
        folders = [self._folder.tree(service_id), self._folder.state]
        return find_in_reach(folders, contents)

    def _copy_tree(self) -> None:
        self._look.tree.write_to(self._folder.copy, without=self.withheld)
        self._folder.copy.chmod(0o755)

    def _start_services(self) -> None:
        services = startable(self._look.manifest)
        ready, lacking = divide(services, self._toolchains.unmade, self.absent)
        for service, _ in ready:
            self._folder.home(service.id)
        self._services.start(self._ground(services), ready)
        self._services.started.lacks |= lacking

    def _ground(self, services: Startable) -> Ground:
        return Ground(
            self._launcher,
            {
                service.id: Layer(self._folder.copy, self._folder.tree(service.id))
                for service, _ in services
            },
            self._folder.state,
            self._templates(),
            self._look.tree.has_module,
            self._logs.redact,
            self.systems.vault.tokens if self.systems.vault else {},
            self._look.external,
            self.withheld,
            self._look.tree.missing,
            self._toolchains.made,
        )

    def _keep_first_state(self) -> None:
        """Keep what database and folder hold once the services are up.

        What they put there themselves belongs to the first state.
        """
        self._all_at_once(
            self.systems.keep_first_state,
            lambda: state.keep(self._launcher, self._folder.state, self._folder.first),
        )
        self._services.wait()
        self._services.note()

    def _reset(self) -> None:
        self._all_at_once(
            *self.systems.resets(),
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

    def _templates(self) -> dict[str, str]:
        """Return what the manifest's templates stand for, but for the services' addresses."""
        return {
            "random": self.systems.random,
            "python": sys.executable,
            "scratch": str(self._folder.scratch),
            **self._secret_templates(),
            **self.systems.templates,
        }

    def _secret_templates(self) -> dict[str, str]:
        return {f"secret:{name}": value for name, value in self.secrets.items()}
