"""How long processes were ready to run and got no processor, from the kernel's schedstat.

Who used the processors instead is the latency probe's question.
"""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import psutil

from atom_release.gate.units import Unit


def waited(pid: int) -> float:
    """Return the seconds that all threads of a process waited; 0 where the kernel does not tell."""
    nanoseconds = 0
    for thread in Path(f"/proc/{pid}/task").glob("*/schedstat"):
        with suppress(OSError, ValueError, IndexError):
            nanoseconds += int(thread.read_text().split()[1])
    return Unit.NANOSECOND.convert(nanoseconds, Unit.SECOND)


def longest_wait(pid: int) -> float:
    """Return how many seconds the one of a process and its descendants that waited longest did."""
    try:
        descendants = psutil.Process(pid).children(recursive=True)
    except psutil.Error:
        return 0.0
    return max((waited(process.pid) for process in descendants), default=0.0)
