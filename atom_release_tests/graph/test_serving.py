"""The end of `atom-release ui`: runs first, by themselves, then the servers; nothing goes on."""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx
import psutil
import pytest

from atom_release.graph import serving
from atom_release_tests.fixtures import many_services

_DEV = """
import os, signal, subprocess, sys
signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's `&` has it ignored
server = subprocess.Popen([sys.executable, *sys.argv[1:]])
try:
    server.wait()
except KeyboardInterrupt:
    os._exit(7)
"""
_SERVER = """
import multiprocessing, signal, subprocess, sys, time
from pathlib import Path

def run(place):
    service = subprocess.Popen(["sleep", "60"])
    def told(*_):
        Path(place).write_text(f"service: {service.poll()}")
        service.kill()
        sys.exit()
    signal.signal(signal.SIGTERM, told)
    Path(place).write_text("up")
    time.sleep(60)

if __name__ == "__main__":
    multiprocessing.get_context("spawn").Process(target=run, args=(sys.argv[2],)).start()
    time.sleep(60)
"""


def test_runs_end_before_what_is_theirs_and_servers_after(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The server here does not end by itself, and would let its run go on."""
    monkeypatch.setattr(serving, "_ENDING", 5.0)  # a busy machine wakes a process late
    place, server = tmp_path / "run", tmp_path / "server.py"
    server.write_text(_SERVER)
    process = subprocess.Popen([sys.executable, "-c", _DEV, str(server), "grpc", str(place)])
    while not (place.exists() and place.read_text() == "up"):
        assert process.poll() is None
        time.sleep(0.05)
    below = psutil.Process(process.pid).children(recursive=True)
    assert len(below) >= 3
    assert serving.end(process) == 7
    assert place.read_text() == "service: None"
    assert psutil.wait_procs(below, timeout=10)[1] == []


@pytest.mark.slow
@pytest.mark.parametrize(
    "command",
    [("atom_release", "ui", "--port"), ("dagster", "dev", "-h", "127.0.0.1", "-p")],
    ids=["ui", "dev"],
)
def test_what_a_killed_server_had_started_ends(command: tuple[str, ...], tmp_path: Path) -> None:
    """Web server, daemon and code server too, which do not look for who started them."""
    made = many_services.make(tmp_path / "release", 1)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    root = Path(__file__).parents[2]
    (tmp_path / "project").mkdir()
    for name in ("dagster.yaml", "workspace.yaml"):
        shutil.copy(root / name, tmp_path / "project")  # which `dagster dev` reads
    process = subprocess.Popen(
        [sys.executable, "-m", *command, str(port)],
        cwd=tmp_path / "project",
        env={
            **os.environ,
            "PYTHONPATH": str(root),
            "ATOM_RELEASE_HOME": str(made.settings.home),
            "ATOM_RELEASE_OPERATOR": str(made.settings.operator),
            "ATOM_RELEASE_OUT": made.settings.out,
            "ATOM_RELEASE_REPO": str(made.repository),
        },
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    while not _answers(port):
        assert process.poll() is None
        time.sleep(0.5)
    below = psutil.Process(process.pid).children(recursive=True)
    assert any("dagster_webserver" in " ".join(child.cmdline()) for child in below)
    process.kill()
    process.wait()
    _, living = psutil.wait_procs(below, timeout=200)
    commands = [" ".join(child.cmdline()) for child in living]
    for child in living:
        child.kill()
    assert commands == []


def _answers(port: int) -> bool:
    with contextlib.suppress(httpx.HTTPError):
        return httpx.get(f"http://127.0.0.1:{port}/server_info").is_success
    return False
