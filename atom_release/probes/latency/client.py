"""A small HTTP/1.1 client for measuring.

One prepared request, sent again and again over kept connections.

It does no more than the sampler needs, so that its own cost does not stand in the latencies. What
it cannot do for want of the gate's own resources is the gate's fault and escapes as such; all else
that goes wrong is the service's error.
"""

from __future__ import annotations

import asyncio
import errno
import socket
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib.metadata import version
from typing import cast
from urllib.parse import urlsplit

import httptools

from atom_release.errors import ProbeFault
from atom_release.lab.right_answer import Reading, Worth, read_answer

_CLIENT = f"python-httpx/{version('httpx')}"
"""As the gate's other requests: a service is not told that it is being measured."""

_LONGEST_BODY = 16 * 1024 * 1024  # bytes

_OWN_FAULTS = {errno.EMFILE, errno.ENFILE, errno.EADDRNOTAVAIL, errno.ENOMEM, errno.ENOBUFS}


class Unanswered(Exception):
    """No complete answer came; the message is a word or two, such as `refused`."""


@dataclass(frozen=True, slots=True)
class Reply:
    """A whole answer; of one that is longer than can be looked into the body is None."""

    status: int
    body: bytes | None


@dataclass(frozen=True)
class Target:
    """One request, ready to be written to a socket, and what counts as its right answer."""

    name: str
    host: str
    port: int
    raw: bytes
    expect: frozenset[int]
    has: tuple[str, ...] = ()
    open_socket: Callable[[], socket.socket] = field(default=socket.socket, compare=False)

    def read(self, reply: Reply) -> Reading:
        """Return what an answer is worth to this request."""
        if reply.body is None and self.has and reply.status in self.expect:
            return Reading(Worth.DOUBTFUL, f"{reply.status} with a body too long to look into")
        return read_answer(reply.status, reply.body or b"", expect=self.expect, has=self.has)


def target(  # noqa: PLR0913 - the parts of a request
    name: str,
    method: str,
    url: str,
    *,
    headers: Mapping[str, str] | None = None,
    body: bytes | None = None,
    expect: frozenset[int] = frozenset({200}),
    has: tuple[str, ...] = (),
) -> Target:
    """Prepare a request.

    Raises:
        ProbeFault: it does not go over plain HTTP.
    """
    parts = urlsplit(url)
    if parts.scheme != "http" or parts.hostname is None:
        raise ProbeFault(
            f"latency is measured over plain http on this machine, not {parts.scheme}."
        )
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    given = {"Host": parts.netloc, "Accept": "*/*", "User-Agent": _CLIENT, **(headers or {})}
    if body is not None:
        given["Content-Length"] = str(len(body))
    head = "".join(
        [
            f"{method} {path} HTTP/1.1\r\n",
            *(f"{key}: {value}\r\n" for key, value in given.items()),
            "\r\n",
        ]
    )
    raw = head.encode("latin-1") + (body or b"")
    return Target(name, parts.hostname, parts.port or 80, raw, expect, has)


class _Connection(asyncio.Protocol):
    """One kept connection; has at most one request under way."""

    def __init__(self) -> None:
        self._waiting: asyncio.Future[Reply] | None = None
        self._transport: asyncio.Transport | None = None
        self._open_ended = False
        self._body: list[bytes] = []
        self._length = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)  # a stream connection has no other

    async def ask(self, raw: bytes) -> Reply:
        """Send the request and give the whole answer."""
        if self._transport is None or self._transport.is_closing():
            raise ConnectionResetError
        self._waiting = asyncio.get_running_loop().create_future()
        self._open_ended = self._has_length = False
        self._body, self._length = [], 0
        self._parser = httptools.HttpResponseParser(self)
        self._transport.write(raw)
        return await self._waiting

    def data_received(self, data: bytes) -> None:
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserError:
            self._end(Unanswered("not HTTP"))

    def on_header(self, name: bytes, _: bytes) -> None:
        self._has_length = self._has_length or name.lower() in {
            b"content-length",
            b"transfer-encoding",
        }

    def on_headers_complete(self) -> None:
        self._open_ended = not self._has_length

    def on_body(self, part: bytes) -> None:
        self._length += len(part)
        if self._length <= _LONGEST_BODY:
            self._body.append(part)

    def on_message_complete(self) -> None:
        if not self._parser.should_keep_alive():
            self.close()
        self._end(None)

    def connection_lost(self, exc: Exception | None) -> None:
        # A body without a length ends with the connection; anything else that ends so is no answer.
        self._end(None if self._open_ended and exc is None else ConnectionResetError())

    def _end(self, error: Exception | None) -> None:
        waiting, self._waiting = self._waiting, None
        if waiting is None or waiting.done():
            return
        if error is None:
            body = b"".join(self._body) if self._length <= _LONGEST_BODY else None
            waiting.set_result(Reply(self._parser.get_status_code(), body))
        else:
            waiting.set_exception(error)

    @property
    def usable(self) -> bool:
        return self._transport is not None and not self._transport.is_closing()

    def close(self) -> None:
        if self._transport is not None:
            self._transport.abort() if self._waiting else self._transport.close()


@dataclass
class Client:
    """Sends one target's request, each over a connection that no other request is using."""

    target: Target
    timeout: float
    _idle: list[_Connection] = field(default_factory=list)

    async def send(self) -> Reply:
        """Return one answer.

        Raises:
            Unanswered: no answer came, or not in time.
            ProbeFault: the gate itself could not ask.
        """
        try:
            async with asyncio.timeout(self.timeout):
                return await self._send()
        except TimeoutError:
            raise Unanswered("timeout") from None
        except OSError as error:
            if error.errno in _OWN_FAULTS:
                raise ProbeFault(
                    f"the gate could not open another connection: {error.strerror}.",
                    "Lower the rate, or raise `ulimit -n`.",
                ) from error
            raise Unanswered(
                "refused" if isinstance(error, ConnectionRefusedError) else "connection lost"
            ) from error

    async def _send(self) -> Reply:
        while self._idle:
            kept = self._idle.pop()
            try:
                return await self._ask(kept)
            except ConnectionResetError:
                continue  # the server closed a kept connection between two requests, as it may
        return await self._ask(await self._connect())

    async def _connect(self) -> _Connection:
        """Return a new connection, over a socket of the network that the target is in."""
        loop, made = asyncio.get_running_loop(), self.target.open_socket()
        try:
            made.setblocking(False)  # noqa: FBT003 - no keyword there
            await loop.sock_connect(made, (self.target.host, self.target.port))
            _, fresh = await loop.create_connection(_Connection, sock=made)
        except BaseException:
            made.close()
            raise
        return fresh

    async def _ask(self, connection: _Connection) -> Reply:
        try:
            reply = await connection.ask(self.target.raw)
        except BaseException:
            connection.close()
            raise
        if connection.usable:
            self._idle.append(connection)
        return reply

    def close(self) -> None:
        """Close the kept connections."""
        while self._idle:
            self._idle.pop().close()
