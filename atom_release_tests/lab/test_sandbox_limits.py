"""What a sandboxed run may use of time, memory, processes, disk and output, and that it ends there."""

from __future__ import annotations

import os
import signal
import sys

import psutil
import pytest

from atom_release.lab.sandbox import Limits, Sandbox
from atom_release_tests.fixtures.processes import until
from atom_release_tests.fixtures.sandbox_box import MODES, Box, box

__all__ = ["box"]  # the fixture


@pytest.mark.parametrize("mode", [*MODES, "none"])
def test_wall_time_ends_everything_that_was_started(box: Box, mode: str) -> None:
    mark = f"atom-{os.getpid()}-{mode}"
    done = box.python(
        f"""
        import subprocess, sys, time
        for _ in range(3):
            subprocess.Popen([sys.executable, "-c", "import os, time; os.setsid(); time.sleep(300)", "{mark}"])
        time.sleep(300)
        """,
        mode=mode,
        limits=Limits(wall=1, cpu=20, memory_mb=1024, processes=64),
    )
    assert done.timed_out
    assert done.met_limit == "wall"
    assert not [
        process
        for process in psutil.process_iter(["cmdline"])
        if mark in (process.info["cmdline"] or [])
    ]


def test_daemons_left_behind_end_with_the_run(box: Box) -> None:
    mark = f"atom-{os.getpid()}-daemon"
    done = box.python(f"""
        import os, subprocess, sys
        subprocess.Popen([sys.executable, "-c", "import os, time; os.setsid(); time.sleep(300)", "{mark}"], start_new_session=True)
        """)
    assert done.status == 0
    assert not done.timed_out
    assert not [
        process
        for process in psutil.process_iter(["cmdline"])
        if mark in (process.info["cmdline"] or [])
    ]


def test_processor_time_is_limited(box: Box) -> None:
    done = box.python("while True: pass", limits=Limits(wall=30, cpu=1, memory_mb=512))
    assert (done.met_limit, done.status) == ("cpu", -signal.SIGXCPU)


def test_memory_of_one_process_is_limited(box: Box) -> None:
    done = box.python("x = bytearray(2_000_000_000)")
    assert b"MemoryError" in done.output


def test_memory_of_many_processes_is_limited_together(box: Box) -> None:
    done = box.python(
        """
        import os, time
        for _ in range(6):
            if not os.fork():
                held = bytearray(os.urandom(1)) * 150_000_000
                time.sleep(60)
        time.sleep(60)
        """,
        limits=Limits(wall=30, cpu=20, memory_mb=512),
    )
    assert done.met_limit == "memory"


@pytest.mark.parametrize(
    "mode", ["any" if os.geteuid() == 0 else "user"]
)  # the kernel does not count root's processes
def test_forking_without_end_is_contained_and_named(box: Box, mode: str) -> None:
    """The bomb is bounded by itself too, far above the sandbox's limit."""
    done = box.python(
        """
        import os, time
        made = 0
        for _ in range(500):
            try:
                if not os.fork():
                    time.sleep(20)
                    os._exit(0)
            except BlockingIOError:
                print("refused after", made, flush=True)
                break
            made += 1
        time.sleep(0.5)
        """,
        mode=mode,
        limits=Limits(wall=30, cpu=20, memory_mb=1024, processes=40),
    )
    assert done.met_limit == "processes"
    if done.output:  # else it was ended before it could say so
        assert done.output.startswith(b"refused after"), done.output
        assert int(done.output.split()[2]) <= 40


def test_two_sandboxes_do_not_share_one_count_of_processes(box: Box) -> None:
    """Processes are counted in a user namespace of each sandbox's own.

    Not for the uid over the whole machine.
    """
    crowd = (
        "import os, time\nfor _ in range(30):\n    if not os.fork():\n        time.sleep(30);"
        " os._exit(0)\nprint('made', flush=True)\ntime.sleep({})"
    )
    limits = Limits(wall=30, cpu=20, memory_mb=1024, processes=40)
    sandbox = Sandbox([box.hidden])
    first = sandbox.start(
        [sys.executable, "-I", "-c", crowd.format(30)],
        directory=box.work,
        writable=[],
        environment={},
        log=box.root / "log",
    )
    try:
        until(lambda: b"made" in (box.root / "log").read_bytes())
        second = box.python(crowd.format(0), limits=limits)
    finally:
        first.stop(0)
    assert second.output == b"made\n"


@pytest.mark.parametrize("mode", MODES)
def test_filling_the_disk_stops_at_the_bound_and_is_named(box: Box, mode: str) -> None:
    done = box.python(
        """
        import os
        for place in (os.environ["OUT"], ".", "/tmp", "/dev/shm"):
            written = 0
            try:
                for number in range(64):
                    with open(f"{place}/{number}", "wb") as sink:
                        sink.write(bytes(1 << 20))
                    written += 1
            except OSError as error:
                print(place, written, error.strerror)
        """,
        mode=mode,
    )
    lines = done.output.decode().splitlines()
    assert len(lines) == 4, lines
    assert all("No space left" in line and int(line.split()[1]) <= 32 for line in lines)
    assert done.met_limit == "disk"


def test_a_file_cannot_outgrow_its_limit_even_without_namespaces(box: Box) -> None:
    done = box.python(
        "import signal; signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\nopen('big',"
        " 'wb').write(bytes(64 << 20))",
        mode="none",
        limits=Limits(wall=30, cpu=20, memory_mb=1024, file_mb=8),
    )
    assert b"File too large" in done.output
    assert (box.work / "big").stat().st_size <= 8 << 20


def test_output_is_bounded(box: Box) -> None:
    done = box.python("import sys\nsys.stdout.write('first' + 'x' * 5_000_000 + 'last')")
    assert len(done.output) <= 1 << 20
    assert done.output.startswith(b"first")
    assert done.output.endswith(b"last")
