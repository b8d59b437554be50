"""Dagster's own web server and daemon on loopback, with the history of this home."""

from __future__ import annotations

import os
import signal
import subprocess
import sys

from atom_release.graph.running import instance_at
from atom_release.release.operators_places import check_before_opening
from atom_release.settings import Settings


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
        "atom_release.definitions",
        "-h",
        "127.0.0.1",
        "-p",
        str(port),
    ]
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # so that what was started ends too
    process = subprocess.Popen(argv, env={**os.environ, "DAGSTER_HOME": str(settings.dagster_home)})
    try:
        return process.wait()
    except KeyboardInterrupt:
        process.send_signal(signal.SIGINT)  # it ends its own children then, and on no other signal
        return process.wait()
    finally:
        if process.poll() is None:
            process.terminate()
            process.wait()
