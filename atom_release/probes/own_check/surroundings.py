"""What a check of the release's own is run with: an environment, as suites get, and the sandbox."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from atom_release.gate.manifest import Install
from atom_release.gate.manifest.verdict import parse_verdict
from atom_release.lab.environments.kind import is_of_node
from atom_release.lab.environments.make import make
from atom_release.lab.environments.node import make as make_modules
from atom_release.lab.interpreter import Built, Interpreter, interpreter
from atom_release.lab.proof.bench import CheckBench
from atom_release.lab.sandbox import Layer, Limits, Sandbox
from atom_release.probes.suite import trees

if TYPE_CHECKING:
    from atom_release.gate.facts.environment import EnvironmentFacts
    from atom_release.gate.manifest import Check
    from atom_release.lab.look import Look

_CORES = 2


@dataclass(frozen=True)
class Surroundings:
    """The bench of a check, what its environment is, and what a build wrote beside the sources."""

    bench: CheckBench
    facts: EnvironmentFacts | None = None
    built: Built | None = None


def surroundings_of(
    look: Look, check: Check, wanted: Install | Literal["auto"] | None
) -> Surroundings:
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


def _of_python(look: Look, check: Check, python: Interpreter) -> Surroundings:
    programs = [Path(python.python).parent, *([python.site / "bin"] if python.site else [])]
    bench = _bench(look, check, programs, python.readable)
    site = [str(python.site)] if python.site else []
    bench = replace(bench, python=python.python, imports=(*python.roots, *site))
    return Surroundings(bench, python.facts, python.built)


def _of_node(look: Look, check: Check, install: Install) -> Surroundings:
    modules = make_modules(look, install, check.directory or install.folder)
    programs = [modules.node.program.parent, Path("node_modules", ".bin")]
    bench = _bench(look, check, programs, modules.readable)
    beneath = Layer(modules.layer, modules.places)
    return Surroundings(replace(bench, beneath=beneath), modules.facts)


def _bench(
    look: Look, check: Check, programs: list[Path], readable: tuple[Path, ...]
) -> CheckBench:
    seconds = check.timeout.total_seconds()
    path = os.pathsep.join([*map(str, programs), "/usr/local/bin", "/usr/bin", "/bin"])
    return CheckBench(
        sandbox=Sandbox(look.hidden, (*look.readable, *readable), accepted=look.operator.isolation),
        scratch=trees.room(look),
        command=check.run,
        limits=Limits(seconds, int(seconds * _CORES) + 1, check.memory_mb, address=False),
        verdict=parse_verdict(check.verdict),
        directory=check.directory or ".",
        environment={"PATH": path, **check.environment},
    )
