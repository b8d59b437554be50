"""What a run shows on stderr while it goes on; nothing of it is needed to understand the end.

On a terminal: a line for each step that ended, and below them one that moves. Elsewhere: plain
lines with their time, and one from time to time of what is measured. In the log of a GitHub job:
each step folded.
"""

from __future__ import annotations

import textwrap
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from rich.console import Console

from atom_release import settings
from atom_release.cli import github
from atom_release.gate.printable import one_line, printable
from atom_release.release.progress import Event, Stage, listen

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

_BAR = 12
_EVERY = 30.0  # seconds between two plain lines of what is measured
_WIDEST = 100
_KEPT = "\u00a0"  # a space at which no line ends


@contextmanager
def progress(*, shown: bool) -> Iterator[None]:
    """Show on stderr what the run does now, as long as the block lasts."""
    console = Console(stderr=True)
    if not shown:
        yield
        return
    view = (
        FoldedView(console)
        if settings.is_github_job()
        else MovingView(console)
        if console.is_terminal
        else PlainView(console)
    )
    stop = listen(view.hear)
    try:
        yield
    finally:
        stop()
        view.end()


@dataclass
class Steps:
    """How far a run is: steps begun of how many, and since when."""

    clock: float = field(default_factory=time.monotonic)
    total: int = 0
    begun: int = 0
    expected: float | None = None
    _since: dict[str, float] = field(default_factory=dict)

    def hear(self, event: Event) -> None:
        """Count what an event says."""
        if event.stage is Stage.PLANNED:
            self.total, self.expected = event.steps, event.seconds
        elif event.stage is Stage.BEGINS:
            self.begun += 1
            self._since[event.step] = time.monotonic()

    @property
    def elapsed(self) -> str:
        """The time since the run began."""
        return clock_time(time.monotonic() - self.clock)

    @property
    def position(self) -> str:
        """Which step of how many is at work."""
        return f"{self.begun} of {self.total}" if self.total else str(self.begun)

    def took(self, step: str) -> str:
        """Return how long a step took."""
        return clock_time(time.monotonic() - self._since.get(step, time.monotonic()))


def clock_time(seconds: float) -> str:
    """Return a duration as minutes and seconds."""
    return f"{int(seconds) // 60}:{int(seconds) % 60:02d}"


def ended_lines(steps: Steps, event: Event, width: int) -> list[str]:
    """Return what is said of a step that ended: when, which, how long, and what came out."""
    head = f"{steps.elapsed:>6}  {steps.position:>8}  {event.step}"
    outcomes = ", ".join(f"{name}{_KEPT}{outcome}" for name, outcome in event.outcomes)
    came_to = event.message or outcomes
    text = f"{head}  {steps.took(event.step)}{f'  {came_to}' if came_to else ''}"
    wrapped = textwrap.wrap(printable(text), width, subsequent_indent=" " * 18)
    return [line.replace(_KEPT, " ") for line in wrapped]


def expectation(steps: Steps) -> str:
    """Return how long the run before took, or nothing."""
    return f" (the run before took {clock_time(steps.expected)})" if steps.expected else ""


