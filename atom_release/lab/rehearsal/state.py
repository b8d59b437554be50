"""The folder that services write into, and how it returns to its first content.

Only the sandboxed uid touches it: a link that a service left there leads nowhere that this uid
could not go anyway. What lies beside these folders is not held against it: whoever filled the disk
there has ended at that, and is told.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from atom_release.errors import ProbeFault
from atom_release.lab.rehearsal.launcher import Launcher, last_line
from atom_release.lab.rehearsal.start_failure import name_limit

_NAME = "state"


class _Step(NamedTuple):
    """A shell script of two folders, and what was to be done with the services' by it."""

    script: str
    done: str


_COPY = _Step('cp -a -- "$1/." "$2/" && echo done', "kept as it is at first")
# Files that are still there are overwritten in place: a service may hold them open. Where that
# fails (a folder became a file), all is made anew.
_RESTORE = _Step(
    """
cd -- "$2" || exit 1
find . -mindepth 1 -depth -exec sh -c '
  for path; do [ -e "$0/$path" ] || [ -L "$0/$path" ] || rm -rf -- "$path"; done' "$1" {} +
cp -a -- "$1/." . 2>/dev/null || { find . -mindepth 1 -delete && cp -a -- "$1/." .; } && echo done
""",
    "returned to its first state",
)
# Only what is in the first folder is written, each file in place and as a new moment, so that who
# watches it sees a change.
_OVERLAY = _Step('cp -r -- "$1/." "$2/" && echo done', "written into")


def keep(launcher: Launcher, state: Path, first: Path) -> None:
    """Keep a copy of the folder's first content.

    Raises:
        ProbeFault: the two of them are more than may be written, or it failed.
    """
    _take(launcher, _COPY, state, first, weighed=(state, first))


def restore(launcher: Launcher, state: Path, first: Path) -> None:
    """Return the folder its first content again."""
    _take(launcher, _RESTORE, first, state)


def overlay(launcher: Launcher, source: Path, target: Path) -> None:
    """Write the files of one folder over those of another."""
    _take(launcher, _OVERLAY, source, target)


def _take(
    launcher: Launcher, step: _Step, source: Path, target: Path, weighed: Sequence[Path] = ()
) -> None:
    launcher.log(_NAME).unlink(missing_ok=True)
    argv = ["/bin/sh", "-c", step.script, "sh", str(source), str(target)]
    running = launcher.start(
        _NAME,
        argv,
        directory=target,
        writable=[source, target],
        environment={"PATH": "/usr/bin:/bin"},
        weighed=weighed,
    )
    ended = launcher.until(lambda: not running.alive(), 60, going_on=lambda: True)
    met = running.ending()[1] if ended else None
    launcher.stop(_NAME)
    failed = f"the services' folder could not be {step.done}"
    if met:
        raise ProbeFault(f"{failed}: that met {name_limit(met)}")
    output = launcher.tail(_NAME)
    if not ended or not output.endswith(b"done\n"):
        raise ProbeFault(f"{failed}: {last_line(output)}")
