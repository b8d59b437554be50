"""Ports for the rehearsal, chosen before anything starts.

So that every service can be told where the others will be.
"""

from __future__ import annotations

import http.client
import random
import socket

_BELOW_EPHEMERAL = range(
    20_000, 32_000
)  # outgoing connections take their ports from 32768 up: one of those may be taken meanwhile


def free_ports(count: int) -> list[int]:
    """Give that many different ports of loopback on which nobody listens now."""
    found: list[int] = []
    for port in random.sample(_BELOW_EPHEMERAL, len(_BELOW_EPHEMERAL)):
        if len(found) == count:
            break
        if _is_free(port):
            found.append(port)
    return found


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def was_taken(log: bytes) -> bool:
    """Whether a server's log says that somebody else took its port in the meantime."""
    lowered = log.lower()
    return b"address already in use" in lowered or b"eaddrinuse" in lowered


def status_of(url: str, path: str, seconds: float = 2.0) -> int:
    """Give the status of a GET on loopback, 0 without an HTTP answer.

    Plain `http.client`, since it is asked many times while others start.
    """
    connection = http.client.HTTPConnection(url.removeprefix("http://"), timeout=seconds)
    try:
        connection.request("GET", path)
        return connection.getresponse().status
    except (OSError, http.client.HTTPException):
        return 0
    finally:
        connection.close()


def is_listening(url: str) -> bool:
    """Whether somebody takes connections at this address."""
    host, _, port = url.removeprefix("http://").partition(":")
    try:
        socket.create_connection((host, int(port)), timeout=2).close()
    except OSError:
        return False
    return True
