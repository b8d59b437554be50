"""The process that holds a network of its own: its loopback, and nothing else.

It hands out sockets made there and leads connections from a port of the host to one inside. It ends
when the gate ends or closes its line.
"""

from __future__ import annotations

import array
import contextlib
import json
import os
import selectors
import socket
import struct
import sys

from . import kernel, subject

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_PIECE = 1 << 16
_RESET = struct.pack("ii", 1, 0)  # closing resets the connection
_LOOPBACK = "127.0.0.1"


def main() -> None:
    """Enter a new network as the command line says, and serve it on the descriptor it names."""
    line = socket.socket(fileno=int(sys.argv[2]))
    as_root, gate = sys.argv[3] == "root", os.pidfd_open(int(sys.argv[4]))
    if os.getppid() != int(sys.argv[4]):
        return
    try:
        handles = _enter(as_root=as_root)
    except OSError as error:
        line.send(json.dumps({"failed": str(error)}).encode())
        return
    kernel.close_to_others()
    _send(line, {"entered": True}, handles)
    Holder(line, gate).serve()


def _enter(*, as_root: bool) -> list[int]:
    """Enter a new network; return its namespace, and that of its users where there is one."""
    uid, gid = os.geteuid(), os.getegid()
    kernel.unshare(kernel.CLONE_NEWNET | (0 if as_root else kernel.CLONE_NEWUSER))
    kinds = ["net"]
    if not as_root:
        subject.write_maps(0, 0, uid, gid)
        kinds.append("user")
    kernel.raise_loopback()
    return [os.open(f"/proc/self/ns/{kind}", os.O_RDONLY) for kind in kinds]


class Holder:
    """Serves one network until its line is closed."""

    def __init__(self, line: socket.socket, gate: int) -> None:
        self._line = line
        self._selector = selectors.DefaultSelector()
        self._selector.register(line, selectors.EVENT_READ)
        self._selector.register(gate, selectors.EVENT_READ, "end")

    def serve(self) -> None:
        """Serve until the end."""
        while True:
            for key, _ in self._selector.select():
                if key.data == "end" or (key.data is None and not self._answer()):
                    return
                if isinstance(key.data, int):
                    self._accept(key.fileobj, key.data)
                elif isinstance(key.data, _Half):
                    key.data.move()
                elif isinstance(key.data, tuple):
                    self._connected(*key.data)

    def _answer(self) -> bool:
        """Do what the gate asks: `socket`, or `lead` a listening socket to a port."""
        word, handles, _, _ = socket.recv_fds(self._line, 4096, 1)
        if not word:
            return False
        order = json.loads(word)
        if "lead" in order:
            listening = socket.socket(fileno=handles[0])
            listening.settimeout(0)
            self._selector.register(listening, selectors.EVENT_READ, int(order["lead"]))
            self._line.send(b"{}")
        else:
            with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as made:
                _send(self._line, {}, [made.fileno()])
        return True

    def _accept(self, listening: Any, port: int) -> None:  # noqa: ANN401 - a socket
        with contextlib.suppress(BlockingIOError, ConnectionAbortedError):
            outer, _ = listening.accept()
            inner = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
            for end in (outer, inner):
                end.settimeout(0)
                end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            inner.connect_ex((_LOOPBACK, port))
            self._selector.register(inner, selectors.EVENT_WRITE, (outer, inner))

    def _connected(self, outer: socket.socket, inner: socket.socket) -> None:
        """Lead the two into each other, or let the outer one feel that nobody is there."""
        self._selector.unregister(inner)
        if inner.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR):
            outer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
            outer.close()
            inner.close()
            return
        there, back = _Half(self._selector, outer, inner), _Half(self._selector, inner, outer)
        there.other, back.other = back, there
        there.watch()
        back.watch()


class _Half:
    """One direction of a connection; what could not be sent yet waits, and nothing more is read."""

    other: _Half

    def __init__(
        self, selector: selectors.BaseSelector, source: socket.socket, sink: socket.socket
    ) -> None:
        self._selector = selector
        self.source, self._sink = source, sink
        self.waiting = b""
        self.ended = False

    def move(self) -> None:
        """Take the next step: send on what waits in either direction, or read more."""
        try:
            self._read()
            self.other.flush()
        except BlockingIOError:
            pass
        except OSError:
            return self._reset()
        if self.ended and self.other.ended and not (self.waiting or self.other.waiting):
            return self._close()
        self.watch()
        self.other.watch()
        return None

    def _read(self) -> None:
        if self.waiting or self.ended:
            return
        try:
            self.waiting = self.source.recv(_PIECE)
        except BlockingIOError:
            return
        self.ended = not self.waiting
        if self.ended:
            with contextlib.suppress(OSError):
                self._sink.shutdown(socket.SHUT_WR)
        self.flush()

    def flush(self) -> None:
        """Send on what waits, as much as goes."""
        with contextlib.suppress(BlockingIOError):
            while self.waiting:
                self.waiting = self.waiting[self._sink.send(self.waiting) :]

    def watch(self) -> None:
        """Wait for what this end's socket can do next."""
        wanted = 0 if self.waiting or self.ended else selectors.EVENT_READ
        wanted |= selectors.EVENT_WRITE if self.other.waiting else 0
        registered = self.source in self._selector.get_map()
        if wanted and registered:
            self._selector.modify(self.source, wanted, self)
        elif wanted:
            self._selector.register(self.source, wanted, self)
        elif registered:
            self._selector.unregister(self.source)

    def _reset(self) -> None:
        for end in (self.source, self._sink):
            with contextlib.suppress(OSError):
                end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
        self._close()

    def _close(self) -> None:
        for end in (self.source, self._sink):
            with contextlib.suppress(KeyError, ValueError):
                self._selector.unregister(end)
            end.close()


def _send(line: socket.socket, word: dict[str, Any], handles: list[int]) -> None:
    rights = (socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", handles))
    line.sendmsg([json.dumps(word).encode()], [rights])
