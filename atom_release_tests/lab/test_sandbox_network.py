"""A network of the rehearsal's own: nothing of the host is on it, and the gate still gets in."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import textwrap
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

from atom_release.errors import ProbeFault
from atom_release.lab.sandbox import Finished, Limits, Network, Running, Sandbox, network
from atom_release_tests.fixtures.processes import lives, until

LIMITS = Limits(wall=60, cpu=40, memory_mb=1024, processes=64, file_mb=32)
MODES = ["any", "user"]
_PORT = 8010
_ECHO = """
import socket, threading
def echo(connection):
    with connection:
        received = b""
        while piece := connection.recv(65536):
            received += piece
        connection.sendall(received)
with socket.create_server(("127.0.0.1", 8010)) as server:
    while True:
        threading.Thread(target=echo, args=[server.accept()[0]]).start()
"""


_GATE = """
import os, time
from atom_release.lab.sandbox import Network
own = Network()
fork = os.fork()
if fork:
    print(own._process.pid, fork, flush=True)
time.sleep(300)
"""


@pytest.fixture(params=MODES)
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    for folder in (tmp_path, *tmp_path.parents[:-2]):
        if folder.stat().st_uid == os.geteuid():
            folder.chmod(0o755)
    (tmp_path / "work").mkdir()
    with Network(request.param) as own:
        yield Place(tmp_path, request.param, own)


class Place:
    """A network with a folder to work in."""

    def __init__(self, root: Path, mode: str, own: Network) -> None:
        self.root, self.mode, self.network = root, mode, own

    @contextmanager
    def serving(self, code: str) -> Iterator[Running]:
        """Run a server in the network until the block ends; it listens on the fixed port."""
        running = Sandbox([], namespaces=self.mode).start(  # type: ignore[arg-type]
            [sys.executable, "-I", "-c", code],
            directory=self.root / "work",
            writable=[],
            environment={},
            log=self.root / "log",
            network=self.network,
        )
        try:
            until(self.listens)
            yield running
        finally:
            running.stop(0)

    def listens(self) -> bool:
        """Whether somebody takes a connection on the fixed port inside."""
        try:
            self.network.connect(_PORT).close()
        except OSError:
            return False
        return True

    def run(self, code: str, *, inside: Network | bool | None = None) -> Finished:
        """Run code in the network, or in the one given."""
        return Sandbox([], namespaces=self.mode).run(  # type: ignore[arg-type]
            [sys.executable, "-I", "-c", textwrap.dedent(code)],
            directory=self.root / "work",
            writable=[],
            environment={},
            limits=LIMITS,
            network=self.network if inside is None else inside,
        )


def _reach(port: int, name: str) -> str:
    return f"""
        import socket
        try:
            socket.create_connection(("127.0.0.1", {port}), 2)
            print("reached a port")
        except OSError as error:
            print(type(error).__name__)
        try:
            socket.socket(socket.AF_UNIX).connect("\\0{name}")
            print("reached a name")
        except OSError as error:
            print(type(error).__name__)
        """


def test_no_port_of_the_host_can_be_reached(place: Place) -> None:
    """Nor an abstract socket; the twin on the host's network reaches both."""
    name = f"gate-{os.getpid()}-{place.mode}"
    with (
        socket.create_server(("127.0.0.1", 0)) as server,
        socket.socket(socket.AF_UNIX) as abstract,
    ):
        abstract.bind(f"\0{name}")
        abstract.listen()
        code = _reach(server.getsockname()[1], name)
        inside, outside = place.run(code), place.run(code, inside=True)
    assert inside.output.split() == [b"ConnectionRefusedError", b"ConnectionRefusedError"]
    assert outside.output.splitlines() == [b"reached a port", b"reached a name"]
    assert "network:own" in inside.isolation
    assert "network:host" in outside.isolation


def test_services_reach_each_other_on_fixed_ports_which_the_host_does_not_have(
    place: Place,
) -> None:
    code = f"import socket; socket.create_connection(('127.0.0.1', {_PORT}), 5); print('reached')"
    with place.serving(_ECHO) as running:
        assert "network:own" in running.isolation
        assert place.run(code).output == b"reached\n"
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", _PORT), 2)


