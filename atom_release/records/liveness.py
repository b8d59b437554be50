"""Whether a process that wrote something down is still the one that runs.

By machine, boot, pid and the moment it started.

Steps of one run may be processes of their own; what is named here is the one that started them,
whose end is the end of the run.
"""

from __future__ import annotations

import multiprocessing
import os
import platform
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_BOOT = Path("/proc/sys/kernel/random/boot_id")


@dataclass(frozen=True)
class Process:
    """One process of one boot of one machine."""

    machine: str
    boot: str
    pid: int
    started: float

    @classmethod
    def here(cls) -> Process:
        """Return the process of this run.

        This one, or the one that started this one as its worker.
        """
        import psutil

        parent = multiprocessing.parent_process()
        pid = parent.pid if parent is not None and parent.pid else os.getpid()
        return cls(platform.node(), _boot(), pid, psutil.Process(pid).create_time())

    @classmethod
    def from_line(cls, fields: Any) -> Process:  # noqa: ANN401 - what stands in a signed line
        """Return the process that a line names."""
        return cls(
            str(fields["machine"]),
            str(fields["boot"]),
            int(fields["pid"]),
            float(fields["started"]),
        )

    @property
    def ended(self) -> bool | None:
        """Whether it has ended; None where that cannot be seen from this machine."""
        import psutil

        if self.machine != platform.node():
            return None
        if self.boot != _boot():
            return True
        try:
            process = psutil.Process(self.pid)
            return bool(
                abs(process.create_time() - self.started) > 1
                or process.status() == psutil.STATUS_ZOMBIE
            )
        except psutil.NoSuchProcess:
            return True


def _boot() -> str:
    return _BOOT.read_text().strip() if _BOOT.exists() else ""
