"""What a check of the release's own is run with: an environment, as suites get, and the sandbox."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal, Protocol

from atom_release.gate.manifest import Install
from atom_release.gate.manifest.verdict import parse_verdict
from atom_release.lab.environments.kind import is_of_node
from atom_release.lab.environments.make import make
from atom_release.lab.environments.node import make as make_modules
from atom_release.lab.interpreter import Built, Interpreter, interpreter
from atom_release.lab.proof.bench import CheckBench
from atom_release.lab.sandbox import Layer, Limits
from atom_release.probes.suite import trees

if TYPE_CHECKING:
    from datetime import timedelta

    from atom_release.gate.facts.environment import EnvironmentFacts
    from atom_release.lab.look import Look


class Runnable(Protocol):
    """A command of the manifest's, with what it is run in."""

    @property
    def run(self) -> tuple[str, ...]:
        """Its words."""

    @property
    def verdict(self) -> str:
        """How it says yes or no."""

    @property
    def directory(self) -> str | None:
        """Where it is run; the repository's root by default."""

    @property
    def interpreter(self) -> str | None:
        """The Python that is named for it."""

    @property
    def environment(self) -> dict[str, str]:
        """Its variables."""

    @property
    def timeout(self) -> timedelta:
        """How long it may take."""

    @property
    def memory_mb(self) -> int:
        """How much memory it may take."""


@dataclass(frozen=True)
class CheckEnvironment:
    """The bench of a check, what its environment is, and what a build wrote beside the sources."""

    bench: CheckBench
    facts: EnvironmentFacts | None = None
    built: Built | None = None


def environment_of(
    look: Look, check: Runnable, wanted: Install | Literal["auto"] | None
) -> CheckEnvironment:
    """Return what the runs of a check are made with, in the environment that is wanted.

    Raises:
        ProbeFault: its environment could not be had.
    """
    if wanted is None:
        return _of_python(
            look, check, interpreter(look.tree, check.interpreter, None, look.scratch)
        )
    install = Install() if wanted == "auto" else wanted
    if is_of_node(look.tree.entries, install.folder):
        return _of_node(look, check, install)
    return _of_python(look, check, make(look, install, needs=()))


def _of_python(look: Look, check: Runnable, python: Interpreter) -> CheckEnvironment:
    programs = [Path(python.python).parent, *([python.site / "bin"] if python.site else [])]
    bench = _bench(look, check, programs, python.readable)
    site = [str(python.site)] if python.site else []
    bench = replace(bench, python=python.python, imports=(*python.roots, *site))
    return CheckEnvironment(bench, python.facts, python.built)


def _of_node(look: Look, check: Runnable, install: Install) -> CheckEnvironment:
    modules = make_modules(look, install, check.directory or install.folder)
    programs = [modules.node.program.parent, Path("node_modules", ".bin")]
    bench = _bench(look, check, programs, modules.readable)
    beneath = Layer(modules.layer, modules.places)
    return CheckEnvironment(replace(bench, beneath=beneath), modules.facts)


def _bench(
    look: Look, check: Runnable, programs: list[Path], readable: tuple[Path, ...]
) -> CheckBench:
    path = os.pathsep.join([*map(str, programs), "/usr/local/bin", "/usr/bin", "/bin"])
    return CheckBench(
        sandbox=look.sandbox(*readable),
        scratch=trees.room(look),
        command=check.run,
        limits=Limits.in_time(check.timeout.total_seconds(), check.memory_mb, address=False),
        verdict=parse_verdict(check.verdict),
        directory=check.directory or ".",
        environment={"PATH": path, **check.environment},
    )
