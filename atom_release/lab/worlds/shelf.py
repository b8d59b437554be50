"""Empty clusters, made once for each server and names, and kept: no code of a release ran in one.

They lie where no subject sees them, and worlds are laid over them in memory; a change of one is
seen all the same, and it is made anew.
"""

from __future__ import annotations

import fcntl
from typing import TYPE_CHECKING

from atom_release.lab.environments.sealed import fingerprint
from atom_release.lab.environments.store import digest
from atom_release.lab.rehearsal.launcher import Launcher
from atom_release.lab.throwaway import remove
from atom_release.lab.worlds import database
from atom_release.lab.worlds.world import find_postgres

if TYPE_CHECKING:
    from pathlib import Path

    from atom_release.lab.rehearsal.postgres import Server
    from atom_release.lab.sandbox import Sandbox
    from atom_release.lab.worlds.world import Wanted

_FORMAT = 2


def empty_cluster(sandbox: Sandbox, shelf: Path, wanted: Wanted) -> Path:
    """Return the folder of an empty cluster that has the wanted names, made first if need be.

    Raises:
        NoSystem: this machine has no PostgreSQL.
        ProbeFault: it could not be made.
    """
    server = find_postgres(wanted.major)
    made_from = [_FORMAT, str(server.bin), wanted.versions, wanted.user, wanted.database]
    folder = shelf / f"cluster-{digest(made_from)[:32]}"
    shelf.mkdir(parents=True, exist_ok=True)
    shelf.chmod(0o711)
    with (shelf / f"{folder.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        note = folder.with_suffix(".is")
        if not (note.is_file() and note.read_text() == fingerprint(folder)):
            note.unlink(missing_ok=True)
            remove(folder)
            _make(sandbox, folder, server, wanted)
            note.write_text(fingerprint(folder))
    return folder


def _make(sandbox: Sandbox, folder: Path, server: Server, wanted: Wanted) -> None:
    logs = folder.with_suffix(".logs")
    folder.mkdir(mode=0o700)
    logs.mkdir(mode=0o700, exist_ok=True)
    launcher = Launcher(sandbox, logs, network=False)
    try:
        database.make_cluster(launcher, folder, server, wanted.user, wanted.database)
    finally:
        launcher.close()
        remove(logs)
