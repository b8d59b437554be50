"""The rights of what the gate makes for the subject, which is another user where the gate is root.

Copies, plug-ins, databases and environments have to be read by that user, whatever umask the gate
was started with. What people are given (reports, keys, history) is made elsewhere, by that umask.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager

_USUAL = 0o022


class _Askers:
    """How many ask at the moment, and the umask that the last of them brings back."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._number = 0
        self._before = _USUAL

    def enter(self) -> None:
        with self._lock:
            if self._number == 0:
                self._before = os.umask(_USUAL)
            self._number += 1

    def leave(self) -> None:
        with self._lock:
            self._number -= 1
            if self._number == 0:
                os.umask(self._before)


_askers = _Askers()


@contextmanager
def readable_by_subject() -> Iterator[None]:
    """Let what this process makes within the block be read by every user, and written by none."""
    _askers.enter()
    try:
        yield
    finally:
        _askers.leave()
