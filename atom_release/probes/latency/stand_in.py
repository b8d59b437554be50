"""A server that does nothing, sleeps, or knows nothing.

What the sampler measures beside the service, and its negative controls.

Run as a script, in a process of its own, so that it feels the machine as a service does. `/noop`
answers at once, `/sleep/<seconds>` late, and all else is 404. It writes its port to stdout and ends
when its stdin does, so that it never outlives the gate.
"""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

NOOP = "/noop"


def sleeping(seconds: float) -> str:
    """Give the path that answers after so many seconds."""
    return f"/sleep/{seconds:.6f}"


@contextmanager
def running() -> Iterator[int]:
    """Start the server on a free port of the loopback, give the port.

    And end the server whatever happens.
    """
    process = subprocess.Popen(
        [sys.executable, "-I", "-S", str(Path(__file__))],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    try:
        if process.stdout is None:
            raise RuntimeError("a pipe was asked for")
        yield int(process.stdout.readline())
    finally:
        process.kill()
        process.communicate()


async def _answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while head := await reader.readuntil(b"\r\n\r\n"):
            path = head.split(b" ", 2)[1].decode("ascii")
            found = path.startswith((NOOP, "/sleep/"))
            if path.startswith("/sleep/"):
                await asyncio.sleep(float(path.removeprefix("/sleep/")))
            writer.write(
                b"HTTP/1.1 "
                + (b"200 OK" if found else b"404 Not Found")
                + b"\r\nContent-Length: 2\r\n\r\n{}"
            )
            await writer.drain()
    except (asyncio.IncompleteReadError, ConnectionError):
        pass  # the sampler hung up: it has seen enough
    finally:
        writer.close()


async def _serve() -> None:
    server = await asyncio.start_server(_answer, "127.0.0.1", 0, backlog=1024)
    sys.stdout.write(f"{server.sockets[0].getsockname()[1]}\n")
    sys.stdout.flush()
    await asyncio.to_thread(sys.stdin.buffer.read)
    server.close()


if __name__ == "__main__":
    asyncio.run(_serve())
