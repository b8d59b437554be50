"""What the machine's own interpreters say of themselves: the gate's question, in no environment."""

from __future__ import annotations

import subprocess
from pathlib import Path

_PATIENCE = 20


def ask_program(program: Path, *words: str) -> bytes:
    """Return what a program of this machine prints.

    Raises:
        OSError, subprocess.SubprocessError: it cannot be run, fails, or does not answer in time.
    """
    return subprocess.run(
        [str(program), *words],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=_PATIENCE,
        check=True,
        env={},
        cwd="/",
    ).stdout
