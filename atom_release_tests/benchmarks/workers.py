"""A whole release by two workers of Celery with homes of their own, and one PostgreSQL and Redis.

`python -m atom_release_tests.benchmarks.workers FOLDER [kill]` tells the exit status, the seconds,
the tags, and how many steps each worker took. With `kill` the first worker is killed while it has a
step; the broker gives that step to the other after 40 seconds instead of an hour.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from contextlib import ExitStack
from pathlib import Path

from atom_release.graph.engines import BROKER, RESULTS
from atom_release.graph.running import instance_at
from atom_release.lab.rehearsal.redis import find_program
from atom_release.records.signing_keys import ensure_key
from atom_release_tests.fixtures import shared_state, tiny
from atom_release_tests.fixtures.tiny import Tiny

_PORT = 29_999
_LONGEST = 400
_WORKER = """
from atom_release.graph.celery_worker import app, execute_plan
app.conf.broker_transport_options = {"visibility_timeout": 40}
"""


def measure(folder: Path, *, kill: bool) -> str:
    """Return what came of one release."""
    (folder / "state").mkdir(parents=True)
    (folder / "short_worker.py").write_text(_WORKER)
    with ExitStack() as stack, instance_at(folder / "dagster"):
        team = stack.enter_context(shared_state.started(folder / "state"))
        release = tiny.make(folder / "release")
        given = _environment(folder, release, team.url)
        broker = [str(find_program()), "--port", str(_PORT), "--save", "", "--dir", str(folder)]
        _started(stack, folder, "broker", broker, given)
        workers = {name: _started_worker(stack, folder, name, given) for name in ("one", "two")}
        words = ["-m", "atom_release.definitions", "-j", "phase_x_release"]
        command = [sys.executable, "-m", "dagster", "job", "execute", *words]
        begun = time.monotonic()
        run = _started(stack, folder, "starter", command, given)
        while run.poll() is None and time.monotonic() - begun < _LONGEST:
            time.sleep(0.2)
            if kill and "policy_check" in _log(folder, "one") and workers["one"].poll() is None:
                os.killpg(workers["one"].pid, signal.SIGKILL)
        steps = {name: _log(folder, name).count("] succeeded in") for name in workers}
        seconds = round(time.monotonic() - begun)
        return f"exit {run.poll()}, {seconds} s, tags {release.tags()}, steps {steps}"


def _environment(folder: Path, release: Tiny, state: str) -> dict[str, str]:
    ensure_key(folder / "gate.pem")
    return {
        **os.environ,
        "PYTHONPATH": f"{Path(__file__).parents[2]}:{folder}",
        "DAGSTER_HOME": str(folder / "dagster"),
        "ATOM_RELEASE_EXECUTOR": "celery",
        BROKER: f"redis://127.0.0.1:{_PORT}/0",
        RESULTS: f"redis://127.0.0.1:{_PORT}/1",
        "ATOM_RELEASE_STATE": state,
        "ATOM_RELEASE_KEY": str(folder / "gate.pem"),
        "ATOM_RELEASE_REPO": str(release.repository),
        "ATOM_RELEASE_OUT": str(folder / "out"),
        "ATOM_RELEASE_OPERATOR": str(release.settings.operator),
    }


def _started_worker(
    stack: ExitStack, folder: Path, name: str, given: dict[str, str]
) -> subprocess.Popen[bytes]:
    words = ["-A", "short_worker", "worker", "-l", "info", "-c", "1", "-Q", "dagster"]
    command = [sys.executable, "-m", "celery", *words, "-n", f"{name}@localhost"]
    return _started(stack, folder, name, command, given)


def _started(
    stack: ExitStack, folder: Path, name: str, command: list[str], given: dict[str, str]
) -> subprocess.Popen[bytes]:
    """Start a process with a home of its own, which ends with the stack."""
    log = stack.enter_context((folder / f"{name}.log").open("wb"))
    process = subprocess.Popen(
        command,
        env={**given, "ATOM_RELEASE_HOME": str(folder / "homes" / name)},
        cwd=folder,
        stdout=log,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )
    stack.callback(_end, process)
    return process


def _end(process: subprocess.Popen[bytes]) -> None:
    for number in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(process.pid, number)
            process.wait(20)
        except (ProcessLookupError, subprocess.TimeoutExpired):
            continue


def _log(folder: Path, name: str) -> str:
    return (folder / f"{name}.log").read_text(errors="replace")


def main() -> None:
    """Measure one release."""
    sys.stdout.write(measure(Path(sys.argv[1]).absolute(), kill=sys.argv[2:] == ["kill"]) + "\n")


if __name__ == "__main__":
    main()
