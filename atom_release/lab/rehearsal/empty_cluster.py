"""The empty cluster of a PostgreSQL server: made once in a process, and copied from then on.

Making one takes longer than all that a rehearsal asks of it, and every new one is like the other.
Nothing of a release is ever in it: no server runs on it, and it lies where only the gate looks.
"""

from __future__ import annotations

import secrets
import tempfile
import threading
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from atom_release.errors import ProbeFault
from atom_release.lab.closing import at_process_end
from atom_release.lab.copying import copy_folder
from atom_release.lab.rehearsal.launcher import Launcher, last_line
from atom_release.lab.throwaway import sweep, throwaway

CLUSTER = "empty-cluster-"
_SECONDS = 60
_HBA = "local all all scram-sha-256\nhost all all 127.0.0.1/32 scram-sha-256\n"
_SCRIPT = """set -e
"$1/initdb" -D data -U postgres -A trust --pwfile=password --no-sync --no-instructions \
  -E UTF8 --locale=C >&2
rm password
mv pg_hba.conf data/pg_hba.conf
"""


@dataclass(frozen=True)
class EmptyCluster:
    """A cluster on which no server ever ran: its data, and the superuser's password in it."""

    data: Path
    password: str = field(repr=False)

    def copy_to(self, folder: Path) -> None:
        """Copy the data into a folder, under the same name.

        Raises:
            ProbeFault: this machine has no room for it.
        """
        copy_folder(self.data, folder, "the empty cluster", "--reflink=auto")


_made: dict[Path, EmptyCluster] = {}
_making = threading.Lock()


def empty_cluster(launcher: Launcher, name: str, programs: Path) -> EmptyCluster:
    """Return the empty cluster of the server whose programs lie there.

    Args:
        launcher: runs initdb if there is none yet, in the sandbox that it runs everything in.
        name: what initdb runs and writes its log as.
        programs: the folder of `initdb`.

    Raises:
        ProbeFault: initdb failed, with its last line.
    """
    with _making:
        if programs not in _made:
            _made[programs] = _make(launcher, name, programs)
        return _made[programs]


def _make(launcher: Launcher, name: str, programs: Path) -> EmptyCluster:
    below = Path(tempfile.gettempdir())
    sweep(below, f"{CLUSTER}*")
    with ExitStack() as stack:
        folder = stack.enter_context(throwaway(below, CLUSTER)) / "cluster"
        folder.mkdir(mode=0o700)
        password = secrets.token_urlsafe(24)
        (folder / "password").write_text(password)
        (folder / "pg_hba.conf").write_text(_HBA)
        running = launcher.start(
            name,
            ["/bin/sh", "-c", _SCRIPT, "sh", str(programs)],
            directory=folder,
            writable=[folder],
            environment={"PATH": "/usr/bin:/bin", "HOME": str(folder), "LC_ALL": "C", "TZ": "UTC"},
        )
        ended = launcher.until(lambda: not running.alive(), _SECONDS, going_on=lambda: True)
        if not ended or running.ending()[0] != 0:
            raise ProbeFault(f"initdb failed: {last_line(launcher.tail(name))}")
        launcher.stop(name)
        at_process_end(stack.pop_all().close)
    return EmptyCluster(folder / "data", password)
