"""What holds for every file that this process makes."""

from __future__ import annotations

import subprocess
import sys


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
