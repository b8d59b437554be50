"""A server that stands where a service stood: it refuses, does nothing, sleeps, or knows nothing.

Run as a script, in a process of its own, so that it feels the machine as a service does. It writes
its port to stdout and ends when its stdin does, so that it never outlives the gate.
"""

from __future__ import annotations

import asyncio
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

NOOP = "/noop"
_SLEEP = "/sleep/"
_HANDLE = 2  # the word of the command line that names a listening socket
_BODY = b'{"detail": "nothing that this service would say"}'
REFUSING, ANSWERING = "503", "200"
"""What a stand-in answers to everything: that it does not serve, or that all is well."""


def sleeping(seconds: float) -> str:
    """Return the path that `running` answers after so many seconds."""
    return f"{_SLEEP}{seconds:.6f}"


@contextmanager
def standing_in(made: socket.socket | None = None, status: str = REFUSING) -> Iterator[str]:
    """Return the address of a stand-in that answers this to everything, while the block runs.

    `200+1.2` answers 200 after so many seconds. With a body that no service has. It listens on the
    socket given, in whatever network that was made.
    """
    with made or socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen(1024)
        with _serving(status, str(listening.fileno()), pass_fds=(listening.fileno(),)) as port:
            yield f"http://127.0.0.1:{port}"


@contextmanager
def running() -> Iterator[int]:
    """Return the port of a server that answers `/noop` at once and `/sleep/<seconds>` late.

    All else is 404.
    """
    with _serving() as port:
        yield port


@contextmanager
def _serving(*arguments: str, pass_fds: tuple[int, ...] = ()) -> Iterator[int]:
    process = subprocess.Popen(
        [sys.executable, "-I", "-S", str(Path(__file__)), *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        pass_fds=pass_fds,
    )
    try:
        if process.stdout is None:
            raise RuntimeError("a pipe was asked for")
        yield int(process.stdout.readline())
    finally:
        process.kill()
        process.communicate()


async def _answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    always = sys.argv[1] if len(sys.argv) > 1 else ""
    try:
        while head := await reader.readuntil(b"\r\n\r\n"):
            await reader.readexactly(_length(head))
            method, path = head.split(b" ", 2)[:2]
            status = await _always(always) or await _status(path.decode("ascii", "replace"))
            writer.write(
                f"HTTP/1.1 {status} .\r\nContent-Type: application/json\r\n"
                f"Content-Length: {len(_BODY)}\r\n\r\n".encode()
                + (b"" if method == b"HEAD" else _BODY)
            )
            await writer.drain()
    except (asyncio.IncompleteReadError, asyncio.LimitOverrunError, ConnectionError, ValueError):
        pass  # the other side hung up, or does not speak HTTP
    finally:
        writer.close()


async def _always(answer: str) -> str:
    """Return the status that everything is answered with, after the seconds behind a plus sign."""
    status, _, seconds = answer.partition("+")
    await asyncio.sleep(float(seconds or 0))
    return status


async def _status(path: str) -> str:
    if path.startswith(_SLEEP):
        await asyncio.sleep(float(path.removeprefix(_SLEEP)))
    return "200" if path.startswith((NOOP, _SLEEP)) else "404"


def _length(head: bytes) -> int:
    """Return how long the body of a request is."""
    for line in head.lower().split(b"\r\n"):
        if line.startswith(b"content-length:"):
            return int(line.partition(b":")[2])
    return 0


async def _serve() -> None:
    if len(sys.argv) > _HANDLE:
        given = socket.socket(fileno=int(sys.argv[_HANDLE]))
        server = await asyncio.start_server(_answer, sock=given, backlog=1024)
    else:
        server = await asyncio.start_server(_answer, "127.0.0.1", 0, backlog=1024)
    sys.stdout.write(f"{server.sockets[0].getsockname()[1]}\n")
    sys.stdout.flush()
    await asyncio.to_thread(sys.stdin.buffer.read)
    server.close()


if __name__ == "__main__":
    asyncio.run(_serve())
