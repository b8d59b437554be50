"""What pipelines and hooks take from here: each is read, and the action's script is run by bash."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from atom_release.cli.words import COMMANDS

ROOT = Path(__file__).parent.parent
ACTION: dict[str, Any] = yaml.safe_load((ROOT / "action.yml").read_text())
HOOKS: list[dict[str, Any]] = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())


def steps() -> list[dict[str, Any]]:
    """Return the steps of the action."""
    listed = ACTION["runs"]["steps"]
    assert isinstance(listed, list)
    return listed


def test_the_action_is_composite_and_takes_no_input_into_a_script() -> None:
    """An input that stood in a script would be run by the shell of whoever names it."""
    assert ACTION["runs"]["using"] == "composite"
    scripts = [step for step in steps() if "run" in step]
    assert all(step["shell"] == "bash" for step in scripts)
    assert not [step for step in scripts if "${{" in step["run"]]


@pytest.mark.parametrize(
    ("status", "decision"), [(0, "GREEN"), (1, "RED"), (2, ""), (3, "BLOCKED"), (4, "GREEN")]
)
def test_the_action_ends_as_the_gate_does(status: int, decision: str, tmp_path: Path) -> None:
    gate = tmp_path / "atom-release" / "bin" / "atom-release"
    gate.parent.mkdir(parents=True)
    gate.write_text(f'#!/bin/sh\nprintf "%s\\n" "$@" > {tmp_path}/words\nexit {status}\n')
    gate.chmod(0o755)
    (script,) = (step["run"] for step in steps() if step.get("id") == "judge")
    done = subprocess.run(
        ["/bin/bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script],
        env={
            "PATH": os.environ["PATH"],
            "RUNNER_TEMP": str(tmp_path),
            "GITHUB_OUTPUT": str(tmp_path / "output"),
            "COMMAND": "audit",
            "OUT": "a b",
            "ARGUMENTS": "--rev $(touch taken)",
        },
        cwd=tmp_path,
        check=False,
    )
    assert done.returncode == status
    assert (tmp_path / "output").read_text() == f"decision={decision}\n"
    words = (tmp_path / "words").read_text().splitlines()
    assert words == ["audit", "--repo", ".", "--out", "a b", "--rev", "$(touch", "taken)"]
    assert not (tmp_path / "taken").exists()


def test_hooks_call_commands_that_exist() -> None:
    assert {hook["entry"].split()[1] for hook in HOOKS} <= set(COMMANDS)
    assert {hook["language"] for hook in HOOKS} == {"python"}


def test_the_gitlab_template_is_a_component_of_one_job_that_keeps_what_it_wrote() -> None:
    header, jobs = yaml.safe_load_all((ROOT / "ci" / "gitlab.yml").read_text())
    (job,) = jobs.values()
    text = (ROOT / "ci" / "gitlab.yml").read_text()
    assert all(f"inputs.{name} " in text for name in header["spec"]["inputs"])
    assert job["artifacts"]["when"] == "always"
    assert job["variables"]["GIT_DEPTH"] == "0"
