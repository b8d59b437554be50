"""Who used the processors while a service was measured: the service, or somebody else.

A no-op needs so little of a processor that it is hardly held up on a machine that others keep busy;
a service that computes is.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

import psutil
from pydantic import JsonValue


@dataclass(frozen=True)
class _Reading:
    """Seconds of processor time so far, of the whole machine, of this process.

    And of each that it started.
    """

    all: float
    idle: float
    own: float
    started: dict[tuple[int, float], float]


def _read() -> _Reading:
    times, me = psutil.cpu_times(), psutil.Process()
    started: dict[tuple[int, float], float] = {}
    for process in me.children(recursive=True):
        with suppress(psutil.Error):  # it has just ended
            used = process.cpu_times()
            started[process.pid, process.create_time()] = used.user + used.system
    used = me.cpu_times()
    # Linux counts a guest's time as its host's user time too.
    everything = sum(times) - getattr(times, "guest", 0.0) - getattr(times, "guest_nice", 0.0)
    return _Reading(
        everything, times.idle + getattr(times, "iowait", 0.0), used.user + used.system, started
    )


@contextmanager
def watched() -> Iterator[dict[str, JsonValue]]:
    """Give a record that is filled when the block ends.

    Shares of all processors, and how many of them the started processes used.
    """
    record: dict[str, JsonValue] = {}
    before = _read()
    yield record
    after = _read()
    available = max(after.all - before.all, 1e-9)
    busy = available - (after.idle - before.idle)
    subject = sum(used - before.started.get(which, 0.0) for which, used in after.started.items())
    others = max(0.0, busy - subject - (after.own - before.own))
    record |= {
        "busy": busy / available,
        "others": others / available,
        "subject_processors": subject / available * (psutil.cpu_count() or 1),
    }
