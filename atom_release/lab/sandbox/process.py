"""The gate's side of one launched process: start the launcher, read what it says, end it."""

from __future__ import annotations

import contextlib
import json
import os
import selectors
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Protocol

from atom_release.errors import ProbeFault
from atom_release.lab.sandbox.shown import Shown

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from atom_release.lab.sandbox.order import Order

_LAUNCH = "import sys; sys.path.insert(0, sys.argv[1]); from launcher.keeper import main; main()"
_HALF_OUTPUT = 512 * 1024
_GRACE = 20.0
_HEARTBEAT = 0.5
CORES = 2
"""Processors that one run of a suite or a check is allowed for."""


@dataclass(frozen=True)
class Limits:
    """What one run may use.

    Seconds, CPU seconds, megabytes of memory, processes, megabytes of one file and of each folder
    it writes. `address` is whether memory that is only reserved counts too: some runtimes reserve
    far more than they ever use.
    """

    wall: float
    cpu: int
    memory_mb: int
    processes: int = 256
    file_mb: int = 256
    address: bool = True

    @classmethod
    def in_time(
        cls,
        wall: float,
        memory_mb: int,
        *,
        processes: int = 256,
        file_mb: int = 256,
        address: bool = True,
    ) -> Limits:
        """Return limits of a run that may keep all of its processors busy for so many seconds."""
        return cls(wall, int(wall * CORES) + 1, memory_mb, processes, file_mb, address)

    def times(self, factor: int) -> Limits:
        """Return limits that many times as high."""
        return Limits(
            self.wall * factor,
            self.cpu * factor,
            self.memory_mb * factor,
            self.processes * factor,
            self.file_mb * factor,
            self.address,
        )


@dataclass(frozen=True)
class Finished:
    """How a run ended.

    Exit status (negative: the signal), what it wrote, which limit it met, the isolation that held,
    and which paths it was shown.
    """

    status: int
    output: bytes
    timed_out: bool
    met_limit: str | None
    isolation: tuple[str, ...]
    shown: Shown = field(default_factory=Shown, repr=False)


class NotIsolated(ProbeFault):
    """The launcher could not enter its namespaces or arrange what is seen there."""


class Word(Protocol):
    """Whether the word to stop was said, as a `threading.Event` tells it."""

    def is_set(self) -> bool:
        """Return whether it was."""
        ...


@dataclass
class Launched:
    """A launcher at work, with the pipe it reports on."""

    process: subprocess.Popen[bytes]
    order: dict[str, Any]
    _report: IO[bytes]

    def read_word(self) -> dict[str, Any]:
        """Return the launcher's next word.

        Raises:
            NotIsolated: the launcher could not do what was asked.
        """
        line = self._report.readline()
        word: dict[str, Any] = json.loads(line) if line else {"failed": self._last_words()}
        if "failed" in word:
            raise NotIsolated(f"the sandbox could not be made: {word['failed']}")
        return word

    def _last_words(self) -> str:
        output = self.process.stdout.read() if self.process.stdout else b""
        return (
            output.decode("utf-8", "replace")[-500:].strip() or "the launcher ended without a word"
        )

    def tell(self, word: bytes) -> None:
        """Send `t` (pass SIGTERM on), or close the line with an empty word (end everything)."""
        line = self.process.stdin
        if line is None or line.closed:
            return
        with contextlib.suppress(BrokenPipeError):
            if word:
                line.write(word)
                line.flush()
            else:
                line.close()

    def end(self) -> None:
        """End the launcher and all it started, and wait for it."""
        self.tell(b"")
        try:
            self.process.wait(_GRACE)
        except subprocess.TimeoutExpired:
            self.process.send_signal(signal.SIGKILL)
            self.process.wait()
        self._report.close()


@contextlib.contextmanager
def launched(order: Order, output: int) -> Iterator[Launched]:
    """Start the launcher for that order; it is ended when the block is left."""
    work = launch(order, output)
    try:
        yield work
    finally:
        work.end()
        if work.process.stdout:
            work.process.stdout.close()


def launch(order: Order, output: int) -> Launched:
    """Start the launcher for that order.

    Its output going to `output` (as for `subprocess.Popen`).
    """
    plain = order.plain()
    text = json.dumps(plain).encode()
    output_end, say = os.pipe()
    try:
        # The order goes by a pipe and not by argv or environment: it may hold values that no other
        # process should read.
        process = subprocess.Popen(
            [
                sys.executable,
                "-I",
                "-S",
                "-c",
                _LAUNCH,
                str(Path(__file__).parent),
                str(say),
                str(len(text)),
            ],
            stdin=subprocess.PIPE,
            stdout=output,
            stderr=subprocess.STDOUT,
            pass_fds=(say, *order.joins),
            start_new_session=True,
            env={},
            cwd="/",
        )
    except BaseException:
        os.close(output_end)
        raise
    finally:
        os.close(say)
    work = Launched(process, plain, os.fdopen(output_end, "rb"))
    work.tell(text)
    return work


def read_all(work: Launched, seconds: float, stopped: Word) -> bytes:
    """Read the output until its end, its time's end or the word to stop.

    Keeping the first and the last half megabyte.
    """
    stream = work.process.stdout
    if stream is None:
        return b""
    ends = time.monotonic() + seconds + _GRACE
    head, tail = bytearray(), bytearray()
    with selectors.DefaultSelector() as selector:
        selector.register(stream, selectors.EVENT_READ)
        while time.monotonic() < ends and not stopped.is_set():
            if not selector.select(_HEARTBEAT):
                continue
            piece = os.read(stream.fileno(), 65536)
            if not piece:
                break
            room = _HALF_OUTPUT - len(head)
            head += piece[:room] if room > 0 else b""
            tail += piece[max(room, 0) :]
            del tail[:-_HALF_OUTPUT]
    return bytes(head + tail)


def met_limit(word: Mapping[str, Any]) -> str | None:
    """Return the limit that a launcher's last word names; none where it was told to end."""
    met: str | None = word.get("met_limit")
    return None if met == "told" else met


class Running:
    """A long-lived process in the sandbox, with all it starts."""

    def __init__(self, work: Launched, isolation: tuple[str, ...], shown: Shown) -> None:
        self._work = work
        self._ending: tuple[int | None, str | None] | None = None
        self.isolation = isolation
        self.shown = shown

    @property
    def pid(self) -> int:
        """Process id of the launcher, which lives exactly as long as what it started."""
        return self._work.process.pid

    def alive(self) -> bool:
        """Return whether it still runs."""
        return self._work.process.poll() is None

    def ending(self) -> tuple[int | None, str | None]:
        """Return the exit status (negative: a signal) of what has ended, and the limit it met.

        None, None where the launcher went without a word.
        """
        if self._ending is None:
            try:
                word = self._work.read_word()
            except NotIsolated:
                word = {}
            self._ending = word.get("status"), met_limit(word)
        return self._ending

    def begin_to_stop(self) -> None:
        """Have it ended with all it started, and wait for nothing."""
        self._work.tell(b"")

    def stop(self, grace: float = 3.0) -> None:
        """Ask it to end (SIGTERM), wait that many seconds, then end it with all it started."""
        if self.alive() and grace > 0:
            self._work.tell(b"t")
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._work.process.wait(grace)
        self._work.end()
