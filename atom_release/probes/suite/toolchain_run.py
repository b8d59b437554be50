"""The runs of a suite of Go, Rust or the JVM, by the toolchain that this machine has.

What it needs beside its own tree is vendored, since there is no network. Its control empties the
code, and so is weak: what then fails may not have been compiled at all.
"""

from __future__ import annotations

import os
import re
import sys
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar

from atom_release.lab.environments import machine_toolchains
from atom_release.lab.sandbox import Limits
from atom_release.probes.suite import trees
from atom_release.probes.suite.command import CommandBench
from atom_release.probes.suite.script_run import script_limits
from atom_release.probes.suite.script_runners import REPORTERS

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path
    from typing import Any

    from atom_release.gate.manifest import Suite
    from atom_release.lab.look import Look

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

    def _witness(self, out: Path) -> Mapping[str, Any]:
        del out
        return self.tools


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
