"""Plain Dagster's run is told to end between two steps, by a real signal: nothing goes on."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from atom_release_tests.fixtures import many_services

JOB = "phase_x_audit"
_DEFINITIONS = """
import os, signal
import dagster as dg
from atom_release.graph.building import build_definitions

handle_event = dg.DagsterInstance.handle_new_event

def handle_and_interrupt(self, event, **options):
    handle_event(self, event, **options)
    told = event.dagster_event
    if told and told.event_type_value == "STEP_SUCCESS" and told.step_key.endswith("evidence__X_1"):
        os.kill(os.getpid(), signal.Signals[os.environ["WORD"]])

dg.DagsterInstance.handle_new_event = handle_and_interrupt
defs = build_definitions()
"""


@pytest.mark.slow
@pytest.mark.parametrize("word", ["SIGINT", "SIGTERM"])
def test_suites_that_run_ahead_end_with_a_run_that_ends_between_two_steps(
    word: str, tmp_path: Path
) -> None:
    """Those of other services, which would take a minute, with their processes and folders."""
    made = many_services.make(tmp_path / "release", 3, suite_seconds=0.1)
    for number in (2, 3):
        tests = f"services/s{number}/tests/test_{number}.py"
        text = (made.repository / tests).read_text().replace("sleep(0.1)", "sleep(60)")
        assert "sleep(60)" in text
        made.commit(tests, text)
    for folder in ("dagster", "tmp"):
        (tmp_path / folder).mkdir()
    (tmp_path / "interrupted.py").write_text(_DEFINITIONS)
    process = subprocess.Popen(
        [sys.executable, "-m", "dagster", "job", "execute", "-f", "interrupted.py", "-j", JOB],
        cwd=tmp_path,
        env={
            **os.environ,
            "ATOM_RELEASE_HOME": str(made.settings.home),
            "ATOM_RELEASE_OPERATOR": str(made.settings.operator),
            "ATOM_RELEASE_OUT": made.settings.out,
            "ATOM_RELEASE_REPO": str(made.repository),
            "DAGSTER_HOME": str(tmp_path / "dagster"),
            "PYTHONPATH": str(Path(__file__).parents[2]),
            "TMPDIR": str(tmp_path / "tmp"),
            "WORD": word,
        },
        stdout=(tmp_path / "output").open("wb"),
        stderr=subprocess.STDOUT,
    )
    below: dict[int, psutil.Process] = {}
    while process.poll() is None:
        below |= {
            child.pid: child for child in psutil.Process(process.pid).children(recursive=True)
        }
        time.sleep(0.2)
    assert process.returncode != 0
    assert below
    _, living = psutil.wait_procs(below.values(), timeout=20)
    assert living == []
    begun = (tmp_path / "output").read_text()
    assert "service_evidence__X_1 - STEP_SUCCESS" in begun
    assert "service_evidence__X_2 - STEP_START" not in begun
    left = [path.name for path in (tmp_path / "tmp").iterdir() if "places" not in path.name]
    assert left == []
    assert not list(made.settings.home.rglob("run-*"))
