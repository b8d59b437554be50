"""What tests share is made once: those of one group run in one process, others beside them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

_NOTES = """
import os, pathlib, time
import pytest

{mark}
@pytest.mark.parametrize("number", range(4))
def test_it(number):
    time.sleep(0.2)
    with pathlib.Path("{name}").open("a") as file:
        file.write(f"{{os.getpid()}}\\n")
"""


def test_a_group_stays_on_one_worker(tmp_path: Path) -> None:
    """Two workers are at work, and each group is of one of them."""
    for name, mark in (
        ("first", 'pytestmark = pytest.mark.xdist_group("first")'),
        ("second", 'pytestmark = pytest.mark.xdist_group("a/path/second.py")'),
        ("alone", ""),
    ):
        (tmp_path / f"test_{name}.py").write_text(_NOTES.format(mark=mark, name=name))
    (tmp_path / "conftest.py").write_text(
        "from atom_release_tests.conftest import pytest_addoption, pytest_collection_modifyitems\n"
    )
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-n", "2", "--dist", "loadgroup"],
        cwd=tmp_path,
        env={"PYTHONPATH": str(Path(__file__).parents[1]), "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
    )
    workers = {
        name: set((tmp_path / name).read_text().split()) for name in ("first", "second", "alone")
    }
    assert done.returncode == 0, done.stdout
    assert {len(workers["first"]), len(workers["second"])} == {1}
    assert len(set.union(*workers.values())) == 2
