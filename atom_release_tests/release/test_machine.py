"""What a machine can do is asked of the machine."""

from __future__ import annotations

import os
import platform
import subprocess
from pathlib import Path

import pytest

from atom_release.lab.sandbox import Sandbox
from atom_release.lab.sandbox.process import NotIsolated
from atom_release.release.machine import Ability, abilities


def named(name: str) -> list[Ability]:
    return [ability for ability in abilities() if ability.name == name]


def test_the_running_python_and_git_are_told_as_they_tell_themselves() -> None:
    """Versions and places are those of the programs."""
    assert platform.python_version() in [ability.have for ability in named("python")]
    version = subprocess.run(
        ["git", "--version"],  # noqa: S607 - the git on the path
        capture_output=True,
        check=True,
        text=True,
    ).stdout.strip()
    assert [ability.have for ability in named("git")] == [version]


def test_a_tool_that_is_not_here_or_does_not_answer_is_lacking(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file of that name is no tool; what cannot be done without it stands beside it."""
    for name in ("java", "cargo", "rustc"):
        (tmp_path / name).write_text("#!/bin/sh\nexit 1\n")
        (tmp_path / name).chmod(0o755)
    (tmp_path / "node").write_text("#!/bin/sh\necho v99.1\n")
    (tmp_path / "node").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}/bin")
    (tmp_path / "mvn").symlink_to(tmp_path / "java")
    seen = {ability.name: ability for ability in abilities()}
    assert seen["java"].have == ""
    assert seen["java"].without == "suites and services that call it cannot be run"
    assert (seen["Rust"].have, seen["Rust"].without) == ("", "`rustc` does not say its version")
    assert seen["Gradle"].without == "no `gradle`: suites of Gradle are BLOCKED"
    assert (seen["node"].have, seen["node"].where) == ("v99.1", str(tmp_path / "node"))


def test_the_isolation_is_the_one_that_the_sandbox_has() -> None:
    """Asked by making it."""
    (isolation,) = [ability for ability in abilities() if ability.name.startswith("isolation")]
    try:
        held = Sandbox(()).holds
    except NotIsolated:
        held = ()
    assert isolation.have == ", ".join(held)
