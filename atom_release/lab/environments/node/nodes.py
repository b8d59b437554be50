"""The Node.js installations that this machine has, and which of them a project's files ask for."""

from __future__ import annotations

import json
import os
import re
import subprocess
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from atom_release.lab.environments.faults import NoToolchain
from atom_release.lab.environments.programs import ask_program
from atom_release.lab.sandbox.allowed import is_program

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_DESCRIBE = "process.stdout.write(JSON.stringify([process.versions.node, process.execPath]))"
_SATISFIES = """
const semver = require(process.argv[1]);
const [range, ...versions] = process.argv.slice(2);
const options = {includePrerelease: true, loose: true};
const readable = semver.validRange(range, options) !== null;
const fits = (version) => !readable || semver.satisfies(version, range, options);
process.stdout.write(JSON.stringify(versions.map(fits)));
"""
_NAMES = {"hydrogen": "18", "iron": "20", "jod": "22", "krypton": "24"}
_INSTALL = "Install it, so that `node` is on the path of whoever runs the gate."


@dataclass(frozen=True)
class Node:
    """A Node.js of this machine, with the npm that came with it."""

    program: Path
    version: str
    npm: Path

    @property
    def prefix(self) -> Path:
        """The folder that the installation lies in."""
        return self.program.parent.parent

    @property
    def parts(self) -> tuple[int, ...]:
        """The version as numbers, to compare."""
        return tuple(int(part) for part in re.findall(r"\d+", self.version)[:3])


def choose(ranges: Mapping[str, str]) -> Node:
    """Return the newest Node.js that satisfies every range that the project's files ask.

    Args:
        ranges: place in the files -> a range of versions as npm reads it.

    Raises:
        NoToolchain: this machine has none, or none that fits.
    """
    present = installed()
    if not present:
        raise NoToolchain("Node.js is wanted, and this machine has none", _INSTALL)
    fitting = [node for node in present if all(_fits(node, text) for text in ranges.values())]
    if not fitting:
        wanted = ", ".join(f"{text} ({place})" for place, text in ranges.items())
        versions = ", ".join(sorted({node.version for node in present}))
        raise NoToolchain(f"Node.js {wanted} is wanted, and this machine has {versions}", _INSTALL)
    return max(fitting, key=lambda node: node.parts)


def version_range(text: str) -> str:
    """Return the range that the text of `.nvmrc` or `.node-version` names; "" for any.

    A full version stands for its major: patches of one major run the same programs.
    """
    lines = [line.split("#")[0].strip() for line in text.splitlines()]
    word = next((line for line in lines if line), "").casefold().removeprefix("lts/")
    match = re.match(r"v?(\d+)", word)
    return match[1] if match else _NAMES.get(word, "")


@cache
def installed() -> tuple[Node, ...]:
    """Return the installations of this machine that have their npm, asked once."""
    programs = {os.path.realpath(path): path for path in reversed(list(_candidates()))}
    return tuple(node for path in programs.values() if (node := _describe(path)))


def _candidates() -> Iterator[Path]:
    """Yield programs that may be Node.js: on the path, in /opt, and those of nvm and its kin."""
    folders = [Path(folder) for folder in os.get_exec_path() if "shims" not in folder]
    folders += Path("/opt").glob("node*/bin")
    for pattern in (
        ".nvm/versions/node/*/bin",
        ".local/share/fnm/node-versions/*/installation/bin",
        ".volta/tools/image/node/*/bin",
    ):
        folders += _below_home(pattern)
    yield from (path for folder in folders if is_program(path := folder / "node"))


def _below_home(pattern: str) -> list[Path]:
    try:
        return sorted(Path.home().glob(pattern))
    except (OSError, RuntimeError):
        return []


def _describe(program: Path) -> Node | None:
    """Ask a program what it is; None where it is no Node.js or has no npm beside it."""
    try:
        version, real = json.loads(ask_program(program, "-e", _DESCRIBE))
    except (OSError, ValueError, subprocess.SubprocessError):
        return None
    own = Path(real)
    npm = own.parent.parent / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    return Node(own, str(version), npm) if npm.is_file() else None


@cache
def _fits(node: Node, text: str) -> bool:
    """Ask npm's own reader of ranges; a range that it cannot read asks nothing."""
    semver = node.npm.parents[1] / "node_modules" / "semver"
    if not text or not semver.is_dir():
        return True
    try:
        answers = json.loads(
            ask_program(node.program, "-e", _SATISFIES, str(semver), text, node.version)
        )
    except (OSError, ValueError, subprocess.SubprocessError):
        return True
    return bool(answers[0])
