"""Dagster's own web server and daemon on loopback, with the history of this home."""

from __future__ import annotations

import logging
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import psutil

from atom_release.graph import releases
from atom_release.graph.home_storage import LOCATION
from atom_release.graph.running import instance_at
from atom_release.release.operators_places import check_before_opening
from atom_release.release.serve_artifacts import served
from atom_release.settings import Settings

_LOG = logging.getLogger("atom_release")
_ENDING = 60.0  # seconds that runs and servers have to end by themselves


def serve(settings: Settings, port: int) -> int:
    """Serve until interrupted, and give Dagster's exit status; it ends with this process."""
    check_before_opening(settings)
    with instance_at(settings.dagster_home, shared=settings.dagster_is_shared):
        pass  # writes the configuration (telemetry off)
    argv = [
        *_ends_with_us(),
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
    with _artifacts_served(settings, port + 1) as addresses:
        process = subprocess.Popen(
            argv,
            env={**os.environ, **addresses, "DAGSTER_HOME": str(settings.dagster_home)},
            start_new_session=True,  # Ctrl-C is for this process, which ends the others in order
        )
        try:
            return process.wait()
        except KeyboardInterrupt:
            return end(process)


@contextmanager
def _artifacts_served(settings: Settings, port: int) -> Iterator[dict[str, str]]:
    """Serve what runs store, so that it can be opened from Dagster's pages; give the variable.

    Nothing is served where the environment says who does, and nothing where the port is taken.
    """
    with ExitStack() as stack:
        named = dict[str, str]()
        if not settings.out_url:
            blueprints = releases.load(settings, hosted=False)
            stores = {
                blueprint.asset_key if blueprint.settings else "": blueprint.settings or settings
                for blueprint in blueprints
            }
            try:
                named["ATOM_RELEASE_OUT_URL"] = stack.enter_context(served(stores, port))
            except OSError as error:
                _LOG.warning("Artifacts are shown by their paths: port %s: %s", port, error)
        yield named


def _ends_with_us() -> list[str]:
    """Return what ends Dagster's servers, in their order, where this process is killed."""
    setpriv = shutil.which("setpriv")
    return [setpriv, "--pdeathsig", "TERM"] if setpriv else []


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
