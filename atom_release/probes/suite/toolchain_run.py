"""The runs of a suite of Go, Rust or the JVM, by the toolchain that this machine has.

What it needs beside its own tree is vendored, since there is no network. Go's controls write its
code anew function by function. Those of the others empty the code, and so are weak: what then fails
may not have been compiled at all.
"""

from __future__ import annotations

import os
import re
import sys
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, ClassVar

from atom_release.lab import golang
from atom_release.lab.environments import machine_toolchains
from atom_release.lab.sandbox import Limits
from atom_release.probes.suite import go_canary, trees
from atom_release.probes.suite.command import CommandBench
from atom_release.probes.suite.script_run import script_limits
from atom_release.probes.suite.script_runners import REPORTERS
from atom_release.probes.suite.series import Series
from atom_release.probes.suite.sorting import compare

if TYPE_CHECKING:
    import threading
    from collections.abc import Mapping
    from concurrent.futures import ThreadPoolExecutor
    from pathlib import Path
    from typing import Any

    from atom_release.gate.manifest import Suite
    from atom_release.lab.look import Look
    from atom_release.lab.rewriting import Rewrite
    from atom_release.probes.suite.control import Control
    from atom_release.probes.suite.run import Run

_REPORTER = REPORTERS / "toolchain.py"
_COMMANDS = {
    "go": ("go", "test", "-json", "./..."),
    "cargo": ("cargo", "test", "--no-fail-fast", "--offline", "--color", "never"),
    "maven": ("mvn", "-B", "-o", "-fae", "test"),
    "gradle": ("gradle", "--offline", "--no-daemon", "--continue", "test"),
}
_CODE = re.compile(r".*\.(?:go|rs|java|kt|kts|scala|groovy)")
_OF_TESTS = re.compile(
    r".*_test\.go|(?:.*/)?(?:tests|benches|examples|testdata|build\.rs)(?:/.*)?"
    r"|(?:.*/)?src/(?:test|integrationTest)/.*|.*\.gradle\.kts"
)
_SETTINGS = {
    "CARGO_HOME": "/tmp/cargo",  # noqa: S108 - private there
    "CARGO_TERM_COLOR": "never",
    "GOCACHE": "/tmp/go-build",  # noqa: S108
    "GOFLAGS": "-count=1",
    "GOPROXY": "off",
    "GOTOOLCHAIN": "local",
}


@dataclass(frozen=True)
class ToolchainBench(CommandBench):
    """How the runs of such a suite are made."""

    programs: tuple[str, ...] = ()
    tools: Mapping[str, str] = field(default_factory=dict)
    by_pytest: ClassVar[bool] = False

    def _environment(self, copy: Path, out: Path, seed: int, *, trace: bool) -> dict[str, str]:
        del copy, seed, trace
        return {
            "PATH": os.pathsep.join([*self.programs, "/usr/local/bin", "/usr/bin", "/bin"]),
            "HOME": "/tmp",  # noqa: S108 - private there
            "LANG": "C.UTF-8",
            "GIT_CONFIG_SYSTEM": str(out / "gitconfig"),
            **_SETTINGS,
            **self.environment,
        }

    def run_in(
        self, room: Path, tree: Path, seed: int, limits: Limits, *, collect_only: bool
    ) -> Run:
        """Run once; code that did nothing has said so in what the tests wrote."""
        run = super().run_in(room, tree, seed, limits, collect_only=collect_only)
        witness = {**run.witness, "distorted": golang.IDLE in run.output}
        return replace(run, witness=witness)

    def _witness(self, out: Path) -> Mapping[str, Any]:
        del out
        return self.tools


@dataclass(frozen=True)
class GoSeries(Series):
    """The runs of a suite of Go; the controls write its code anew function by function.

    What only runs while packages are initialised is seen in their text. Wrong results and idle code
    are one: what is nothing of its type.
    """

    ways: ClassVar[tuple[Rewrite, Rewrite, Rewrite]] = (golang.spare, golang.idle, golang.idle)

    def _run_control(
        self, pool: ThreadPoolExecutor, collection: Run, stop: threading.Event
    ) -> Control | None:
        if stop.is_set():
            return None
        beside = self._begin_beside(pool, (), stop)
        with self._rewritten(golang.ablate, ()) as (copy, ablated):
            planted = go_canary.plant(copy, self.bench.directory)
            run = self.without.run(copy, 1)
            control = compare(collection.collected, run, ablated, copy, setup_counts=True)
            control = replace(control, made_up=planted.passed(run) if planted else ())
        return self._beside_others(control, (), stop, beside)


def bench(look: Look, suite: Suite) -> ToolchainBench:
    """Return what the runs of such a suite are made with.

    Raises:
        NoToolchain: this machine lacks what the files ask, or has an older one.
    """

    def read(path: str) -> str:
        entry = look.tree.entries.get(path)
        held = entry and entry.is_file and entry.oid not in look.tree.objects.missing
        return look.tree.read(path).decode("utf-8", "replace") if held else ""

    directory = suite.directory or "."
    chosen = machine_toolchains.choose(suite.runner, directory, read)
    command = (*_COMMANDS[suite.runner], *suite.arguments)
    return ToolchainBench(
        sandbox=look.sandbox(_REPORTER, *chosen.readable),
        python=sys.executable,
        own_environment=True,
        scratch=trees.room(look),
        paths=suite.paths,
        directory=directory,
        limits=script_limits(Limits.in_time(suite.timeout.total_seconds(), suite.memory_mb)),
        environment=suite.environment,
        history=suite.history,
        command=("{python}", "-I", str(_REPORTER), suite.runner, "{junit}", *command),
        programs=chosen.folders,
        tools={suite.runner: chosen.version},
    )


def code_of(look: Look, sources: tuple[str, ...]) -> tuple[str, ...]:
    """Return the files of code at these paths that are not the suite's own."""
    return tuple(
        path
        for path, entry in look.tree.entries.items()
        if entry.is_file
        and _CODE.fullmatch(path)
        and not _OF_TESTS.fullmatch(path)
        and trees.within(path, sources)
    )
