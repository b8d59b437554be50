"""What a check of the release's own is run with: an environment, as suites get, and the sandbox."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from atom_release.gate.manifest import Install
from atom_release.gate.manifest.verdict import parse_verdict
from atom_release.lab.environments import make
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
_OF_PYTHON = ("pyproject.toml", "setup.py", "setup.cfg", "requirements.txt", "uv.lock")


@dataclass(frozen=True)
class Surroundings:
    """The bench of a check, what its environment is, and what a build wrote beside the sources."""

    bench: CheckBench
    facts: EnvironmentFacts | None = None
    built: Built | None = None


def surroundings_of(look: Look, check: Check) -> Surroundings:
    """Return what the runs of a check are made with.

    Raises:
        ProbeFault: its environment could not be had.
    """
    if check.install is None:
        return _of_python(
            look, check, interpreter(look.tree, check.interpreter, None, look.scratch)
        )
    install = Install() if check.install == "auto" else check.install
    if _is_of_node(look, install.folder):
        return _of_node(look, check, install)
    return _of_python(look, check, make(look, install, needs=()))


def _is_of_node(look: Look, folder: str) -> bool:
    """Return whether a folder is a project of Node.js, and of no Python."""
    paths = {Path(folder, name).as_posix() for name in _OF_PYTHON}
    package = Path(folder, "package.json").as_posix()
    return package in look.tree.entries and not paths & look.tree.entries.keys()


def _of_python(look: Look, check: Check, python: Interpreter) -> Surroundings:
    programs = [Path(python.python).parent, *([python.site / "bin"] if python.site else [])]
    bench = _bench(look, check, programs, python.readable)
    site = [str(python.site)] if python.site else []
    bench = CheckBench(
        **{
            **vars(bench),
            "python": python.python,
            "imports": (*python.roots, *site),
        }
    )
    return Surroundings(bench, python.facts, python.built)


def _of_node(look: Look, check: Check, install: Install) -> Surroundings:
    modules = make_modules(look, install, check.directory or install.folder)
    programs = [Path(str(modules.node.program)).parent]
    programs += [Path("node_modules", ".bin")]
    bench = _bench(look, check, programs, modules.readable)
    bench = CheckBench(**{**vars(bench), "beneath": Layer(modules.layer, modules.places)})
    return Surroundings(bench, modules.facts)


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
