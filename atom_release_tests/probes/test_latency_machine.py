"""Who used the processors while latency was measured, and who waited for one."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from atom_release.probes.latency.machine import watched


def test_who_used_the_processors_is_told_apart() -> None:
    """What a process that the test started uses is the subject's, and not also another's."""
    with subprocess.Popen([sys.executable, "-c", "while True: pass"]) as computing:
        try:
            with watched() as machine:
                time.sleep(0.5)
        finally:
            computing.kill()
    seen = machine.facts
    assert seen.subject_processors > 0.05
    assert seen.others + seen.subject_processors / (psutil.cpu_count() or 1) <= seen.busy + 0.05


@pytest.mark.skipif(not Path("/proc/self/schedstat").exists(), reason="the kernel does not tell")
def test_how_long_the_subject_waited_for_a_processor_is_seen() -> None:
    """Twice as many processes as processors: each waits about half of its time."""
    busy = [
        subprocess.Popen([sys.executable, "-c", "while True: pass"])
        for _ in range(2 * (psutil.cpu_count() or 1))
    ]
    try:
        with watched() as machine:
            time.sleep(0.5)
    finally:
        for process in busy:
            process.kill()
            process.wait()
    assert machine.facts.subject_waited > 0.2
