"""Who used the processors while a service was measured: the service, or somebody else.

A no-op needs so little of a processor that it is hardly held up on a machine that others keep busy;
a service that computes is.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

import psutil

from atom_release.gate.facts.latency import MachineFacts
from atom_release.lab.processor import waited


@dataclass(frozen=True)
class _Reading:
    """Seconds of processor time so far, of the whole machine, of this process.

    And of each that it started: used, and waited for though it could have run.
    """

    all: float
    idle: float
    own: float
    started: dict[tuple[int, float], tuple[float, float]]


def _read() -> _Reading:
    times, me = psutil.cpu_times(), psutil.Process()
    started: dict[tuple[int, float], tuple[float, float]] = {}
    for process in me.children(recursive=True):
        with suppress(psutil.Error):  # it has just ended
            used = process.cpu_times()
            started[process.pid, process.create_time()] = (
                used.user + used.system,
                waited(process.pid),
            )
    used = me.cpu_times()
    # Linux counts a guest's time as its host's user time too.
    everything = sum(times) - getattr(times, "guest", 0.0) - getattr(times, "guest_nice", 0.0)
    return _Reading(
        everything, times.idle + getattr(times, "iowait", 0.0), used.user + used.system, started
    )


@dataclass
class Watch:
    """What is known of the machine; complete once the block that watches it has ended."""

    facts: MachineFacts = field(default_factory=MachineFacts)


@contextmanager
def watched() -> Iterator[Watch]:
    """Watch the machine while the block runs.

    Shares of all processors, how many of them the started processes used, and how long they waited.
    """
    watch = Watch()
    before = _read()
    yield watch
    after = _read()
    available = max(after.all - before.all, 1e-9)
    busy = available - (after.idle - before.idle)
    subject, delayed = (
        sum(
            spent[part] - before.started.get(process, (0.0, 0.0))[part]
            for process, spent in after.started.items()
        )
        for part in (0, 1)
    )
    others = max(0.0, busy - subject - (after.own - before.own))
    watch.facts = MachineFacts(
        busy=busy / available,
        others=others / available,
        subject_processors=subject / available * (psutil.cpu_count() or 1),
        subject_waited=min(1.0, max(0.0, delayed / max(delayed + subject, 1e-9))),
    )
