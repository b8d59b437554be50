"""A PostgreSQL that no code of the release reaches: the one in which tenants are probed.

Services could mend row-level security in a database that they reach, just before it is looked at.
This server runs as another user than they do, listens on no address, and has its socket in a folder
that nobody but that user and the gate may enter. It starts beside the rehearsal, and whoever asks
for it waits until it is there.
"""

from __future__ import annotations

import threading
from concurrent.futures import Future

from atom_release.errors import ProbeFault
from atom_release.gate.rules.isolation import NONE
from atom_release.lab.look import Look
from atom_release.lab.rehearsal import postgres
from atom_release.lab.rehearsal.folder import Folder
from atom_release.lab.rehearsal.launcher import Launcher
from atom_release.lab.sandbox import Room, Sandbox
from atom_release.lab.sandbox.order import APART


class Probed:
    """The server, from the moment in which it begins to start."""

    def __init__(self, look: Look, folder: Folder, room: Room) -> None:
        """Prepare its folders; nothing is started yet."""
        self._folder = folder
        self._launcher = Launcher(
            # No code of the release runs here: without namespaces it is asked all the same.
            Sandbox(hidden=(*look.hidden, folder.root), accounts=APART, accepted=(NONE,)),
            folder.apart_logs,
            network=False,
            room=room,
        )
        self._server: Future[postgres.Postgres] = Future()
        self._thread = threading.Thread(target=self._start, name="gate-probed", daemon=True)

    def begin(self) -> None:
        """Begin to start it, and wait for nothing."""
        self._thread.start()

    def server(self) -> postgres.Postgres:
        """Return the server once it is there.

        Raises:
            ProbeFault: there is none on this machine, or it did not start.
        """
        if self._thread.ident is None:
            raise ProbeFault("the manifest names no migrations: there is nothing to probe")
        return self._server.result()

    @property
    def isolation(self) -> tuple[str, ...]:
        """The isolation that holds for the server's process."""
        return self._launcher.isolation.get(postgres.NAME, ("none",))

    def close(self) -> None:
        """End it."""
        self._launcher.close()
        if self._thread.ident is not None:
            self._thread.join()
        if self._server.done() and self._server.exception() is None:
            self._server.result().close()

    def _start(self) -> None:
        try:
            self._server.set_result(
                postgres.start(self._launcher, self._folder.part("probed"), apart=True)
            )
        except BaseException as error:  # noqa: BLE001 - it is raised where the server is asked for
            self._server.set_exception(error)
