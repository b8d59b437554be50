"""The Pythons that this machine has, and which of them a project's files ask for."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from packaging.specifiers import InvalidSpecifier, SpecifierSet

from atom_release.lab.environments.faults import NoToolchain
from atom_release.lab.environments.programs import ask_program
from atom_release.lab.sandbox.allowed import is_program

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_OLDEST = (3, 6)  # what uv installs into, and pytest's plug-in of the gate runs under
_DESCRIBE = """
import json, os, platform, sys
info = sys.implementation.version
print(json.dumps({
    "implementation_name": sys.implementation.name,
    "implementation_version": "{}.{}.{}".format(*info[:3]),
    "os_name": os.name,
    "platform_machine": platform.machine(),
    "platform_release": platform.release(),
    "platform_system": platform.system(),
    "platform_version": platform.version(),
    "python_full_version": platform.python_version(),
    "platform_python_implementation": platform.python_implementation(),
    "python_version": "{}.{}".format(*sys.version_info[:2]),
    "sys_platform": sys.platform,
    "prefix": sys.base_prefix,
}))
"""


@dataclass(frozen=True)
class Python:
    """An interpreter of this machine, with what requirement markers ask of it."""

    program: Path
    version: str
    prefix: Path
    markers: Mapping[str, str] = field(repr=False)

    @property
    def parts(self) -> tuple[int, ...]:
        """The version as numbers, to compare."""
        numbers = self.version.split("+")[0].split(".")
        return tuple(int(part) if part.isdigit() else 0 for part in numbers)


def choose(requires: str, named: str | None, preferred: str | None) -> Python:
    """Return the Python that fits best: as named, nearest to the preferred, as the gate's own.

    Args:
        requires: the project's `requires-python`, or nothing.
        named: the version that the manifest names; no other will do.
        preferred: the version that the project's developers use: that one, else another patch of
            it, else the next newer one, else the newest.

    Raises:
        NoToolchain: this machine has none that fits.
    """
    fitting = [python for python in installed() if _fits(python, requires, named)]
    if not fitting:
        wanted = f"Python {named}" if named else f"a Python {requires}"
        have = ", ".join(sorted({python.version for python in installed()})) or "none"
        raise NoToolchain(
            f"{wanted} is wanted, and this machine has {have}",
            "Install it, so that `atom-release doctor` lists it.",
        )
    if preferred:
        return max(fitting, key=lambda python: _nearness(python, preferred))
    return max(fitting, key=lambda python: (python.parts[:2] == _own(), python.parts))


def _nearness(python: Python, preferred: str) -> tuple[bool, bool, tuple[int, ...]]:
    """Return how near a Python is to a version, the nearest greatest."""
    minor = tuple(int(part) for part in preferred.split("."))[:2]
    ahead = python.parts[1] - minor[1]
    older = ahead < 0
    distance = (python.parts[1],) if older else (-ahead, *python.parts)
    return _is_version(python, preferred), not older, distance


def _own() -> tuple[int, int]:
    return sys.version_info[:2]


def _fits(python: Python, requires: str, named: str | None) -> bool:
    if named:
        return _is_version(python, named)
    try:
        return SpecifierSet(requires).contains(python.version, prereleases=True)
    except InvalidSpecifier:
        return True


def _is_version(python: Python, version: str) -> bool:
    return f"{python.version}.".startswith(f"{version}.")


@cache
def installed() -> tuple[Python, ...]:
    """Return the Pythons of this machine that can run an environment, asked once."""
    programs = {os.path.realpath(path): path for path in reversed(list(_candidates()))}
    described = [_describe(path) for path in programs.values()]
    return tuple(
        sorted(
            (python for python in described if python and python.parts[:2] >= _OLDEST),
            key=lambda python: (python.parts, str(python.program)),
        )
    )


def _candidates() -> Iterator[Path]:
    """Yield programs that may be Pythons, the gate's own first."""
    yield Path(getattr(sys, "_base_executable", "") or sys.executable)
    folders = [Path(folder) for folder in os.get_exec_path() if "shims" not in folder]
    places = [
        *folders,
        *Path("/opt").glob("python*/bin"),
        *_below_home(".pyenv/versions/*/bin"),
        *_below_home(".local/share/uv/python/*/bin"),
    ]
    for folder in dict.fromkeys(places):
        yield from sorted(path for path in folder.glob("python3.*") if _may_be_python(path))


def _below_home(pattern: str) -> list[Path]:
    try:
        return sorted(Path.home().glob(pattern))
    except (OSError, RuntimeError):
        return []


def _may_be_python(path: Path) -> bool:
    return path.name.removeprefix("python3.").isdigit() and is_program(path)


def _describe(program: Path) -> Python | None:
    """Ask a program what it is; None where it does not answer as a Python."""
    try:
        facts = json.loads(ask_program(program, "-I", "-S", "-c", _DESCRIBE))
    except (OSError, ValueError, subprocess.SubprocessError):
        return None
    prefix = Path(facts.pop("prefix"))
    return Python(program, facts["python_full_version"], prefix, facts)
