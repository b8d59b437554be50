"""What holds for every file that this process makes, whatever umask it was started with."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from atom_release_tests.fixtures.praised import TRUE_TEST, release_of

REPORT = "# X.1 One\n\n**Status:** PASS\n\nTests: 2 passed, 0 failed\n"


def test_nobody_else_may_write_what_the_gate_makes() -> None:
    """Started with no umask at all it takes the usual one; a stricter one stays."""
    code = (
        "import os; from atom_release.settings import close_to_writers; os.umask({});"
        " close_to_writers(); print(oct(os.umask(0)))"
    )
    masks = [
        subprocess.run(
            [sys.executable, "-c", code.format(given)], capture_output=True, text=True, check=True
        ).stdout.strip()
        for given in (0o000, 0o077)
    ]
    assert masks == ["0o22", "0o77"]


@pytest.mark.slow
@pytest.mark.parametrize("umask", [0o077, 0o000], ids=["nothing for others", "all for others"])
def test_a_release_is_judged_and_tagged_under_any_umask(umask: int, tmp_path: Path) -> None:
    """With a strict one the gate's plug-in could not be read by the suite, where it is root."""
    files = {"reports/X.1.md": REPORT, "tests/test_calc.py": TRUE_TEST}
    release = release_of(tmp_path / "r", files, "    suite: {paths: [tests], repeats: 1}\n")
    before, out = {*tmp_path.rglob("*")}, tmp_path / "out"
    done = subprocess.run(
        [sys.executable, "-m", "atom_release", "run", "--repo", release.repository, "--out", out],
        env={
            **os.environ,
            "ATOM_RELEASE_HOME": str(tmp_path / "r" / "home"),
            "ATOM_RELEASE_OPERATOR": str(tmp_path / "r" / "operator.yaml"),
        },
        capture_output=True,
        text=True,
        umask=umask,
        cwd=tmp_path,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert release.git("tag") == "v1-phaseX"
    made = {path: path.lstat().st_mode for path in tmp_path.rglob("*") if path not in before}
    plain = {path: mode for path, mode in made.items() if not stat.S_ISLNK(mode)}
    assert not [path for path, mode in plain.items() if mode & 0o022]
    reports = [mode for path, mode in plain.items() if path.is_relative_to(out)]
    assert reports
    assert umask == 0 or not any(mode & 0o077 for mode in reports)
