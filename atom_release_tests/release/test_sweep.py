"""A sweep removes what killed gates left, says what and why, and touches nothing else."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from atom_release.release.sweep import sweep
from atom_release.settings import Settings

_GATE = """
import sys
from pathlib import Path
from atom_release.lab.rehearsal.folder import Folder
from atom_release.lab.throwaway import hold, passing, throwaway
scratch = Path(sys.argv[1]) / "scratch" / "0123"
hold(scratch)
suites = scratch / "suites" / "0123456"
suites.mkdir(parents=True)
folder = Folder.make(scratch)
(folder.state / "much").write_bytes(bytes(100_000))
with throwaway(suites, "run-"), passing(scratch), passing():
    print("up", flush=True)
    input()
"""


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home with everything in it that is nobody's leftover."""
    for kept in ("keys/gate.pem", "history/one", "journal/one", "scratch/environments/made/x/bin"):
        (tmp_path / "home" / kept).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "home" / kept).write_text("kept")
    return tmp_path / "home"


def files(home: Path) -> set[str]:
    return {str(path.relative_to(home)) for path in home.rglob("*") if path.is_file()}


def test_what_a_living_gate_holds_stays_and_what_a_killed_one_left_goes(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    passing = tmp_path / "passing"
    passing.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(passing))
    settings, before = Settings(home=home), files(home)
    gate = subprocess.Popen(
        [sys.executable, "-c", _GATE, str(home)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={"PYTHONPATH": str(Path(__file__).parents[2]), "TMPDIR": str(passing)},
    )
    try:
        assert gate.stdout is not None
        assert gate.stdout.readline() == b"up\n"
        assert sweep(settings, days=0) == []
    finally:
        gate.send_signal(signal.SIGKILL)
        gate.communicate()
    swept = sweep(settings, days=7)
    assert sorted(entry.why for entry in swept) == [
        "a rehearsal whose gate is gone",
        "a run of a suite whose gate is gone",
        "files of a gate that is gone",
        "files of a gate that is gone",
    ]
    assert sum(entry.size for entry in swept) >= 100_000
    assert list(passing.iterdir()) == []
    assert (home / "scratch" / "0123").is_dir()  # its copies serve the next run on this commit
    (copies,) = sweep(settings, days=-1)
    assert (copies.path, copies.why[:18]) == (home / "scratch" / "0123", "copies of a commit")
    assert files(home) == before


def test_copies_of_a_commit_that_was_judged_lately_stay(home: Path) -> None:
    old = home / "scratch" / "0123"
    old.mkdir()
    (old / ".gate-lock").touch()
    assert sweep(Settings(home=home), days=1) == []
    os.utime(old / ".gate-lock", (0, time.time() - 2 * 86_400))
    assert [entry.path for entry in sweep(Settings(home=home), days=1)] == [old]
