"""What is closed at the end of its `with` block, and what at the end of its process."""

from __future__ import annotations

import atexit
import signal
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from multiprocessing.util import Finalize
from types import TracebackType
from typing import Self

_at_end: list[Finalize] = []


class Closing(ABC):
    """Something that holds connections, processes or folders until it is closed."""

    @abstractmethod
    def close(self) -> None:
        """Give back what it holds."""

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close it, whatever ended the block."""
        self.close()


def at_process_end(close: Callable[[], object]) -> Callable[[], None]:
    """Have something closed when this process ends; return what calls that off.

    Also in a process that `multiprocessing` started, as Dagster does for its runs and steps: those
    run no `atexit` functions, and what only these would remove stays behind. A word to end that
    comes meanwhile is not heard: the process ends, and what it made is to be gone.
    """

    def close_undisturbed() -> None:
        with _undisturbed():
            close()

    finalizer = Finalize(None, close_undisturbed, exitpriority=0)
    atexit.register(finalizer)
    _at_end.append(finalizer)

    def cancel() -> None:
        with suppress(ValueError):  # it is being closed, by `close_all`
            _at_end.remove(finalizer)
        atexit.unregister(finalizer)
        finalizer.cancel()

    return cancel


def close_all() -> None:
    """Close now what this process closes at its end, the latest first.

    For processes that end without a word to Python, as those of Celery's pool do.
    """
    while _at_end:
        _at_end.pop()()


@contextmanager
def _undisturbed() -> Iterator[None]:
    """Let this process hear no INT and no TERM while the block runs, where it can say so."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {word: signal.signal(word, signal.SIG_IGN) for word in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for word, handler in before.items():
            signal.signal(word, signal.SIG_DFL if handler is None else handler)
