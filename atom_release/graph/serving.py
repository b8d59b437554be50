"""Dagster's own web server and daemon on loopback, with the history of this home."""

from __future__ import annotations

import os
import signal
import subprocess
import sys

import psutil

from atom_release.graph.home_storage import LOCATION
from atom_release.graph.running import instance_at
from atom_release.release.operators_places import check_before_opening
from atom_release.settings import Settings

_ENDING = 60.0  # seconds that runs and servers have to end by themselves


def serve(settings: Settings, port: int) -> int:
    """Serve until interrupted, and give Dagster's exit status; it ends with this process."""
    check_before_opening(settings)
    with instance_at(settings.dagster_home, shared=settings.dagster_is_shared):
        pass  # writes the configuration (telemetry off)
    argv = [
        sys.executable,
        "-m",
        "dagster",
        "dev",
        "-m",
        LOCATION,
        "-h",
        "127.0.0.1",
        "-p",
        str(port),
    ]
    for word in (signal.SIGINT, signal.SIGTERM):
        # a shell's `&` has Ctrl-C ignored, also by Dagster, which is ended by it
        signal.signal(word, signal.default_int_handler)
    process = subprocess.Popen(
        argv,
        env={**os.environ, "DAGSTER_HOME": str(settings.dagster_home)},
        start_new_session=True,  # Ctrl-C is for this process, which ends the others in order
    )
    try:
        return process.wait()
    except KeyboardInterrupt:
        return end(process)


def end(process: subprocess.Popen[bytes]) -> int:
    """End Dagster's servers and the runs below them; return its exit status.

    By itself Dagster lets a run go on whose servers are gone. Only runs are ended, who end what is
    theirs: a service that was ended before its run would be held against the release.
    """
    servers = psutil.Process(process.pid).children(recursive=True)
    runs = [child for child in servers if _is_run(child)]
    for run in runs:
        run.terminate()
    psutil.wait_procs(runs, timeout=_ENDING)
    process.send_signal(signal.SIGINT)
    try:
        status = process.wait(_ENDING)
    except subprocess.TimeoutExpired:
        process.kill()
        status = process.wait()
    _, living = psutil.wait_procs(servers, timeout=_ENDING)
    for left in living:
        left.kill()
    return status


def _is_run(process: psutil.Process) -> bool:
    """Return whether a process is a run that a code server started."""
    try:
        parent = process.parent()
        started_by = parent.cmdline() if parent is not None else []
        return "grpc" in started_by and "multiprocessing.spawn" in " ".join(process.cmdline())
    except psutil.Error:
        return False
