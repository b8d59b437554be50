"""A network of its own for a rehearsal: a loopback that no port of the host is on.

What runs there reaches what runs there and nothing else, and may listen on fixed ports. The gate
reaches it by sockets made inside and handed over, and by a port of the host's loopback for clients
that make their own sockets.
"""

from __future__ import annotations

import contextlib
import json
import os
import socket
import subprocess
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING

from atom_release.errors import ProbeFault
from atom_release.lab.closing import Closing

if TYPE_CHECKING:
    from atom_release.lab.sandbox.order import Namespaces

_HOLD = "import sys; sys.path.insert(0, sys.argv[1]); from launcher.holder import main; main()"
_LOOPBACK = "127.0.0.1"
_PATIENCE = 20.0
_GRACE = 5.0
_ESTABLISHED = "01"


class NoNetwork(ProbeFault):
    """This machine gives no network of its own."""


class Network(Closing):
    """A network of its own, from its making until it is closed."""

    def __init__(self, namespaces: Namespaces = "any") -> None:
        """Make it.

        Raises:
            NoNetwork: this machine refuses.
        """
        if namespaces == "none":
            raise NoNetwork("no network of its own was asked for")
        self.names: tuple[str, ...] = ()  # further names of its loopback
        self._lock = threading.Lock()
        self._led: dict[int, int] = {}
        self.as_root = os.geteuid() == 0 and namespaces == "any"
        self._line, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._line.settimeout(_PATIENCE)
        with theirs:
            self._process = _hold(theirs, as_root=self.as_root)
        try:
            word, self._handles = self._receive(2)
        except OSError as error:
            word, self._handles = {"failed": str(error)}, []
        if not self._handles:
            self.close()
            reason = word.get("failed", "its process ended without a word")
            raise NoNetwork(f"no network of its own could be made: {reason}")

    @property
    def namespaces(self) -> tuple[int, ...]:
        """Descriptors of the network's namespace and, where there is one, of its users'."""
        return tuple(self._handles)

    def open_socket(self) -> socket.socket:
        """Return a new TCP socket of this network, neither bound nor connected.

        Raises:
            ProbeFault: the network is gone.
        """
        with self._lock:
            _, handles = self._ask({"socket": True})
        if not handles:
            raise ProbeFault("the rehearsal's network is gone")
        return socket.socket(fileno=handles[0])

    def connect(self, port: int, seconds: float | None = 2.0) -> socket.socket:
        """Return a connection to a port of this network's loopback.

        Raises:
            OSError: nobody takes it.
            ProbeFault: the network is gone.
        """
        made = self.open_socket()
        try:
            made.settimeout(seconds)
            made.connect((_LOOPBACK, port))
        except BaseException:
            made.close()
            raise
        return made

    def lead(self, port: int) -> int:
        """Return a port of the host's loopback that leads to this port inside.

        Raises:
            ProbeFault: the network is gone.
        """
        with self._lock:
            if port not in self._led:
                with socket.create_server((_LOOPBACK, 0), backlog=1024) as listening:
                    self._ask({"lead": port}, listening)
                    self._led[port] = int(listening.getsockname()[1])
            return self._led[port]

    def opened_connections(self) -> int:
        """Return how many TCP connections were ever opened in this network, by whomever.

        Raises:
            ProbeFault: the network is gone.
        """
        names, values = (
            line.split() for line in self._told("snmp").splitlines() if line.startswith("Tcp:")
        )
        return int(values[names.index("ActiveOpens")])

    def established(self) -> list[tuple[int, int]]:
        """Return the TCP connections that are open in this network, each by its two ports.

        Raises:
            ProbeFault: the network is gone.
        """
        rows = [*self._told("tcp").splitlines()[1:], *self._told("tcp6").splitlines()[1:]]
        fields = [row.split() for row in rows]
        return [
            (int(row[1].rpartition(":")[2], 16), int(row[2].rpartition(":")[2], 16))
            for row in fields
            if row[3] == _ESTABLISHED
        ]

    def _told(self, table: str) -> str:
        """Return one of the kernel's tables of this network."""
        try:
            return Path(f"/proc/{self._process.pid}/net/{table}").read_text()
        except OSError as error:
            raise ProbeFault("the rehearsal's network is gone") from error

    def close(self) -> None:
        """End it; what still runs in it keeps it, but nobody else reaches it any more."""
        self._line.close()
        for handle in self._handles if hasattr(self, "_handles") else ():
            os.close(handle)
        self._handles = []
        try:
            self._process.wait(_GRACE)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def _ask(
        self, order: dict[str, object], given: socket.socket | None = None
    ) -> tuple[dict[str, str], list[int]]:
        text = json.dumps(order).encode()
        try:
            if given is None:
                self._line.send(text)
            else:
                socket.send_fds(self._line, [text], [given.fileno()])
            return self._receive(1)
        except OSError as error:
            raise ProbeFault("the rehearsal's network is gone") from error

    def _receive(self, most: int) -> tuple[dict[str, str], list[int]]:
        word, handles, _, _ = socket.recv_fds(self._line, 4096, most)
        if not word:
            raise ProbeFault("the rehearsal's network is gone")
        for handle in handles:
            os.set_inheritable(handle, False)  # noqa: FBT003 - no keyword there
        answer: dict[str, str] = json.loads(word)
        return answer, list(handles)


def network(namespaces: Namespaces = "any") -> Network | None:
    """Return a network of its own, None where this machine gives none."""
    with contextlib.suppress(NoNetwork):
        return Network(namespaces)
    return None


def _hold(line: socket.socket, *, as_root: bool) -> subprocess.Popen[bytes]:
    words = [str(Path(__file__).parent), str(line.fileno())]
    words += ["root" if as_root else "user", str(os.getpid())]
    return subprocess.Popen(
        [sys.executable, "-I", "-S", "-c", _HOLD, *words],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        pass_fds=(line.fileno(),),
        start_new_session=True,
        env={},
        cwd="/",
    )