@pytest.mark.parametrize("led", [False, True])
def test_what_is_sent_arrives_whole_in_both_directions(place: Place, led: bool) -> None:  # noqa: FBT001 - a parameter of the test
    """Over a socket handed over and over a port of the host, several at once."""
    sent = [os.urandom(2_000_000) for _ in range(4)]
    received: dict[int, bytes] = {}

    def ask(number: int) -> None:
        own = place.network
        with (
            socket.create_connection(("127.0.0.1", own.lead(_PORT)), 20)
            if led
            else own.connect(_PORT, 20)
        ) as connection:
            connection.sendall(sent[number])
            connection.shutdown(socket.SHUT_WR)
            answer = b""
            while piece := connection.recv(65536):
                answer += piece
            received[number] = answer

    with place.serving(_ECHO):
        threads = [threading.Thread(target=ask, args=[number]) for number in range(len(sent))]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert [received[number] == piece for number, piece in enumerate(sent)] == [True] * len(sent)


def _first_byte(port: int) -> bytes:
    with socket.create_connection(("127.0.0.1", port), 5) as connection:
        return connection.recv(1)


def test_a_port_that_leads_to_nobody_gives_no_answer_and_stays_for_who_comes(place: Place) -> None:
    port = place.network.lead(_PORT)
    with pytest.raises(ConnectionResetError):
        _first_byte(port)
    with place.serving(_ECHO):
        assert place.network.lead(_PORT) == port
        with socket.create_connection(("127.0.0.1", port), 5) as connection:
            connection.sendall(b"x")
            connection.shutdown(socket.SHUT_WR)
            assert connection.recv(1) == b"x"


def test_a_server_of_the_gates_own_listens_inside(place: Place) -> None:
    with place.network.open_socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        port = listening.getsockname()[1]
        done = place.run(f"import socket; socket.create_connection(('127.0.0.1', {port}), 5)")
    assert done.status == 0, done.output


def test_once_closed_nothing_leads_inside_any_more(place: Place) -> None:
    with place.serving(_ECHO):
        port = place.network.lead(_PORT)
        place.network.close()
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", port), 2)
        with pytest.raises(ProbeFault):
            place.network.open_socket()


def test_where_none_can_be_had_there_is_none() -> None:
    assert network("none") is None


def test_its_process_ends_with_the_gate() -> None:
    """Also when a fork of the gate still holds the line."""
    gate = subprocess.Popen(
        [
            sys.executable,
            "-c",
            _GATE,
        ],
        stdout=subprocess.PIPE,
        env={"PYTHONPATH": str(Path(__file__).parents[2])},
        text=True,
    )
    assert gate.stdout
    holder, fork = (psutil.Process(int(pid)) for pid in gate.stdout.readline().split())
    try:
        assert lives(holder)
        gate.kill()
        gate.wait()
        until(lambda: not lives(holder))
    finally:
        gate.kill()
        fork.kill()
        gate.communicate()


def test_further_names_of_a_network_are_its_loopback(place: Place) -> None:
    """As a compose file's services find each other; no other name resolves, in it or without."""
    asking = """
        import socket
        for name in ("db", "elsewhere"):
            try:
                print(name, socket.gethostbyname(name))
            except OSError as error:
                print(name, type(error).__name__)
    """
    place.network.names = ("db", "cache")
    assert place.run(asking).output.split() == [b"db", b"127.0.0.1", b"elsewhere", b"gaierror"]
    assert place.run(asking, inside=False).output.split()[1] == b"gaierror"


def test_a_process_finds_itself_by_the_name_that_it_is_told(place: Place) -> None:
    """As in a container; no other name of the host's leads anywhere."""
    ran = place.run(
        "import socket\nprint(socket.gethostbyname(socket.gethostname()))\n"
        "try:\n    socket.gethostbyname('example.org')\nexcept OSError:\n    print('unknown')\n"
    )
    assert ran.output.split() == [b"127.0.0.1", b"unknown"]
