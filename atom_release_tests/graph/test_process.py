"""The gate as a process.

Interrupted or terminated, it leaves no child, no tag and nothing half written.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from atom_release.git import Git

pytestmark = [pytest.mark.live, pytest.mark.slow]


def start(home: Path, *arguments: str) -> subprocess.Popen[bytes]:
    environment = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("ATOM_", "DAGSTER_"))
    }
    environment["ATOM_RELEASE_HOME"] = str(home)
    return subprocess.Popen(
        [sys.executable, "-m", "atom_release", *arguments, "--out", str(home / "reports")],
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def services_of(process: subprocess.Popen[bytes]) -> list[psutil.Process]:
    """Wait until the rehearsal runs, and give all processes under the gate's."""
    gate = psutil.Process(process.pid)
    for _ in range(1200):
        children: list[psutil.Process] = gate.children(recursive=True)
        if sum("server.py" in " ".join(_command(child)) for child in children) >= 5:
            return children
        assert process.poll() is None
        time.sleep(0.1)
    raise AssertionError("the rehearsal did not start")


def _command(process: psutil.Process) -> list[str]:
    try:
        return list(process.cmdline())
    except psutil.Error:
        return []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_an_ended_gate_leaves_nothing(number: signal.Signals, tmp_path: Path) -> None:
    """Ctrl-C, SIGTERM, even SIGKILL: every child is gone soon after, and there is no tag."""
    process = start(tmp_path, "run")
    children = services_of(process)
    process.send_signal(number)
    ended = process.wait(timeout=60)
    assert ended == (-number if number is signal.SIGKILL else 130)
    _, alive = psutil.wait_procs(children, timeout=30)
    assert [
        process.pid
        for process in alive
        if process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    ] == []
    origin = Git(tmp_path / "reference" / "green" / "origin.git")
    assert origin.line("for-each-ref", "refs/tags") == ""
    assert not (tmp_path / "reports" / "PhaseC_Snapshot.json").exists()
