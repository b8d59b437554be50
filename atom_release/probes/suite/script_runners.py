"""The runners of JavaScript suites: how each is called, and what it is told beside the paths.

Each runs by the Node.js that was chosen, from the packages that the lock names, and reports by a
file that the gate reads. Nothing here runs anything.
"""

from __future__ import annotations

import json
import posixpath
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from atom_release.lab.environments import NoEnvironment

if TYPE_CHECKING:
    from atom_release.lab.environments.node import Modules

REPORTERS = Path(__file__).parents[2] / "lab" / "reporters"
_PROGRAMS = {"vitest": "vitest.mjs", "jest": "bin/jest.js", "mocha": "bin/mocha.js"}
_OF_NODE = re.compile(
    r"(?:.*[._-])?test\.[cm]?[jt]sx?|test-.*\.[cm]?[jt]sx?|.*\.spec\.[cm]?[jt]sx?"
)
_LARGEST = 4 << 20


@dataclass(frozen=True)
class Call:
    """What one call of a runner is made of."""

    copy: Path
    out: Path
    directory: str
    paths: Sequence[str]
    arguments: Sequence[str]
    pattern: str = ""  # names of the tests that are to run; nothing for all

    @property
    def here(self) -> list[str]:
        """The paths as the runner sees them from its folder."""
        return [posixpath.relpath(path, self.directory or ".") for path in self.paths]

    @property
    def junit(self) -> Path:
        """Where its results are to be written."""
        return self.out / "junit.xml"


@dataclass(frozen=True)
class ScriptRunner:
    """A runner, and its program relative to a copy; node's own needs none."""

    name: str
    program: str = ""
    version: str = ""
    files: Sequence[str] = field(default=(), repr=False)  # all files of the tree

    def words(self, call: Call) -> list[str]:
        """Return the command's words after the Node.js that carries it out."""
        if self.name == "node":
            return self._node(call)
        options = {"vitest": _vitest, "jest": _jest, "mocha": _mocha}[self.name](call)
        first = ["run"] if self.name == "vitest" else []
        paths = self._of_mocha(call) if self.name == "mocha" else call.here
        paths = [path for path in paths if path != "."]
        # the gate's own options come last, so that none of the manifest's takes their place
        return [str(call.copy / self.program), *first, *paths, *call.arguments, *options]

    def _of_mocha(self, call: Call) -> list[str]:
        """Return the paths for mocha: where it has settings of its own, these name the folders."""
        start = posixpath.normpath(f"{call.directory}/.mocharc")
        configured = any(path.startswith(f"{start}.") for path in self.files)
        named = zip(call.paths, call.here, strict=True)
        return [here for path, here in named if path in self.files or not configured]

    def _node(self, call: Call) -> list[str]:
        pattern = [f"--test-name-pattern={call.pattern}"] if call.pattern else []
        return [
            *call.arguments,
            "--test",
            *pattern,
            f"--test-reporter={REPORTERS / 'node.mjs'}",
            "--test-reporter-destination=stdout",
            *self._test_files(call),
        ]

    def _test_files(self, call: Call) -> list[str]:
        """Return the files at the suite's paths that node's own runner would take."""
        chosen = []
        for place in call.paths:
            below = [path for path in self.files if path.startswith(f"{place.rstrip('/')}/")]
            below = list(self.files) if posixpath.normpath(place) == "." else below
            taken = [path for path in below if _is_of_node(path)]
            chosen += [place] if place in self.files else taken
        return [posixpath.relpath(path, call.directory or ".") for path in dict.fromkeys(chosen)]


def runner_of(name: str, modules: Modules, directory: str, files: Sequence[str]) -> ScriptRunner:
    """Return a runner as the packages have it.

    Raises:
        NoEnvironment: the lock does not name it.
    """
    if name == "node":
        return ScriptRunner(name, version=modules.node.version, files=files)
    place = modules.find(name, posixpath.normpath(directory))
    if place is None:
        raise NoEnvironment(
            f"the lock of the suite names no {name}, which is to run it",
            f"Add {name} to the devDependencies, or name the runner that the tests are for.",
        )
    package = _package(modules.layer / place / "package.json")
    program = posixpath.join(place, _program(name, package))
    return ScriptRunner(name, program, _version(package), files)


def _package(path: Path) -> dict[str, object]:
    try:
        stated = json.loads(path.read_bytes()) if path.stat().st_size <= _LARGEST else None
    except (OSError, ValueError, RecursionError):
        return {}
    return stated if isinstance(stated, dict) else {}


def _version(package: dict[str, object]) -> str:
    version = package.get("version")
    return version[:40] if isinstance(version, str) else ""


def _program(name: str, package: dict[str, object]) -> str:
    """Return a package's program of its own name, as the package says where it lies."""
    stated = package.get("bin")
    named = stated.get(name) if isinstance(stated, dict) else stated
    path = posixpath.normpath(named) if isinstance(named, str) else _PROGRAMS[name]
    return path if not path.startswith(("/", "..")) else _PROGRAMS[name]


def _vitest(call: Call) -> list[str]:
    pattern = ["-t", call.pattern, "--passWithNoTests"] if call.pattern else []
    return [
        *("--reporter=junit", f"--outputFile={call.junit}"),
        *("--coverage.enabled=false", "--retry=0", *pattern),
    ]


def _jest(call: Call) -> list[str]:
    pattern = ["-t", call.pattern, "--passWithNoTests"] if call.pattern else []
    return [
        *("--ci", "--updateSnapshot=false", "--coverage=false", "--watchman=false"),
        "--cacheDirectory=/tmp/jest",
        *(f"--reporters={REPORTERS / 'jest.cjs'}", *pattern),
    ]


def _mocha(call: Call) -> list[str]:
    pattern = ["--grep", call.pattern] if call.pattern else []
    return ["--reporter", str(REPORTERS / "mocha.cjs"), "--retries", "0", *pattern]


def _is_of_node(path: str) -> bool:
    """Return whether node's own runner takes a file by its name or its folder."""
    folder, _, name = path.rpartition("/")
    script = name.endswith((".js", ".cjs", ".mjs", ".ts", ".cts", ".mts", ".jsx", ".tsx"))
    return script and (bool(_OF_NODE.fullmatch(name)) or "test" in folder.split("/"))
