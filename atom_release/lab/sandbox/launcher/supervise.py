"""Watch the subject until it ends, is told to end, or meets a limit.

Then end all that it started.
"""

from __future__ import annotations

# pathlib takes longer to import than the launcher to run
# ruff: noqa: PTH123, PTH208
import contextlib
import os
import signal
import time

from . import disk, proof

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import Any

SIGNALS = (signal.SIGCHLD, signal.SIGTERM, signal.SIGUSR1)
_TICK = 0.1
_RESTRAINT = 10  # weighing a thousand processes takes seconds: most of the time is theirs
_PAGE_MB = os.sysconf("SC_PAGE_SIZE") / (1 << 20)


class Watch:
    """One subject's supervision.

    `SIGTERM` is passed on to the subject, `SIGUSR1` ends everything.
    """

    def __init__(
        self, child: int, limits: dict[str, Any], written: disk.Disk | None = None
    ) -> None:
        self._child = child
        self._limits = limits
        self._written = written
        self._ends = time.monotonic() + limits["wall"] if limits["wall"] else None
        self._weigh_at = 0.0
        self._measure_at = time.monotonic() + _TICK
        self.met: str | None = None
        self.status: int | None = None

    def until_end(self) -> None:
        """Wait for the end, whatever brings it, and leave no process behind."""
        try:
            while self.status is None and self.met is None:
                self._once()
        finally:
            end_all()
        if self.status is None:
            self.status = -signal.SIGKILL
        if self.status == -signal.SIGXCPU:
            self.met = "cpu"
        if self.met is None and self._written and self._written.met_at_last():
            self.met = "disk"

    def _once(self) -> None:
        left = _TICK if self._ends is None else min(_TICK, self._ends - time.monotonic())
        if left <= 0:
            self.met = "wall"
            return
        got = signal.sigtimedwait(SIGNALS, left)
        if got is not None and got.si_signo == signal.SIGUSR1:
            self.met = "told"
        elif got is not None and got.si_signo == signal.SIGTERM:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self._child, signal.SIGTERM)
        elif time.monotonic() >= self._measure_at:  # however many processes end meanwhile
            self._measure()
            self._measure_at = time.monotonic() + _TICK
        self._reap()

    def _reap(self) -> None:
        with contextlib.suppress(ChildProcessError):
            while (reaped := os.waitpid(-1, os.WNOHANG))[0]:
                if reaped[0] == self._child:
                    self.status = os.waitstatus_to_exitcode(reaped[1])

    def _measure(self) -> None:
        threads, resident = 0, 0.0
        for fields in (descendants := dict(_descendants())).values():
            threads += int(fields[17])
            resident += int(fields[21]) * _PAGE_MB
        most = self._limits["resident_mb"]
        if most and resident > most and self._weigh(descendants) > most:
            self.met = "memory"
        elif threads >= self._limits["processes"] - 1:
            self.met = "processes"
        elif self._written and self._written.met():
            self.met = "disk"

    def _weigh(self, pids: Iterable[int]) -> float:
        """Return the megabytes these processes hold together, counting what they share once.

        0 where it is too soon to ask again.
        """
        began = time.monotonic()
        if began < self._weigh_at:
            return 0.0
        held = sum(map(_proportional_mb, pids))
        self._weigh_at = time.monotonic() + _RESTRAINT * (time.monotonic() - began)
        return held


def end_all() -> None:
    """Kill every process below this one and wait for each.

    In a pid namespace of its own that is simply everything.
    """
    ends = time.monotonic() + 10
    while time.monotonic() < ends:
        if os.getpid() == 1:
            with contextlib.suppress(ProcessLookupError):
                os.kill(-1, signal.SIGKILL)
        else:
            for pid in _below(os.getpid()):
                with contextlib.suppress(ProcessLookupError, PermissionError):
                    os.kill(pid, signal.SIGKILL)
        try:
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass
        except ChildProcessError:
            return
        time.sleep(0.002)


def _descendants() -> Iterator[tuple[int, list[str]]]:
    """Yield each process below this one with /proc's account of it, from its third field on."""
    if not proof.sees_itself():
        return
    for pid in _all_but_this() if os.getpid() == 1 else _below(os.getpid()):
        if fields := _account(pid):
            yield pid, fields


def _all_but_this() -> list[int]:
    return [int(name) for name in os.listdir("/proc") if name.isdigit() and name != "1"]


def _proportional_mb(pid: int) -> float:
    try:
        with open(f"/proc/{pid}/smaps_rollup", "rb") as handle:
            return next(
                (int(line.split()[1]) / 1024 for line in handle if line.startswith(b"Pss:")), 0.0
            )
    except OSError:
        return 0.0


def _below(root: int) -> list[int]:
    parents = {
        int(name): fields[1]
        for name in os.listdir("/proc")
        if name.isdigit() and (fields := _account(int(name)))
    }
    pids, ring = [], {str(root)}
    while ring:
        children = [pid for pid, parent in parents.items() if parent in ring]
        pids += children
        ring = {str(pid) for pid in children}
    return pids


def _account(pid: int) -> list[str]:
    try:
        with open(f"/proc/{pid}/stat", "rb") as handle:
            return handle.read().rpartition(b")")[2].decode("ascii", "replace").split()
    except OSError:
        return []
