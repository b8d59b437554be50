"""The folder that services write into, and how it returns to its first content.

Only the sandboxed uid touches it: a link that a service left there leads nowhere that this uid
could not go anyway.
"""

from __future__ import annotations

from pathlib import Path

from atom_release.errors import ProbeFault
from atom_release.lab.rehearsal.launcher import Launcher, last_line
from atom_release.lab.rehearsal.start_failure import name_limit

_COPY = 'cp -a -- "$1/." "$2/" && echo done'
# Files that are still there are overwritten in place: a service may hold them open. Where that
# fails (a folder became a file), all is made anew.
_RESTORE = """
cd -- "$2" || exit 1
find . -mindepth 1 -depth -exec sh -c '
  for path; do [ -e "$0/$path" ] || [ -L "$0/$path" ] || rm -rf -- "$path"; done' "$1" {} +
cp -a -- "$1/." . 2>/dev/null || { find . -mindepth 1 -delete && cp -a -- "$1/." .; } && echo done
"""
# Only what is in the first folder is written, each file in place and as a new moment, so that who
# watches it sees a change.
_OVERLAY = 'cp -r -- "$1/." "$2/" && echo done'
_NAME = "state"


def keep(launcher: Launcher, state: Path, first: Path) -> None:
    """Keep a copy of the folder's first content."""
    _run(launcher, _COPY, state, first)


def restore(launcher: Launcher, state: Path, first: Path) -> None:
    """Return the folder its first content again."""
    _run(launcher, _RESTORE, first, state)


def overlay(launcher: Launcher, source: Path, target: Path) -> None:
    """Write the files of one folder over those of another."""
    _run(launcher, _OVERLAY, source, target, "written into")


def _run(
    launcher: Launcher,
    script: str,
    source: Path,
    target: Path,
    done: str = "returned to its first state",
) -> None:
    launcher.log(_NAME).unlink(missing_ok=True)
    argv = ["/bin/sh", "-c", script, "sh", str(source), str(target)]
    running = launcher.start(
        _NAME,
        argv,
        directory=target,
        writable=[source, target],
        environment={"PATH": "/usr/bin:/bin"},
    )
    ended = launcher.until(lambda: not running.alive(), 60, going_on=lambda: True)
    met = running.ending()[1] if ended else None
    launcher.stop(_NAME)
    if met:
        raise ProbeFault(f"the services' folder could not be {done}: that met {name_limit(met)}")
    output = launcher.tail(_NAME)
    if not ended or not output.endswith(b"done\n"):
        raise ProbeFault(f"the services' folder could not be {done}: {last_line(output)}")
