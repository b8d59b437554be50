"""A real HTTP server that is known to listen before the test goes on."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
from starlette.routing import Route

from atom_release_tests.unit.evidence.stage import serving


@contextmanager
def answering(*routes: Route) -> Iterator[str]:
    """Serve the routes and give the base URL once connections are taken."""
    with serving(*routes) as base:
        where = httpx.URL(base)
        for _ in range(500):
            try:
                socket.create_connection((where.host, where.port or 80), timeout=5).close()
                break
            except ConnectionRefusedError:
                time.sleep(0.02)
        yield base
