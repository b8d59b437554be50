"""Plain Dagster in the checkout has the history of the gate's home, and keeps it."""

from __future__ import annotations

from pathlib import Path

import dagster as dg
import pytest
from dagster._cli.utils import get_possibly_temporary_instance_for_cli

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
