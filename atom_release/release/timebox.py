"""The timebox of a run: the manifest's, or the operator's where that is shorter.

Interrupts a probe that hangs, so that the run can still sign its refusal.

Works by the real-time alarm, which only a main thread can set; in other threads a probe ends by its
own timeouts and the boundary refuses to start another after the deadline.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from types import FrameType

from atom_release.errors import TimeboxExceeded
from atom_release.gate.manifest import Manifest
from atom_release.gate.operator import Operator

REMEDY = (
    "Find what hangs, or raise `release.timebox`, and the operator's `timebox` where that is"
    " shorter."
)
_SOONEST = 0.001  # a timer of zero would mean no timer


def _ended(_signal: int, _frame: FrameType | None) -> None:
    raise TimeboxExceeded(
        "The timebox of the release ended while this was asked.",
        REMEDY,
    )


def latest_end(started: datetime, manifest: Manifest, operator: Operator) -> datetime:
    """Return when a run that started then ends at the latest."""
    return started + min(manifest.release.timebox, operator.timebox)


@contextmanager
def ends_at(deadline: datetime, clock: Callable[[], datetime]) -> Iterator[None]:
    """Raise `TimeboxExceeded` in the body when the deadline comes.

    May be nested, all with the same deadline.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    outer = signal.signal(signal.SIGALRM, _ended)
    signal.setitimer(signal.ITIMER_REAL, max(_SOONEST, (deadline - clock()).total_seconds()))
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, outer)
        if outer is _ended:
            signal.setitimer(
                signal.ITIMER_REAL, max(_SOONEST, (deadline - clock()).total_seconds())
            )
