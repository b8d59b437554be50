"""Starts the rehearsal's long-lived processes in the sandbox, each under a name.

And ends every one of them.
"""

from __future__ import annotations

import os
import socket
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from atom_release.errors import ProbeFault
from atom_release.lab.sandbox import Network, Room, Running, Sandbox
from atom_release.lab.sandbox.order import DISK_MB

_TAIL = 64 * 1024
_LONGEST = 256 * 1024
_LOOPBACK = "127.0.0.1"
_PATIENCE = 7


@dataclass
class Launcher:
    """One rehearsal's processes; `logs` holds the file that each of them writes.

    They are in `network`: one of their own, the host's (True), or one without anybody (False). What
    they leave on the disk has to find `room`, all of it together.
    """

    sandbox: Sandbox
    logs: Path
    network: bool | Network = True
    room: Room | None = None
    running: dict[str, Running] = field(default_factory=dict)
    isolation: dict[str, tuple[str, ...]] = field(default_factory=dict)
    _met: dict[str, str] = field(default_factory=dict)
    _noted: set[str] = field(default_factory=set)  # those that ended and were looked at already

    def __post_init__(self) -> None:
        """Remember whose processes these will be: a fork of the gate must not end them."""
        self._pid = os.getpid()
        self._lock = threading.Lock()
        self._closing = threading.Event()

    def start(  # noqa: PLR0913 - what a process needs is named, not bundled
        self,
        name: str,
        argv: Sequence[str],
        *,
        directory: Path,
        environment: Mapping[str, str],
        writable: Sequence[Path] = (),
        memory_mb: int | None = None,
        throwaway: Sequence[Path] = (),
        disk_mb: int = DISK_MB,
        readable: Sequence[Path] = (),
        weighed: Sequence[Path] | None = None,
    ) -> Running:
        """Start a process under a name; one already running under that name is ended first.

        What it writes in `throwaway` is forgotten, and is `disk_mb` at most. It can read what is
        `readable` beside what all of them can. Only what lies in the `weighed` folders is held
        against it, or in the whole room.

        Raises:
            ProbeFault: the rehearsal was closed meanwhile.
        """
        self.stop(name)
        log = self.log(name)
        log.touch(mode=0o600)
        sandbox, room = self.sandbox, self.room
        if room is not None and weighed is not None:
            room = replace(room, folders=tuple(weighed))
        if readable:
            sandbox = replace(sandbox, readable=(*sandbox.readable, *readable))
        running = sandbox.start(
            argv,
            directory=directory,
            writable=writable,
            environment=environment,
            log=log,
            memory_mb=memory_mb,
            network=self.network,
            throwaway=throwaway,
            disk_mb=disk_mb,
            room=room,
        )
        with self._lock:
            self.running[name] = running
            self._noted.discard(name)
            self.isolation[name] = running.isolation
        if self._closing.is_set():
            self.stop(name)
            raise ProbeFault("the rehearsal was closed while it started")
        return running

    @property
    def open(self) -> bool:
        """Whether processes may still be started and waited for."""
        return not self._closing.is_set()

    def log(self, name: str) -> Path:
        """Return the file into which the process of that name writes."""
        return self.logs / f"{name}.log"

    def tail(self, name: str) -> bytes:
        """Return the end of a process's log, nothing where there is none."""
        try:
            with self.log(name).open("rb") as log:
                log.seek(max(0, log.seek(0, os.SEEK_END) - _TAIL))
                return log.read()
        except FileNotFoundError:
            return b""

    def sizes(self) -> dict[str, int]:
        """Return how long each process's log is now, in bytes."""
        return {path.stem: path.stat().st_size for path in self.logs.glob("*.log")}

    def since(self, name: str, begin: int) -> bytes:
        """Return what a process wrote from a place in its log on: of much of it the end."""
        log = self.log(name)
        if not log.exists():
            return b""
        written = log.stat().st_size - begin
        with log.open("rb") as file:
            file.seek(max(begin, begin + written - _LONGEST))
            left_out = max(0, written - _LONGEST)
            note = f"[{left_out} bytes left out]\n".encode() if left_out else b""
            return note + file.read(_LONGEST)

    def stop(self, name: str) -> None:
        """End a process and all that it started, if it is there.

        Nothing of it is worth waiting for.
        """
        with self._lock:
            running = self.running.pop(name, None)
        if running is not None:
            self._note_limit(name, running)
            running.stop(grace=0)

    def all_alive(self) -> bool:
        """Return whether every process still runs."""
        with self._lock:
            return all(running.alive() for running in self.running.values())

    def limits_met(self) -> dict[str, str]:
        """Return which processes ended at a limit of the gate's, and at which, since last asked."""
        with self._lock:
            for name, running in self.running.items():
                self._note_limit(name, running)
            met, self._met = self._met, {}
        return met

    def _note_limit(self, name: str, running: Running) -> None:
        if running.alive() or name in self._noted:
            return
        self._noted.add(name)
        limit = running.ending()[1]
        if limit:
            self._met[name] = limit

    def close(self) -> None:
        """End every process, also those being started by other threads.

        All are told before the first is waited for; a process that ends has no further threads.
        """
        self._closing.set()
        if os.getpid() == self._pid:
            with self._lock:
                for name, running in self.running.items():
                    self._note_limit(name, running)
                    running.begin_to_stop()
            for name in list(self.running):
                self.stop(name)
            if isinstance(self.network, Network):
                self.network.close()

    def open_socket(self) -> socket.socket:
        """Return a TCP socket where the processes are, neither bound nor connected."""
        if isinstance(self.network, Network):
            return self.network.open_socket()
        return socket.socket(socket.AF_INET, socket.SOCK_STREAM)

    def is_listening(self, port: int) -> bool:
        """Return whether a process takes connections on that port."""
        with self.open_socket() as asking:
            asking.settimeout(2)
            return asking.connect_ex((_LOOPBACK, port)) == 0

    def outside(self, port: int) -> str:
        """Return the address at which the gate's own clients reach a process's port."""
        led = self.network.lead(port) if isinstance(self.network, Network) else port
        return f"http://{_LOOPBACK}:{led}"

    def until(
        self,
        ready: Callable[[], bool],
        seconds: float,
        *,
        going_on: Callable[[], bool],
        delayed: Callable[[], float] = lambda: 0.0,
    ) -> bool:
        """Ask again and again, at first every 10 ms, whether it is ready.

        No longer when time is over, it ended or the rehearsal closes. `delayed` are seconds that do
        not count, since no processor was to be had: at most so many times as long is waited.
        """
        begin = time.monotonic()
        pause = 0.01
        while self.open and going_on():
            if ready():
                return True
            spent = time.monotonic() - begin
            if spent > seconds and spent - min(delayed(), seconds * _PATIENCE) > seconds:
                return False
            time.sleep(pause)
            pause = min(pause * 1.3, 0.1)
        return False


def last_line(output: bytes) -> str:
    """Return the last line that a process wrote, for a reason's end."""
    lines = output.decode("utf-8", "replace").strip().splitlines()
    return lines[-1][:300] if lines else "it said nothing"
