"""The client that latency is measured with: answers are read whole or not at all, plainly."""

from __future__ import annotations

import asyncio

import pytest

from atom_release.errors import ProbeFault
from atom_release.probes.latency.client import Client, Unanswered, target

ANSWERS = {
    b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok": 200,
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n": 200,
    b"HTTP/1.0 200 OK\r\n\r\nuntil the end": 200,
    b"HTTP/1.1 500 No\r\nContent-Length: 0\r\nConnection: close\r\n\r\n": 500,
    b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nok": "connection lost",
    b"SSH-2.0-OpenSSH_9.2\r\n": "not HTTP",
    b"": "connection lost",
}


@pytest.mark.parametrize("raw", ANSWERS)
def test_answers_are_read_whole_or_not_at_all(raw: bytes) -> None:
    """The server says it, twice if asked again, and hangs up each time."""

    async def converse() -> list[int | str]:
        async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.readuntil(b"\r\n\r\n")
            writer.write(raw)
            writer.close()

        server = await asyncio.start_server(answer, "127.0.0.1", 0)
        client = Client(
            target("x", "GET", f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/"), 2
        )
        came: list[int | str] = []
        for _ in range(2):
            try:
                came.append((await client.send()).status)
            except Unanswered as nothing:
                came.append(str(nothing))
            await asyncio.sleep(0.01)
        client.close()
        server.close()
        return came

    assert asyncio.run(converse()) == [ANSWERS[raw]] * 2


def test_only_plain_http_is_measured() -> None:
    with pytest.raises(ProbeFault, match="plain http"):
        target("x", "GET", "https://127.0.0.1/")
