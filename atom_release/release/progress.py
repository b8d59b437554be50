"""Where a run says what it does now, for whoever shows it; with no listener, nothing happens."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import Enum, auto


class Stage(Enum):
    """What an event is about."""

    PLANNED = auto()
    BEGINS = auto()
    DOES = auto()
    ENDS = auto()


@dataclass(frozen=True)
class Event:
    """One thing that a run says of itself.

    `share` is how much of what a step does is done, from 0 to 1, where it takes a while. `outcomes`
    are what a step that ended shows of criteria, by their names. A planned run says how many
    `steps` it has and how many `seconds` the last one took, where there was one.
    """

    stage: Stage
    step: str = ""
    message: str = ""
    share: float | None = None
    outcomes: tuple[tuple[str, str], ...] = ()
    steps: int = 0
    seconds: float | None = None


Listener = Callable[[Event], None]
_listeners: list[Listener] = []


def announce(step: str, message: str, share: float | None = None) -> None:
    """Tell every listener which step is at what.

    And how much of that is done where it takes a while.
    """
    _tell(Event(Stage.DOES, step, message, share))


def plan(steps: int, seconds: float | None) -> None:
    """Tell every listener how many steps the run has, and how long the last one took."""
    _tell(Event(Stage.PLANNED, steps=steps, seconds=seconds))


@contextmanager
def step(name: str) -> Iterator[list[tuple[str, str]]]:
    """Tell every listener that a step begins and that it ended.

    Yields:
        The list to which the step adds what it shows of criteria.
    """
    _tell(Event(Stage.BEGINS, name))
    outcomes: list[tuple[str, str]] = []
    message = "failed"
    try:
        yield outcomes
        message = ""
    finally:
        _tell(Event(Stage.ENDS, name, message, outcomes=tuple(outcomes)))


def listen(listener: Listener) -> Callable[[], None]:
    """Add a listener; the function given back removes it."""
    _listeners.append(listener)
    return lambda: _listeners.remove(listener)


def _tell(event: Event) -> None:
    for listener in tuple(_listeners):
        listener(event)