class PlainView:
    """Lines for a file: when a step begins and ends, and from time to time what it does."""

    def __init__(self, console: Console) -> None:
        """Start to count."""
        self.console = console
        self.steps = Steps()
        self._last = time.monotonic()

    def hear(self, event: Event) -> None:
        """Print what an event says."""
        self.steps.hear(event)
        if event.stage is Stage.PLANNED:
            number = "1 step" if event.steps == 1 else f"{event.steps} steps"
            self.line(f"{number}{expectation(self.steps)}")
        elif event.stage is Stage.BEGINS:
            self.begins(event)
        elif event.stage is Stage.ENDS:
            for text in ended_lines(self.steps, event, self.width):
                self.print(text)
        elif time.monotonic() - self._last > _EVERY:
            self.does(event)

    def begins(self, event: Event) -> None:
        """Say that a step begins, where it may be long before it ends."""
        self._last = time.monotonic()
        if not event.step.startswith("service_report/"):
            self.line(f"{self.steps.position:>8}  {event.step} ...")

    def does(self, event: Event) -> None:
        """Say what a step does."""
        self._last = time.monotonic()
        share = "" if event.share is None else f" {event.share:.0%}"
        self.line(f"{'':>8}  {event.step}: {one_line(event.message)}{share}")

    def line(self, text: str) -> None:
        """Print a line behind its time, cut to the width."""
        shown = printable(f"{self.steps.elapsed:>6}  {text}")
        self.print(shown if len(shown) <= self.width else f"{shown[: self.width - 2]} …")

    def print(self, text: str) -> None:
        """Print a line as it is."""
        self.console.print(text, highlight=False, markup=False, soft_wrap=True)

    @property
    def width(self) -> int:
        """How long a line may be."""
        return min(self.console.width, _WIDEST)

    def end(self) -> None:
        """End what is shown."""


class FoldedView(PlainView):
    """Lines for the log of a GitHub job: all that a step does, folded under its name."""

    _open = False

    def begins(self, event: Event) -> None:
        """Open the fold of a step."""
        self.end()
        self.print(github.opened(f"{self.steps.position} {event.step}"))
        self._open = True

    def hear(self, event: Event) -> None:
        """Print all that a step does, and close its fold when it ended."""
        if event.stage is Stage.ENDS:
            self.end()
        if event.stage is Stage.DOES:
            self.does(event)
        else:
            super().hear(event)

    def print(self, text: str) -> None:
        """Print a line that is no command of the log's unless it is ours."""
        super().print(text if text.startswith(github.FOLDS) else github.inert(text))

    def end(self) -> None:
        """Close what is open."""
        if self._open:
            self._open = False
            self.print(github.CLOSED)


class MovingView(PlainView):
    """A terminal: the steps that ended, and one line below them that moves."""

    def __init__(self, console: Console) -> None:
        """Start the line that moves."""
        super().__init__(console)
        self._bar, self._task = _moving(console)
        self._bar.start()

    def hear(self, event: Event) -> None:
        """Print the steps that ended; move the line for all else."""
        self.steps.hear(event)
        if event.stage is Stage.ENDS and not event.step.startswith("service_report/"):
            for text in ended_lines(self.steps, event, self.width):
                self.print(text)
        doing = f"{event.step}: {event.message}" if event.message else event.step
        expected = f"of about {clock_time(self.steps.expected)}" if self.steps.expected else ""
        self._bar.update(
            self._task,
            description=one_line(doing),
            position=self.steps.position,
            expected=expected,
            share="" if event.share is None else _bar(event.share),
        )

    def end(self) -> None:
        """Take the line away."""
        self._bar.stop()


def _moving(console: Console) -> tuple[Progress, TaskID]:
    from rich.progress import Progress, ProgressColumn, SpinnerColumn, Task, TextColumn
    from rich.table import Column
    from rich.text import Text

    class ElapsedColumn(ProgressColumn):
        def render(self, task: Task) -> Text:
            return Text(clock_time(task.elapsed or 0))

    def text(form: str, column: Column | None = None) -> TextColumn:
        return TextColumn(form, markup=False, table_column=column or Column(no_wrap=True))

    bar = Progress(
        SpinnerColumn(),
        text("{task.fields[position]}"),
        ElapsedColumn(Column(no_wrap=True, min_width=5)),
        text("{task.fields[expected]}"),
        text("{task.description}", Column(no_wrap=True, overflow="ellipsis", ratio=1)),
        text("{task.fields[share]}"),
        console=console,
        transient=True,
        refresh_per_second=4,
        expand=True,
    )
    return bar, bar.add_task("starting", total=None, position="", expected="", share="")


def _bar(share: float) -> str:
    done = round(share * _BAR)
    return f"{'█' * done}{'░' * (_BAR - done)} {share:>4.0%}"
