"""One deadline for a whole HTTP exchange, for httpx, whose timeouts are each read's own.

A server that sends a byte of its header now and then, or one interim answer after another, keeps
every single read short and the exchange endless.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from ssl import SSLContext
from typing import Any

import httpcore
import httpx


class Deadline(httpcore.NetworkBackend):
    """Makes connections of which no operation lasts beyond the moment `ends`."""

    def __init__(self) -> None:
        """Begin without an end."""
        self.ends = float("inf")
        self._inner = httpcore.SyncBackend()

    def left(self, timeout: float | None) -> float | None:
        """Return how long an operation may still last, in seconds.

        Raises:
            httpcore.ReadTimeout: no time is left.
        """
        left = self.ends - time.perf_counter()
        if left <= 0:
            raise httpcore.ReadTimeout("the deadline of the whole exchange has passed")
        if timeout is None:
            return None if left == float("inf") else left
        return min(timeout, left)

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        """Connect, within the deadline."""
        return _Stream(
            self._inner.connect_tcp(host, port, self.left(timeout), local_address, socket_options),
            self,
        )


class _Stream(httpcore.NetworkStream):
    def __init__(self, inner: httpcore.NetworkStream, deadline: Deadline) -> None:
        self._inner, self._deadline = inner, deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._inner.read(max_bytes, self._deadline.left(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._inner.write(buffer, self._deadline.left(timeout))

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self,
        ssl_context: SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        left = self._deadline.left(timeout)
        return _Stream(self._inner.start_tls(ssl_context, server_hostname, left), self._deadline)

    def get_extra_info(self, info: str) -> Any:  # noqa: ANN401 - whatever httpcore asks for
        return self._inner.get_extra_info(info)


class DeadlineTransport(httpx.HTTPTransport):
    """A transport whose `deadline` can be set before each exchange."""

    def __init__(self, *, verify: bool) -> None:
        """Prepare; certificates are only read where they are verified."""
        super().__init__(verify=verify, trust_env=False)
        self.deadline = Deadline()
        # httpx has no other way to give its pool a network of one's own.
        self._pool = httpcore.ConnectionPool(
            ssl_context=httpx.create_ssl_context(verify=verify, trust_env=False),
            network_backend=self.deadline,
        )


class DeadlineClient(httpx.Client):
    """A client with the environment's settings, proxies included, whose `deadline` can be set."""

    def __init__(self, *, timeout: float) -> None:
        """Prepare; redirects are followed, and `timeout` is each operation's, in seconds."""
        super().__init__(follow_redirects=True, timeout=timeout)
        self.deadline = Deadline()
        for transport in (self._transport, *self._mounts.values()):
            if isinstance(transport, httpx.HTTPTransport):
                # httpx has no other way to give its pools a network of one's own.
                transport._pool._network_backend = self.deadline  # noqa: SLF001
