"""Nothing of a rehearsal outlives it: no process, no folder, however the gate ends."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from atom_release.gate.manifest import Request
from atom_release.lab.rehearsal import Rehearsal
from atom_release.lab.rehearsal.folder import sweep
from atom_release_tests.fixtures import rehearsal_tree as tree

pytestmark = pytest.mark.live

# Who started the tests may have told them to ignore or block a signal, and a child inherits that:
# what is under test is the gate's own end.
_GATE = """
import signal, sys, time
signal.pthread_sigmask(signal.SIG_SETMASK, ())
signal.signal(signal.SIGINT, signal.default_int_handler)
signal.signal(signal.SIGTERM, signal.SIG_DFL)
from pathlib import Path
from atom_release_tests.fixtures import rehearsal_tree as tree
from atom_release.lab.rehearsal import Rehearsal
started = Rehearsal.start(tree.look(Path(sys.argv[1])))
print("up", *started.base_urls, flush=True)
time.sleep(60)
"""


def below(pid: int) -> list[psutil.Process]:
    """Return all processes below one; git's belong to the judged tree, not to the rehearsal."""
    return [
        process
        for process in psutil.Process(pid).children(recursive=True)
        if name_of(process) != "git"
    ]


def gone(processes: list[psutil.Process]) -> bool:
    return not psutil.wait_procs(processes, timeout=10)[1]


def names(processes: list[psutil.Process]) -> set[str]:
    return {name_of(process) for process in processes}


def name_of(process: psutil.Process) -> str:
    try:
        return str(process.name())
    except psutil.NoSuchProcess:
        return ""  # one of those that live for a moment only


def test_close_ends_processes_and_removes_folders(tmp_path: Path) -> None:
    """Also when the block is left by an exception."""
    look = tree.look(tmp_path)
    before = set(below(os.getpid()))
    with (  # noqa: PT012 - what is in the block is what is left behind
        pytest.raises(ZeroDivisionError),
        Rehearsal.start(look),
    ):
        processes = [process for process in below(os.getpid()) if process not in before]
        assert {"postgres", "bao"} <= names(processes)
        raise ZeroDivisionError
    assert gone(processes)
    assert list((tmp_path / "scratch").iterdir()) == []


def test_interrupted_start_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An interruption while the services start ends what had started."""
    look = tree.look(tmp_path)
    before = set(below(os.getpid()))
    seen: list[psutil.Process] = []
    named: set[str] = set()

    def interrupted(_: Rehearsal) -> None:
        seen.extend(process for process in below(os.getpid()) if process not in before)
        named.update(names(seen))
        raise KeyboardInterrupt

    monkeypatch.setattr(Rehearsal, "_start_services", interrupted)
    with pytest.raises(KeyboardInterrupt):
        Rehearsal.start(look)
    assert {"postgres", "bao"} <= named
    assert gone(seen)
    assert list((tmp_path / "scratch").iterdir()) == []


@pytest.mark.parametrize(
    "how",
    [
        pytest.param(signal.SIGINT, marks=pytest.mark.slow),
        pytest.param(signal.SIGTERM, marks=pytest.mark.slow),
        signal.SIGKILL,
    ],
)
def test_killed_gate_takes_everything_with_it(how: signal.Signals, tmp_path: Path) -> None:
    """Whatever ends the gate ends the rehearsal's processes.

    Folders left behind go with the next start, whatever commit that one is of.
    """
    gate = subprocess.Popen(
        [sys.executable, "-c", _GATE, str(tmp_path)],
        cwd=Path(__file__).parents[2],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    try:
        assert gate.stdout is not None
        assert gate.stdout.readline() == b"up S.1\n"
        processes = below(gate.pid)
        assert {"postgres", "bao"} <= names(processes)
        gate.send_signal(how)
        gate.wait(20)
        assert gone(processes)
    finally:
        gate.kill()
        gate.wait()
        if gate.stdout:
            gate.stdout.close()
    left = list((tmp_path / "scratch").iterdir())
    assert sweep(tmp_path / "another-commit") == left
    assert list((tmp_path / "scratch").iterdir()) == []


def test_a_process_that_comes_to_its_end_leaves_nothing(tmp_path: Path) -> None:
    """As `dagster asset materialize` does: nobody closes the rehearsal, and no thread begins."""
    program = _GATE.replace("time.sleep(60)", "")
    ran = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path)],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=True,
    )
    assert (ran.stdout, ran.stderr) == ("up S.1\n", "")
    assert list((tmp_path / "scratch").iterdir()) == []


def test_folders_of_a_living_gate_are_not_swept(tmp_path: Path) -> None:
    """The lock shows that somebody still uses them."""
    with Rehearsal.start(
        tree.look(
            tmp_path,
            tree.manifest(
                services=[tree.service("S.2", "broken", start=None)], secrets=[], tenancy=None
            ),
        )
    ):
        assert sweep(tmp_path / "scratch") == []
        assert len(list((tmp_path / "scratch").iterdir())) == 1


def test_fork_of_the_gate_ends_nothing(tmp_path: Path) -> None:
    """A child made by fork leaves its parent's rehearsal alone."""
    with Rehearsal.start(tree.look(tmp_path)) as started:
        child = os.fork()
        if child == 0:
            started.close()
            os._exit(0)
        os.waitpid(child, 0)
        time.sleep(0.3)
        assert started.exchange().send(Request(path="/items"), service="S.1").status == 200
