"""Where a run says what it does now, for whoever shows it; with no listener, nothing happens."""

from __future__ import annotations

from collections.abc import Callable

Listener = Callable[[str, str, float | None], None]
_listeners: list[Listener] = []


def announce(step: str, message: str, share: float | None = None) -> None:
    """Tell every listener which step is at what.

    And how much of that is done where it takes a while.
    """
    for listener in _listeners:
        listener(step, message, share)


def listen(listener: Listener) -> Callable[[], None]:
    """Add a listener; the function given back removes it."""
    _listeners.append(listener)
    return lambda: _listeners.remove(listener)
