"""The account of what tests cost names the modules that took most."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

_BUSY = """
import time

def test_busy():
    ends = time.process_time() + {seconds}
    while time.process_time() < ends:
        pass
"""
_STARTS = f"""
import subprocess, sys

def test_starts():
    subprocess.run([sys.executable, "-c", {_BUSY.format(seconds=0.4) + "test_busy()"!r}], check=True)
"""


def test_the_costliest_module_comes_first_and_no_more_are_named(tmp_path: Path) -> None:
    """Also through workers, and with what a test started."""
    for name, body in {
        "test_a": _BUSY.format(seconds=0.1),
        "test_b": _STARTS,
        "test_c": "def test_nothing():\n    pass\n",
    }.items():
        (tmp_path / f"{name}.py").write_text(body)
    root = Path(__file__).parents[1]
    (tmp_path / "conftest.py").write_text(
        "from atom_release_tests.conftest import pytest_addoption, pytest_configure\n"
    )
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-n", "1", "--costs", "2"],
        cwd=tmp_path,
        env={"PYTHONPATH": str(root), "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
    )
    _, _, account = done.stdout.partition("processor time")
    named = [word for word in account.split() if word.startswith("test_")]
    assert (done.returncode, named) == (0, ["test_b.py", "test_a.py"]), done.stdout
