"""Plain Dagster in the checkout has the history of the gate's home, and keeps it."""

from __future__ import annotations

import tomllib
from pathlib import Path

import dagster as dg
import pytest
import yaml
from dagster._cli.utils import get_possibly_temporary_instance_for_cli

from atom_release.graph.home_storage import LOCATION
from atom_release.graph.running import instance_at

PROJECT = Path(__file__).parents[2]


def test_a_run_is_there_at_the_next_start_and_nothing_is_told_to_anybody(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The instance is opened as Dagster's own commands do in the project's folder."""
    monkeypatch.chdir(PROJECT)
    monkeypatch.delenv("DAGSTER_HOME", raising=False)
    monkeypatch.setenv("ATOM_RELEASE_HOME", str(tmp_path))
    with get_possibly_temporary_instance_for_cli("dagster dev") as instance:
        added = instance.add_run(dg.DagsterRun(job_name="audit"))
    with get_possibly_temporary_instance_for_cli("dagster dev") as instance:
        assert [run.run_id for run in instance.get_runs()] == [added.run_id]
        assert not instance.telemetry_enabled
    assert (tmp_path / "dagster" / "history" / "runs.db").exists()
    assert not list(PROJECT.glob(".tmp_dagster_home_*"))


def test_a_run_of_the_command_line_is_one_of_the_gates_code_location(tmp_path: Path) -> None:
    """Without a code location Dagster's first page leaves it out, and cannot execute it again."""
    with instance_at(tmp_path) as instance:
        instance.add_run(dg.DagsterRun(job_name="audit"))
        (run,) = instance.get_runs(dg.RunsFilter(tags={".dagster/repository": _LABEL}))
        assert run.remote_job_origin is not None
        assert run.remote_job_origin.location_name == LOCATION


_LABEL = f"__repository__@{LOCATION}"


def test_whatever_serves_it_the_code_location_has_one_name() -> None:
    """So that `atom-release ui`, plain Dagster and `dg` show one history."""
    workspace = yaml.safe_load((PROJECT / "workspace.yaml").read_text())
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text())["tool"]["dg"]["project"]
    assert [entry["python_module"]["module_name"] for entry in workspace["load_from"]] == [LOCATION]
    assert project["code_location_name"] == LOCATION
