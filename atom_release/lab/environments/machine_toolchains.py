"""Toolchains of Go, Rust and the JVM: which of them files ask for, and which this machine has.

The gate makes no environment of these: what a build needs beside its own tree has to be vendored.
A toolchain that is asked for and absent, or older than what is asked, is told by its name.
"""

from __future__ import annotations

import os
import posixpath
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from atom_release.lab.environments.faults import NoToolchain
from atom_release.lab.environments.programs import ask_program

if TYPE_CHECKING:
    from atom_release.gate.manifest.suite import Runner

_NUMBER = re.compile(r"\d+(?:\.\d+)*")
_LARGEST = 1 << 20


@dataclass(frozen=True)
class Asked:
    """A file that asks for a toolchain, and how it says of which version at least."""

    path: str
    version: re.Pattern[str]


@dataclass(frozen=True)
class Kind:
    """A toolchain: its name, its programs, the one whose version counts, the files that ask it.

    `versions` is what has that version, where it is another thing.
    """

    name: str
    programs: tuple[str, ...]
    versioned: tuple[str, ...]
    naming: tuple[Asked, ...]
    versions: str = ""


_OF_JAVA = (
    Asked(
        "pom.xml",
        re.compile(
            r"<(?:maven\.compiler\.(?:release|source)|java\.version|release)>\s*(?:1\.)?(\d+)\s*<"
        ),
    ),
    *(
        Asked(path, re.compile(r"JavaLanguageVersion\.of\(\s*(\d+)\s*\)"))
        for path in ("build.gradle", "build.gradle.kts")
    ),
)
KINDS: dict[Runner, Kind] = {
    "go": Kind(
        "Go",
        ("go",),
        ("go", "version"),
        (Asked("go.mod", re.compile(r"^go\s+(\d+(?:\.\d+)*)", re.MULTILINE)),),
    ),
    "cargo": Kind(
        "Rust",
        ("cargo", "rustc"),
        ("rustc", "--version"),
        (
            Asked("rust-toolchain.toml", re.compile(r"channel\s*=\s*\"(\d+(?:\.\d+)*)\"")),
            Asked("rust-toolchain", re.compile(r"\A(\d+(?:\.\d+)*)\s*\Z")),
            Asked(
                "Cargo.toml", re.compile(r"^rust-version\s*=\s*\"(\d+(?:\.\d+)*)\"", re.MULTILINE)
            ),
        ),
    ),
    "maven": Kind("Maven", ("mvn", "java", "javac"), ("javac", "--version"), _OF_JAVA, "JDK"),
    "gradle": Kind("Gradle", ("gradle", "java", "javac"), ("javac", "--version"), _OF_JAVA, "JDK"),
}


@dataclass(frozen=True)
class Toolchain:
    """A toolchain of this machine: its programs by name, and its version."""

    kind: Kind
    programs: dict[str, Path]
    version: str

    @property
    def folders(self) -> tuple[str, ...]:
        """The folders of its programs, to be looked in before others."""
        return tuple(dict.fromkeys(str(program.parent) for program in self.programs.values()))

    @property
    def readable(self) -> tuple[Path, ...]:
        """What it is installed as, which its runs have to see: no folder that may be a home."""
        return tuple(dict.fromkeys(map(_installation, self.programs.values())))


def choose(runner: Runner, directory: str, read: Callable[[str], str]) -> Toolchain:
    """Return this machine's toolchain for a suite in a folder of the tree.

    Args:
        runner: what runs the suite.
        directory: the suite's folder.
        read: returns a file's text; nothing where the tree has none.

    Raises:
        NoToolchain: it has none, or none that is as new as the files ask.
    """
    kind = KINDS[runner]
    asking = list(_asking(kind, directory, read))
    where, least = next((ask for ask in asking if ask[1]), asking[0] if asking else ("", ""))
    wanted = f"{kind.versions or kind.name} {least}" if least else kind.name
    asks = f"{where} asks {wanted}" if where else f"the suite is run by {kind.name}"
    remedy = f"Install {wanted}, so that {_listed(kind.programs)} are on the path of the gate."
    lacking = [name for name in kind.programs if find(name) is None]
    if lacking:
        raise NoToolchain(f"{asks}, and this machine has no {_listed(lacking)}", remedy)
    version = installed_version(kind)
    if least and version and _parts(version) < _parts(least):
        raise NoToolchain(f"{asks}, and this machine has {version}", remedy)
    programs = {name: place for name in kind.programs if (place := find(name))}
    return Toolchain(kind, programs, version)


def _asking(kind: Kind, directory: str, read: Callable[[str], str]) -> Iterator[tuple[str, str]]:
    """Yield the files around a folder that ask for a toolchain, each with the version it names."""
    folder = posixpath.normpath(directory or ".")
    while True:
        for naming_file in kind.naming:
            path = posixpath.normpath(posixpath.join(folder, naming_file.path))
            text = read(path)[:_LARGEST]
            if text:
                match = naming_file.version.search(text)
                yield path, match[1] if match else ""
        if folder == ".":
            return
        folder = posixpath.dirname(folder) or "."


def find(name: str) -> Path | None:
    """Return a program of this machine, itself where its name stands for one that chooses."""
    place = shutil.which(name)
    if place is None:
        return None
    program = Path(place).resolve()
    if program.name == "rustup":
        return _chosen_by_rustup(program, name)
    return program if program.name == name else Path(place)


def _installation(program: Path) -> Path:
    folder = program.parent.parent
    is_one = program.parent.name == "bin" and (folder / "lib").is_dir() and folder != Path.home()
    return folder if is_one else program


def _chosen_by_rustup(rustup: Path, name: str) -> Path | None:
    try:
        output = ask_program(rustup, "which", name)
    except (OSError, subprocess.SubprocessError):
        return None
    program = Path(os.fsdecode(output).strip())
    return program if program.is_file() else None


def installed_version(kind: Kind) -> str:
    """Return the version of this machine's own; nothing where it does not say one."""
    name, *words = kind.versioned
    program = find(name)
    try:
        output = ask_program(program, *words).decode("utf-8", "replace") if program else ""
    except (OSError, subprocess.SubprocessError):
        return ""
    match = _NUMBER.search(output)
    return match[0] if match else ""


def _parts(version: str) -> tuple[int, ...]:
    return tuple(map(int, version.split(".")))


def _listed(names: Sequence[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)
