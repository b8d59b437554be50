"""One run at a time acts on a repository: the others wait, and say so.

The turn is a lock on a file, which the system gives back however its holder ends. It holds on one
machine; between machines it is the atomic push that lets only one of them through. It must not know
what is done during a turn.
"""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from atom_release.errors import ActFailed

_LONGEST = 900.0
_PAUSE = 0.1


@contextmanager
def turn(
    lock: Path, waiting: Callable[[str], None], *, longest: float = _LONGEST
) -> Iterator[None]:
    """Hold the turn; where another run has it, say so once and wait.

    Args:
        lock: the file to lock; made where it is not there.
        waiting: told the sentence that says for whom this run waits.
        longest: seconds after which waiting ends.

    Raises:
        ActFailed: the other run did not end, or the file cannot be made.
    """
    try:
        lock.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    except OSError as error:
        raise ActFailed(
            f"No turn to act can be taken: {error.strerror or type(error).__name__}.",
            f"Make {lock.parent} writable.",
        ) from error
    try:
        _take(descriptor, waiting, longest)
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
        yield
    finally:
        os.close(descriptor)


def _take(descriptor: int, waiting: Callable[[str], None], longest: float) -> None:
    announced, until = False, time.monotonic() + longest
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.pread(descriptor, 32, 0).decode("ascii", "replace").strip() or "unknown"
            if time.monotonic() >= until:
                raise ActFailed(
                    f"Another run (process {holder}) acts on this repository and did not end.",
                    "Run again when it has ended.",
                ) from None
            if not announced:
                waiting(
                    f"another run (process {holder}) acts on this repository: waiting for it to end"
                )
                announced = True
            time.sleep(_PAUSE)
        else:
            return
