"""When requests are sent.

One at a time; in the open model, whose arrivals are fixed beforehand; and in the closed one, whose
users wait for their answer.

In the open model a slow answer does not hold back the requests that should have been sent, and each
latency counts from the moment its request was due: so no delay is left out by having been waited
through (no coordinated omission).
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from atom_release.lab.right_answer import Worth
from atom_release.probes.latency.client import Client, Unanswered


@dataclass(frozen=True, slots=True)
class Sample:
    """One request.

    When it was due, how long after that its right answer was complete, or what came instead; and
    what is doubtful of an answer that looks right.
    """

    model: str
    due: float
    latency_ms: float | None
    outcome: str  # the status, or why there is none
    doubt: str = ""


@dataclass
class Series:
    """The samples of one endpoint, and how far the sampler itself fell behind its schedule."""

    samples: list[Sample] = field(default_factory=list)
    behind_ms: float = 0.0
    stopped: bool = False
    looks: int = 1
    deciding: str = "open"  # the model whose requests decide

    def latencies(self, model: str = "") -> list[float]:
        """Return the latencies of the right answers, ascending; of those that decide by default."""
        model = model or self.deciding
        return sorted(
            sample.latency_ms
            for sample in self.samples
            if sample.model == model and sample.latency_ms is not None
        )

    def per_second(self, model: str) -> float | None:
        """Return the right answers per second.

        From the first request sent to the last right answer complete.
        """
        answered = [
            sample
            for sample in self.samples
            if sample.model == model and sample.latency_ms is not None
        ]
        begin = min((sample.due for sample in self.samples if sample.model == model), default=0.0)
        took = (
            max(
                (sample.due + (sample.latency_ms or 0.0) / 1000 for sample in answered),
                default=begin,
            )
            - begin
        )
        return len(answered) / took if took > 0 else None

    def count_over(self, limit_ms: float) -> int:
        """Count the right answers among those that decide that took at least so long."""
        return sum(
            sample.latency_ms >= limit_ms
            for sample in self.samples
            if sample.model == self.deciding and sample.latency_ms is not None
        )

    def count_errors(self) -> int:
        """Count what came instead of right answers among those that decide."""
        return len(self.errors())

    def doubts(self) -> list[str]:
        """Return what is doubtful of the answers that look right, among those that decide."""
        return [
            sample.doubt
            for sample in self.samples
            if sample.model == self.deciding and sample.doubt
        ]

    def errors(self, model: str = "") -> list[str]:
        """Return what came instead of right answers; of those that decide by default."""
        model = model or self.deciding
        return [
            sample.outcome
            for sample in self.samples
            if sample.model == model and sample.latency_ms is None
        ]


async def ask(client: Client, model: str, due: float, series: Series) -> None:
    """Send one request and keep what became of it."""
    try:
        reply = await client.send()
    except Unanswered as nothing:
        series.samples.append(Sample(model, due, None, str(nothing)))
        return
    taken = (asyncio.get_running_loop().time() - due) * 1000
    reading = client.target.read(reply)
    if reading.worth in {Worth.RIGHT, Worth.DOUBTFUL}:
        doubt = reading.words if reading.worth is Worth.DOUBTFUL else ""
        series.samples.append(Sample(model, due, taken, str(reply.status), doubt))
        return
    outcome = reading.words if reading.words.isdigit() else f"answered {reading.words}"
    series.samples.append(Sample(model, due, None, outcome))


class Pace:
    """Lets one request go at a time, in the order in which they came, and only so many a second."""

    def __init__(self, rate: float) -> None:
        """Begin at once; `rate` is in requests a second."""
        self._one = asyncio.Lock()
        self._gap = 1 / rate
        self._next = 0.0

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[float]:
        """Wait for this request's turn; the moment at which it came is given."""
        loop = asyncio.get_running_loop()
        async with self._one:
            await asyncio.sleep(max(0.0, self._next - loop.time()))
            begin = loop.time()
            self._next = begin + self._gap
            yield begin


async def single_model(  # noqa: PLR0913
    client: Client,
    series: Series,
    *,
    requests: int,
    pace: Pace,
    certain: Callable[[Series], bool],
    model: str = "single",
) -> bool:
    """Send requests one after another, each when the one before was answered and its turn came.

    End early once nothing that is still to come can change the verdict, and return whether it did.
    """
    for _ in range(requests):
        async with pace.turn() as begin:
            await ask(client, model, begin, series)
        if certain(series):
            return True
    return False


async def open_model(  # noqa: PLR0913
    client: Client,
    series: Series,
    *,
    requests: int,
    rate: float,
    phase: float,
    certain: Callable[[Series], bool],
) -> None:
    """Send requests on schedule.

    End early once nothing that is still to come can change the verdict.
    """
    loop = asyncio.get_running_loop()
    begin = loop.time() + phase
    enough = asyncio.Event()
    under_way: set[asyncio.Task[None]] = set()

    async def send_when_due(due: float) -> None:
        series.behind_ms = max(series.behind_ms, (loop.time() - due) * 1000)
        await ask(client, "open", due, series)
        if certain(series):
            enough.set()

    try:
        for number in range(requests):
            due = begin + number / rate
            if not await _until(due, enough):
                break
            under_way.add(asyncio.create_task(send_when_due(due)))
        await _finish(under_way, enough)
    finally:
        series.stopped = series.stopped or enough.is_set()
        for task in under_way:
            task.cancel()
        await asyncio.gather(*under_way, return_exceptions=True)


async def _until(due: float, enough: asyncio.Event) -> bool:
    """Wait for the moment; False if enough was seen before it."""
    wait = due - asyncio.get_running_loop().time()
    await asyncio.sleep(max(wait, 0))
    return not enough.is_set()


async def _finish(under_way: set[asyncio.Task[None]], enough: asyncio.Event) -> None:
    """Wait for all answers, or until enough was seen; an error of the gate's own escapes."""
    stop = asyncio.create_task(enough.wait())
    try:
        pending: set[asyncio.Task[Any]] = set(under_way)
        while pending and not enough.is_set():
            done, rest = await asyncio.wait({*pending, stop}, return_when=asyncio.FIRST_COMPLETED)
            pending = rest - {stop}
            for task in done - {stop}:
                task.result()
    finally:
        stop.cancel()


async def closed_model(  # noqa: PLR0913
    client: Client, series: Series, *, model: str, users: int, requests: int, seconds: float
) -> None:
    """Let users ask one after another, each waiting for its answer.

    Until the requests or the seconds are spent.
    """
    loop = asyncio.get_running_loop()
    end = loop.time() + seconds
    left = iter(range(requests))

    async def user() -> None:
        while loop.time() < end and next(left, None) is not None:
            await ask(client, model, loop.time(), series)

    await together(*(user() for _ in range(users)))


async def together(*work: Coroutine[Any, Any, None]) -> None:
    """Run all at once; the first error ends the others and escapes."""
    try:
        async with asyncio.TaskGroup() as group:
            for step in work:
                group.create_task(step)
    except BaseExceptionGroup as several:
        raise several.exceptions[0] from None
