"""The Node.js installations that this machine has, and which of them a project is run with."""

from __future__ import annotations

import json
import os
import re
import subprocess
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from atom_release.lab.environments.faults import NoToolchain
from atom_release.lab.environments.programs import ask_program
from atom_release.lab.sandbox.allowed import is_program

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from atom_release.lab.environments.node.named import Preferred

_DESCRIBE = "process.stdout.write(JSON.stringify([process.versions.node, process.execPath]))"
_SATISFIES = """
const semver = require(process.argv[1]);
const [range, ...versions] = process.argv.slice(2);
const options = {includePrerelease: true, loose: true};
const readable = semver.validRange(range, options) !== null;
const fits = (version) => !readable || semver.satisfies(version, range, options);
process.stdout.write(JSON.stringify(versions.map(fits)));
"""
_MEET = """
const semver = require(process.argv[1]);
const [range, ...others] = process.argv.slice(2);
const options = {includePrerelease: true, loose: true};
const readable = (other) => semver.validRange(other, options) !== null;
const meets = (other) => !readable(other) || semver.intersects(range, other, options);
process.stdout.write(JSON.stringify(others.map(meets)));
"""
_LONGEST = 500  # characters of a range that is read
_INSTALL = "Install it, so that `node` is on the path of whoever runs the gate."


@dataclass(frozen=True)
class Node:
    """A Node.js, with the npm that goes with it; `origin` is where one that was brought is from."""

    program: Path
    version: str
    npm: Path
    origin: str = ""

    @property
    def prefix(self) -> Path:
        """The folder that the installation lies in."""
        return self.program.parent.parent

    @property
    def parts(self) -> tuple[int, ...]:
        """The version as numbers, to compare."""
        return tuple(int(part) for part in re.findall(r"\d+", self.version)[:3])


@dataclass(frozen=True)
class Chosen:
    """What a project is run with.

    `node` is for the project's own code. `own` is this machine's, for npm while archives are
    brought and unpacked. `instead_of` is what its authors had and could not be had here, and why.
    """

    node: Node
    own: Node
    instead_of: Mapping[str, str] = field(default_factory=dict)


def choose(
    ranges: Mapping[str, str],
    preferred: Preferred | None,
    bring: Callable[[Mapping[str, str], Node], Node],
) -> Chosen:
    """Return the Node.js that the project's files ask, brought where this machine has none.

    Args:
        ranges: place in the files -> a range of versions as npm reads it; every one has to hold.
        preferred: what the authors had, where it is within those ranges.
        bring: brings a Node.js that satisfies ranges, by this machine's own.

    Raises:
        NoToolchain: this machine has none at all, or none that fits was there or could be brought.
    """
    present = installed()
    if not present:
        raise NoToolchain("Node.js is wanted, and this machine has none", _INSTALL)
    newest = max(present, key=lambda node: node.parts)
    fitting = [node for node in present if all(fits(node, text) for text in ranges.values())]
    instead_of: dict[str, str] = {}
    if preferred is not None and _agree(newest, preferred, ranges.values()):
        alike = [node for node in fitting if fits(node, preferred.does)]
        if alike:
            node = max(alike, key=lambda node: node.parts)
            return Chosen(node, node)
        try:
            return Chosen(bring({**ranges, preferred.place: preferred.best}, newest), newest)
        except NoToolchain as fault:
            instead_of = {preferred.shown: fault.message}
    if fitting:
        node = max(fitting, key=lambda node: node.parts)
        return Chosen(node, node, instead_of)
    try:
        return Chosen(bring(ranges, newest), newest)
    except NoToolchain as fault:
        wanted = ", ".join(f"{text} ({place})" for place, text in ranges.items())
        versions = ", ".join(sorted({node.version for node in present}))
        raise NoToolchain(
            f"Node.js {wanted} is wanted, and this machine has {versions}; {fault.message}",
            fault.remedy or _INSTALL,
        ) from fault


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
def fits(node: Node, text: str) -> bool:
    """Return whether a Node.js satisfies a range; one that cannot be read asks nothing."""
    return satisfying(node, (text,), (node.version,)) == (node.version,)


def satisfying(own: Node, ranges: Iterable[str], versions: Sequence[str]) -> tuple[str, ...]:
    """Return those versions that satisfy every range, as the reader of an installed npm has it.

    A range that it cannot read asks nothing.
    """
    left = tuple(versions)
    for text in ranges:
        if left and 0 < len(text) <= _LONGEST:
            answers = _ask_semver(own, _SATISFIES, text, left)
            left = tuple(version for version, does in zip(left, answers, strict=True) if does)
    return left


def _agree(own: Node, preferred: Preferred, ranges: Iterable[str]) -> bool:
    """Return whether what the authors had can be within the ranges that the files ask."""
    readable = [text for text in ranges if 0 < len(text) <= _LONGEST]
    return all(_ask_semver(own, _MEET, preferred.best, readable))


def _ask_semver(own: Node, question: str, text: str, others: Sequence[str]) -> Sequence[bool]:
    """Put a question to npm's own reader of versions; yes, where it has no answer."""
    semver = own.npm.parents[1] / "node_modules" / "semver"
    try:
        answer = ask_program(own.program, "-e", question, "--", str(semver), text, *others)
        answers = json.loads(answer)
    except (OSError, ValueError, subprocess.SubprocessError):
        return [True] * len(others)
    return [bool(each) for each in answers]
