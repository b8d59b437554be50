"""Ports for the rehearsal, chosen before anything starts.

So that every service can be told where the others will be.
"""

from __future__ import annotations

import random
import re
import socket
import time
from urllib.parse import quote

_BELOW_EPHEMERAL = range(
    20_000, 32_000
)  # outgoing connections take their ports from 32768 up: one of those may be taken meanwhile

_STATUS = re.compile(rb"HTTP/1\.[01] (\d{3})[ \r]")
_LONGEST_HEADER = 64 * 1024
_IN_PATHS = "/%?&=~:@!$'()*+,;"


def free_ports(count: int) -> list[int]:
    """Return that many different ports of loopback on which nobody listens now."""
    ports: list[int] = []
    for port in random.sample(_BELOW_EPHEMERAL, len(_BELOW_EPHEMERAL)):
        if len(ports) == count:
            break
        if _is_free(port):
            ports.append(port)
    return ports


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def was_taken(log: bytes) -> bool:
    """Return whether a server's log says that somebody else took its port in the meantime."""
    lowered = log.lower()
    return b"address already in use" in lowered or b"eaddrinuse" in lowered


def status_of(url: str, path: str, seconds: float = 2.0) -> int:
    """Return the status of a GET on loopback, 0 without an HTTP answer in that time.

    A plain socket, since it is asked many times while others start; it waits for no more than the
    status, and for that no longer than it is told, however the bytes come.
    """
    host, _, port = url.removeprefix("http://").partition(":")
    ends, received = time.monotonic() + seconds, b""
    request = f"GET {quote(path, safe=_IN_PATHS)} HTTP/1.1\r\nHost: {host}:{port}\r\n"
    try:
        with socket.create_connection((host, int(port)), timeout=seconds) as connection:
            connection.sendall(f"{request}Connection: close\r\n\r\n".encode())
            while (left := ends - time.monotonic()) > 0 and len(received) < _LONGEST_HEADER:
                connection.settimeout(left)
                piece = connection.recv(4096)
                received += piece
                status = _final_status(received)
                if status or not piece:
                    return status
    except OSError:
        pass
    return 0


def _final_status(received: bytes) -> int:
    """Return the status of the answer that is no interim one, 0 while it is not there."""
    while match := _STATUS.match(received):
        if match[1][:1] != b"1":
            return int(match[1])
        _, end, received = received.partition(b"\r\n\r\n")
        if not end:
            return 0
    return 0
