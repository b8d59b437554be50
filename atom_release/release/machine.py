"""What this machine has for releases: tools, and how far it keeps their code apart.

Nothing of a release is read. A tool that is not here is told with what cannot be asked without it.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING

from atom_release.gate.rules.isolation import levels_missed
from atom_release.lab.environments import machine_toolchains, pythons, uv
from atom_release.lab.environments.faults import NoEnvironment
from atom_release.lab.environments.node import nodes
from atom_release.lab.environments.node.brought import package_name
from atom_release.lab.sandbox import Sandbox
from atom_release.lab.sandbox.process import NotIsolated

if TYPE_CHECKING:
    from collections.abc import Sequence

_PATIENCE = 20


@dataclass(frozen=True)
class Ability:
    """One thing that a release may need; `have` is empty where this machine lacks it."""

    name: str
    have: str
    where: str
    without: str


_CALLED = "suites and services that call it cannot be run"
_TOOLS = (
    ("git", ("--version",), "nothing can be judged"),
    ("node", ("--version",), _CALLED),
    ("npm", ("--version",), _CALLED),
    ("java", ("--version",), _CALLED),
    ("psql", ("--version",), _CALLED),
)


def abilities() -> list[Ability]:
    """Return what this machine has and lacks, each asked of the thing itself."""
    return [
        *_pythons(),
        _uv(),
        *(_tool(name, words, without) for name, words, without in _TOOLS),
        _other_nodes(),
        *map(_toolchain, machine_toolchains.KINDS.values()),
        _isolation(),
    ]


def _pythons() -> list[Ability]:
    return [
        Ability("python", python.version, str(python.program), "") for python in pythons.installed()
    ]


def _uv() -> Ability:
    without = "environments of suites are not made"
    try:
        program = uv.program()
    except NoEnvironment:
        return Ability("uv", "", "", without)
    return Ability("uv", _first_line([str(program), "--version"]), str(program), without)


def _tool(name: str, words: Sequence[str], without: str) -> Ability:
    place = shutil.which(name)
    have = _first_line([place, *words]) if place else ""
    return Ability(name, have, place or "", without)


def _toolchain(kind: machine_toolchains.Kind) -> Ability:
    """Return what of a toolchain is here; one that lacks a program of it is not."""
    lacking = [name for name in kind.programs if machine_toolchains.find(name) is None]
    if lacking:
        without = f"no `{lacking[0]}`: suites of {kind.name} are BLOCKED"
        return Ability(kind.name, "", "", without)
    version = machine_toolchains.installed_version(kind)
    have = f"{kind.versions} {version}".strip() if version else ""
    place = str(machine_toolchains.find(kind.programs[0]))
    return Ability(kind.name, have, place, f"`{kind.versioned[0]}` does not say its version")


def _other_nodes() -> Ability:
    """Return whether a Node.js that files name and this machine lacks can be brought."""
    package = package_name() if nodes.installed() else ""
    return Ability(
        "node, other versions",
        package,
        "brought from npm's registry where a release's files name them, unless the operator's file"
        " has `bring_toolchains: false`"
        if package
        else "",
        "suites and services whose files name another Node.js are BLOCKED",
    )


def _first_line(command: Sequence[str]) -> str:
    """Return the first line that a program writes; nothing where it fails."""
    try:
        done = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=_PATIENCE,
            check=True,
        )
    except (OSError, subprocess.SubprocessError):
        return ""
    return next(iter(done.stdout.splitlines()), "")


def _isolation() -> Ability:
    name = "isolation as root" if os.geteuid() == 0 else "isolation"
    without = "a PASS of a release's own code does not count, unless the operator accepts it"
    try:
        holds = Sandbox(()).holds
    except NotIsolated:
        return Ability(name, "", "", without)
    missed = levels_missed(holds)
    return Ability(
        name, ", ".join(holds), f"left at {', '.join(missed)}" if missed else "", without
    )
