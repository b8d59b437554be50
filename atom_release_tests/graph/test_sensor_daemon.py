"""The sensor under a real `dagster dev`.

A commit with a changed report becomes a finished audit, and no tag.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import dagster as dg
import pytest

from atom_release.graph.running import instance_at
from atom_release_tests.fixtures import tiny

pytestmark = [pytest.mark.live, pytest.mark.slow]


def free_port() -> int:
    with socket.socket() as free_socket:
        free_socket.bind(("127.0.0.1", 0))
        return int(free_socket.getsockname()[1])


def finished(instance: dg.DagsterInstance, count: int) -> list[dg.DagsterRun]:
    """Wait until so many runs have ended, and give them."""
    for _ in range(600):
        runs = [
            record.dagster_run
            for record in instance.get_run_records()
            if record.dagster_run.is_finished
        ]
        if len(runs) >= count:
            return runs
        time.sleep(0.5)
    raise AssertionError("no run ended")


def test_a_changed_report_becomes_an_audit(tmp_path: Path) -> None:
    """First the reports as they are, then the changed one.

    Two runs of the audit job, each successful, and no tag anywhere.
    """
    release = tiny.make(tmp_path / "release")
    home = tmp_path / "home"
    with instance_at(home / "dagster"):
        pass
    environment = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("ATOM_", "DAGSTER_"))
    }
    environment |= {
        "DAGSTER_HOME": str(home / "dagster"),
        "ATOM_RELEASE_HOME": str(home),
        "ATOM_RELEASE_REPO": str(release.repository),
        "ATOM_RELEASE_OPERATOR": str(release.settings.operator),
    }
    environment["ATOM_RELEASE_OUT"] = release.settings.out
    argv = [
        sys.executable,
        "-m",
        "dagster",
        "dev",
        "-m",
        "atom_release.definitions",
        "-h",
        "127.0.0.1",
        "-p",
        str(free_port()),
    ]
    served = subprocess.Popen(
        argv,
        env=environment,
        cwd=tmp_path,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        with dg.DagsterInstance.from_config(str(home / "dagster")) as instance:
            finished(instance, 1)
            release.commit("reports/X.1.md", tiny.REPORT + "\nMore.\n")
            runs = finished(instance, 2)
    finally:
        os.killpg(served.pid, signal.SIGINT)
        try:
            served.wait(timeout=60)
        except subprocess.TimeoutExpired:
            os.killpg(served.pid, signal.SIGKILL)
            served.wait()
    assert {run.job_name for run in runs} == {"phase_x_audit"}
    assert {run.status for run in runs} == {dg.DagsterRunStatus.SUCCESS}
    assert release.tags() == {}
