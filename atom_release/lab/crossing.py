"""What crosses between rehearsed services while tests run that are led to them.

The tests run in a network of their own, in which each service's port leads to the service. So every
connection inside the services' network that these leads did not make is somebody else's, and the
kernel's count of opened connections says whether there was one at all.
"""

from __future__ import annotations

import contextlib
import re
import socket
import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from atom_release.lab.closing import Closing

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from atom_release.lab.sandbox import Network

_PIECE = 1 << 16
_KEPT = 1 << 18
_SECONDS = 30.0
_ANSWERED = re.compile(rb"[A-Za-z0-9_.~-]{6,}")
_BODY = b"\r\n\r\n"


@dataclass
class _Passage:
    """What went one way over one connection, in the order in which all of it began."""

    service: str
    request: bool
    content: bytearray = field(default_factory=bytearray)


class Leads(Closing):
    """Leads from the tests' network to the services', which remember what went over them."""

    def __init__(self, tests: Network, services: Network, ports: Mapping[str, int]) -> None:
        """Listen on each service's port in the tests' network."""
        self._services = services
        self._passages: list[_Passage] = []
        self._lock = threading.Lock()
        self.opened = 0
        self._before = services.opened_connections()
        self._listening: list[socket.socket] = []
        for service, port in ports.items():
            listening = tests.open_socket()
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listening.bind(("127.0.0.1", port))
            listening.listen(128)
            self._listening.append(listening)
            threading.Thread(
                target=self._serve, args=(listening, service, port), daemon=True
            ).start()

    def close(self) -> None:
        """Listen no more; connections that are open end by themselves."""
        for listening in self._listening:
            with contextlib.suppress(OSError):
                listening.shutdown(socket.SHUT_RDWR)
            listening.close()

    def others(self) -> int:
        """Return how many connections others than these leads opened among the services."""
        return self._services.opened_connections() - self._before - self.opened

    def carried(self) -> str:
        """Return a value that one service answered and a later request gave to another; or nothing.

        One that a request held before any answer did is the tests' own.
        """
        with self._lock:
            passages = list(self._passages)
        own, answered = set[bytes](), dict[bytes, str]()
        for entry in passages:
            values = set(_ANSWERED.findall(bytes(entry.content)))
            if entry.request:
                foreign = (
                    value for value in values if answered.get(value, entry.service) != entry.service
                )
                value = next(foreign, None)
                if value is not None:
                    return str(value, "ascii")
                own |= values
            else:
                body = bytes(entry.content).partition(_BODY)[2]
                for value in set(_ANSWERED.findall(body)) - own:
                    answered.setdefault(value, entry.service)
        return ""

    def _serve(self, listening: socket.socket, service: str, port: int) -> None:
        while True:
            try:
                client, _ = listening.accept()
            except OSError:
                return
            threading.Thread(target=self._lead, args=(client, service, port), daemon=True).start()

    def _lead(self, client: socket.socket, service: str, port: int) -> None:
        with client:
            try:
                with self._lock:
                    self.opened += 1
                    inside = self._services.connect(port, _SECONDS)
            except OSError:
                return
            with inside:
                back = threading.Thread(
                    target=self._pass_on, args=(inside, client, service), daemon=True
                )
                back.start()
                self._pass_on(client, inside, service, request=True)
                back.join(_SECONDS)

    def _pass_on(
        self, source: socket.socket, target: socket.socket, service: str, *, request: bool = False
    ) -> None:
        """Pass on what comes until its end; each piece is remembered in its turn."""
        with contextlib.suppress(OSError):
            while piece := source.recv(_PIECE):
                self._remember(piece, service, request=request)
                target.sendall(piece)
        with contextlib.suppress(OSError):
            target.shutdown(socket.SHUT_WR)

    def _remember(self, piece: bytes, service: str, *, request: bool) -> None:
        with self._lock:
            last = self._passages[-1] if self._passages else None
            if last is None or (last.service, last.request) != (service, request):
                last = _Passage(service, request)
                self._passages.append(last)
            if len(last.content) < _KEPT:
                last.content += piece


def held_connections(services: Network, ports: Iterable[int]) -> bool:
    """Return whether a connection to one of these ports is open before anybody is led there."""
    wanted = set(ports)
    return any(wanted & {own, other} for own, other in services.established())
