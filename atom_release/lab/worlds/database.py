"""A PostgreSQL of one run's own, as the image `postgres` gives it: one superuser, one database.

And an empty one beside it that is called as tests' own often are: the same name, then `_test`.

Nobody is asked for a password: the network that it listens in belongs to the run alone, and the
names and passwords that people write into their settings are then right, whatever they are. The
superuser's rights end at this server's own sandbox, which writes its data folder and nothing else.
"""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

from atom_release.errors import ProbeFault
from atom_release.lab.copying import copy_folder
from atom_release.lab.rehearsal.launcher import last_line
from atom_release.lab.rehearsal.postgres import Server, servers, words_of_settings

if TYPE_CHECKING:
    from pathlib import Path

    from atom_release.lab.rehearsal.launcher import Launcher

NAME = "postgres"
PORT = 5432
_SECONDS = 60.0
_GRACE = 20.0
_MOST_MB = 1024
_DATA = "data"
_MAKE = """set -e
bin=$1; user=$2; database=$3
"$bin/initdb" -D data -U "$user" -A trust --no-sync --no-instructions -E UTF8 \
  --locale=C.UTF-8 --wal-segsize=1
{
  [ "$database" = postgres ] || echo "CREATE DATABASE \\"$database\\""
  for other in "$database" postgres; do
    case $other in *_test) ;; *) echo "CREATE DATABASE \\"${other}_test\\"" ;; esac
    [ "$database" != postgres ] || break
  done
} | "$bin/postgres" --single -D data postgres
echo made
"""
_SERVE = 'bin=$1; shift; exec "$bin/postgres" -D data "$@"'
_ENVIRONMENT = {"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "TZ": "UTC"}


def choose_server(major: str = "") -> Server | None:
    """Return this machine's server for suites: of a major version if it has it, else its newest."""
    here = servers()
    fitting = [each for each in here if major and read_version(each).partition(".")[0] == major]
    return next(iter((*fitting, *here)), None)


def read_version(server: Server) -> str:
    """Return a server's version and whose it is, as `15.14 (system)`."""
    ran = subprocess.run(
        [str(server.bin / "postgres"), "--version"], capture_output=True, text=True, check=False
    )
    words = ran.stdout.split()
    number = next((word for word in words if word[:1].isdigit()), "of unknown version")
    return f"{number} ({server.origin})"


def make_cluster(
    launcher: Launcher, folder: Path, server: Server, user: str, database: str
) -> None:
    """Make a cluster in `folder` with that superuser, an empty database and one for its tests.

    Raises:
        ProbeFault: it could not be made.
    """
    folder.chmod(0o700)
    words = ["/bin/sh", "-c", _MAKE, "sh", str(server.bin), user, database]
    running = launcher.start(
        NAME, words, directory=folder, writable=[folder], environment=_ENVIRONMENT
    )
    ended = launcher.until(lambda: not running.alive(), _SECONDS, going_on=lambda: True)
    launcher.stop(NAME)
    output = launcher.tail(NAME)
    if not ended or not output.endswith(b"made\n"):
        raise ProbeFault(f"the suite's PostgreSQL could not be made: {last_line(output)}")


def serve(launcher: Launcher, folder: Path, server: Server, *, forgetting: bool = False) -> None:
    """Start the server of the cluster in `folder` on its usual port.

    Where it is `forgetting` it writes into memory, and the folder stays as it was.

    Raises:
        ProbeFault: it did not start.
    """
    settings = words_of_settings(listen_addresses="*", unix_socket_directories="")
    words = ["/bin/sh", "-c", _SERVE, "sh", str(server.bin), "-p", str(PORT), *settings]
    begin = len(launcher.tail(NAME))
    running = launcher.start(
        NAME,
        words,
        directory=folder,
        writable=[] if forgetting else [folder],
        throwaway=[folder] if forgetting else [],
        disk_mb=_MOST_MB,
        environment=_ENVIRONMENT,
    )
    if not launcher.until(
        lambda: b"ready to accept connections" in launcher.tail(NAME)[begin:],
        _SECONDS,
        going_on=running.alive,
    ):
        raise ProbeFault(
            f"the suite's PostgreSQL did not start: {last_line(launcher.tail(NAME)[begin:])}"
        )


def end(launcher: Launcher) -> None:
    """End the server as an administrator does, so that its folder can be copied."""
    running = launcher.running.pop(NAME, None)
    if running is not None:
        running.stop(_GRACE)


def copy_cluster(source: Path, target: Path) -> None:
    """Copy the cluster of one folder, whose server is ended, into another.

    Raises:
        ProbeFault: this machine has no room for it.
    """
    target.chmod(0o700)
    copy_folder(source / _DATA, target / _DATA, "the suite's database", "--reflink=auto")
