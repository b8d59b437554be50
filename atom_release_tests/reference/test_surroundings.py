"""What scenarios put around the release.

A real server that is sealed and ends, an address where nobody is.
"""

from __future__ import annotations

import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest

from atom_release.reference import surroundings
from atom_release.reference.scenarios import SCENARIOS

pytestmark = pytest.mark.live


@pytest.fixture(autouse=True)
def _ended() -> Iterator[None]:
    yield
    surroundings.close_all()


def _answers(address: str) -> bool:
    parts = urlsplit(address)
    try:
        socket.create_connection((parts.hostname or "", parts.port or 0), timeout=5).close()
    except ConnectionError:  # refused, or reset by a server that is just ending
        return False
    return True


def test_the_sealed_server_is_sealed_the_same_all_along_and_ends() -> None:
    """A real OpenBao answers 503 to its health; asked again, it is the same one.

    Then nobody is there.
    """
    address = surroundings.environment("vault-sealed")["ATOM_VAULT_ADDR"]
    connection = http.client.HTTPConnection(urlsplit(address).netloc, timeout=5)
    connection.request("GET", "/v1/sys/health")
    answer = connection.getresponse()
    assert (answer.status, b'"sealed":true' in answer.read()) == (503, True)
    assert surroundings.environment("vault-sealed")["ATOM_VAULT_ADDR"] == address
    surroundings.close_all()
    assert not _answers(address)


def test_the_sealed_server_does_not_outlive_a_killed_gate() -> None:
    """Nobody is left to end it: the pipe that closes does."""
    code = (
        "from atom_release.reference import surroundings as s;"
        " print(s.environment('vault-sealed')['ATOM_VAULT_ADDR'], flush=True); input()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as gate:
        assert gate.stdout is not None
        address = gate.stdout.readline().strip()
        assert _answers(address)
        os.kill(gate.pid, signal.SIGKILL)
    for _ in range(500):
        if not _answers(address):
            return
        time.sleep(0.02)
    pytest.fail("the server is still there")


def test_nobody_is_at_the_absent_address() -> None:
    """Else the scenario would show something else."""
    assert not _answers(surroundings.environment("vault-absent")["ATOM_VAULT_ADDR"])


def test_other_scenarios_set_nothing() -> None:
    """What stands in the user's environment is theirs."""
    assert {
        name
        for name in SCENARIOS
        if name not in {"vault-sealed", "vault-absent"} and surroundings.environment(name)
    } == set()
