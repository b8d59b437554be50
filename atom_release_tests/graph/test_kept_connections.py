"""What stores with open connections write is what Dagster's own read, and the other way round."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import dagster as dg

from atom_release.graph.running import instance_at

_READ = """
import sys
import dagster as dg
with dg.DagsterInstance.from_config(sys.argv[1]) as instance:
    for run in instance.get_runs():
        print(run.job_name, run.status.value, len(instance.all_logs(run.run_id)))
    print(instance.get_latest_materialization_event(dg.AssetKey("answer")).asset_materialization)
"""


@dg.asset(check_specs=[dg.AssetCheckSpec("right", asset="answer")])
def answer() -> dg.MaterializeResult:  # type: ignore[type-arg]
    """Return an answer with its check."""
    return dg.MaterializeResult(check_results=[dg.AssetCheckResult(passed=True)])


def _run(instance: dg.DagsterInstance) -> str:
    done = dg.materialize([answer], instance=instance)
    assert done.success
    return done.run_id


def test_dagsters_own_stores_read_what_was_written(tmp_path: Path) -> None:
    """So that nobody is bound to the gate's: another configuration of the folder shows it too."""
    with instance_at(tmp_path / "kept") as instance:
        events = len(instance.all_logs(_run(instance)))
        # while this process holds it open, as a web server looks at a run
        assert _read_by_dagster(tmp_path) == [f"__ephemeral_asset_job__ SUCCESS {events}", _SHOWN]
    assert _read_by_dagster(tmp_path) == [f"__ephemeral_asset_job__ SUCCESS {events}", _SHOWN]
    assert not list((tmp_path / "kept").rglob("*-wal"))


_SHOWN = repr(dg.AssetMaterialization("answer")).partition("(")[0]


def _read_by_dagster(folder: Path) -> list[str]:
    own = folder / "own"
    own.mkdir(exist_ok=True)
    (own / "dagster.yaml").write_text(
        f"telemetry: {{enabled: false}}\nstorage: {{sqlite: {{base_dir: {folder / 'kept'}}}}}\n"
    )
    heard = subprocess.run(
        [sys.executable, "-c", _READ, str(own)], capture_output=True, text=True, check=True
    )
    first, second = heard.stdout.splitlines()
    return [first, second.partition("(")[0]]


def test_what_dagsters_own_stores_wrote_is_read_on(tmp_path: Path) -> None:
    """A home from before, or one that another configuration used meanwhile."""
    own, kept = tmp_path / "own", tmp_path / "kept"
    own.mkdir()
    (own / "dagster.yaml").write_text(
        f"telemetry: {{enabled: false}}\nstorage: {{sqlite: {{base_dir: {kept}}}}}\n"
    )
    with dg.DagsterInstance.from_config(str(own)) as instance:
        before = _run(instance)
    with instance_at(kept) as instance:
        after = _run(instance)
        assert [run.run_id for run in instance.get_runs()] == [after, before]
        assert instance.all_logs(before)


def test_a_forked_process_leaves_the_connections_of_its_parent_alone(tmp_path: Path) -> None:
    """It opens its own, and what both write is there."""
    with instance_at(tmp_path) as instance:
        first = _run(instance)
        child = os.fork()
        if child == 0:
            os._exit(0 if instance.add_run(dg.DagsterRun(job_name="child")) else 1)
        assert os.waitpid(child, 0)[1] == 0
        second = _run(instance)
        names = {run.job_name for run in instance.get_runs()}
        assert names == {"__ephemeral_asset_job__", "child"}
        assert instance.all_logs(first) and instance.all_logs(second)  # noqa: PT018


def test_more_runs_are_looked_at_than_files_are_held_open(tmp_path: Path) -> None:
    """Whoever looks at all of them gets all events; a wiped history is begun anew."""
    with instance_at(tmp_path) as instance:
        runs = [_run(instance) for _ in range(10)]
        counts = {len(instance.all_logs(run)) for run in runs + runs}
        assert len(counts) == 1
        held = {os.path.realpath(place) for place in Path("/proc/self/fd").iterdir()}
        assert len([name for name in held if name.endswith(".db") and str(tmp_path) in name]) <= 10
        instance.wipe()
        assert instance.all_logs(_run(instance))
