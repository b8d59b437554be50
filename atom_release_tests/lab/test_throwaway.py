"""What a killed gate left behind goes with the next gate, whatever commit that one judges."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from atom_release.lab.throwaway import sweep, throwaway

_GATE = """
import sys, time
from pathlib import Path
from atom_release.lab.throwaway import throwaway
with throwaway(Path(sys.argv[1]), "run-") as folder:
    (folder / "much").write_text("x")
    print(folder, flush=True)
    time.sleep(300)
"""


def test_a_folder_lives_as_long_as_its_block(tmp_path: Path) -> None:
    with throwaway(tmp_path, "run-") as folder:
        (folder / "deep").mkdir()
        assert folder.stat().st_mode & 0o777 == 0o755
        assert sweep(tmp_path, "run-*") == []
        assert folder.is_dir()
    assert list(tmp_path.iterdir()) == []


def test_a_killed_gates_folder_is_swept_and_a_living_ones_is_not(tmp_path: Path) -> None:
    """Of any commit; what the gate did not make stays."""
    commit = tmp_path / "0123" / "suites" / "0123456"
    commit.mkdir(parents=True)
    (commit / "run-by-hand").mkdir()
    gate = subprocess.Popen(
        [sys.executable, "-c", _GATE, str(commit)],
        stdout=subprocess.PIPE,
        env={"PYTHONPATH": str(Path(__file__).parents[2])},
        text=True,
    )
    try:
        assert gate.stdout is not None
        folder = Path(gate.stdout.readline().strip())
        assert sweep(tmp_path, "*/suites/*/run-*") == []
    finally:
        gate.kill()
        gate.communicate()
    assert sweep(tmp_path, "*/suites/*/run-*") == [folder]
    assert [path.name for path in commit.iterdir()] == ["run-by-hand"]
