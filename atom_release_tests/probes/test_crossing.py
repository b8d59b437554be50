"""What crosses between services while tests run: real networks, servers and tests."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from atom_release.gate.manifest import Manifest
from atom_release.lab.look import Look
from atom_release.lab.sandbox import Network
from atom_release.lab.sandbox import network as new_network
from atom_release.probes.crossing import observe_crossing
from atom_release.probes.suite.probe import bench
from atom_release.source.commit import open_tree
from atom_release_tests.fixtures.proving import checked

ASKING = """\
import json, os, urllib.request

def ask(variable, path="/value"):
    with urllib.request.urlopen(os.environ[variable] + path, timeout=5) as answer:
        return json.load(answer)["value"]

"""
TESTS = {
    "each by itself": ("def test_all():\n    assert ask('ONE') and ask('TWO')\n", "none"),
    "one asks the other": ("def test_all():\n    assert ask('ONE', '/other')\n", "requests"),
    "what one answered is given to the other": (
        "def test_all():\n    assert ask('TWO', '/value?of=' + ask('ONE'))\n",
        "carried",
    ),
    "the tests' own value is given to both": (
        "def test_all():\n    assert ask('ONE', '/my-own-order') and ask('TWO', '/my-own-order')\n",
        "none",
    ),
}


@dataclass
class Serving:
    """Two services in a network of their own; the first asks the second at one path."""

    network: Network
    base_urls: dict[str, str]


class _Inside(ThreadingHTTPServer):
    """A server on a socket of another network."""

    def __init__(self, network: Network, value: str, other: int) -> None:
        super().__init__(("127.0.0.1", 0), _handler(network, value, other), bind_and_activate=False)
        self.socket.close()
        self.socket = network.open_socket()
        self.server_bind()
        self.server_activate()


def _handler(network: Network, value: str, other: int) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if self.path == "/other":
                asking = HTTPConnection("127.0.0.1", other)
                asking.sock = network.connect(other)
                asking.request("GET", "/value")
                asking.getresponse().read()
                asking.close()
            body = json.dumps({"value": value}).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:  # noqa: ANN401 - untyped where it comes from
            pass

    return Handler


@contextmanager
def _running(network: Network, value: str, other: int = 0) -> Iterator[int]:
    server = _Inside(network, value, other)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield int(server.server_address[1])
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture(scope="module")
def serving() -> Iterator[Serving]:
    network = new_network()
    if network is None:
        pytest.skip("this machine gives no network of its own")
    with ExitStack() as stack:
        stack.enter_context(network)
        second = stack.enter_context(_running(network, "second-9c41"))
        first = stack.enter_context(_running(network, "first-7f20", second))
        urls = {"M.1": first, "M.2": second}
        yield Serving(network, {name: f"http://127.0.0.1:{port}" for name, port in urls.items()})


@pytest.fixture(scope="module")
def look(tmp_path_factory: pytest.TempPathFactory) -> Look:
    folder = tmp_path_factory.mktemp("crossing")
    files = {
        f"t{number}/test_all.py": ASKING + test for number, (test, _) in enumerate(TESTS.values())
    }
    place = checked(folder, {**files, "src/a.py": "X = 1\n"})
    return Look(_manifest(), open_tree(place.repository, "HEAD"), folder, lambda: datetime.now(UTC))


def _manifest(**environment: str) -> Manifest:
    start = {"command": ["{python}", "src/a.py"], "environment": environment}
    return Manifest.model_validate(
        {
            "release": {"phase": "M", "name": "x", "version": "1", "tag": "v1", "branch": "r/x"},
            "services": [
                {"id": f"M.{number}", "name": f"s{number}", "source": ["src"], "start": start}
                for number in (1, 2)
            ],
            "integration": [
                {"name": f"i{number}", "paths": [f"t{number}"]} for number in range(len(TESTS))
            ],
        }
    )


@pytest.mark.parametrize("name", TESTS)
def test_what_crosses_is_seen(name: str, serving: Serving, look: Look) -> None:
    """A request between services, or a value that a test carries; else nothing crossed."""
    number, (_, expected) = list(TESTS).index(name), TESTS[name]
    made = replace(
        bench(look, look.manifest.integration[number]),
        environment={"ONE": serving.base_urls["M.1"], "TWO": serving.base_urls["M.2"]},
        network=serving.network,
    )
    assert observe_crossing(look, made, serving.base_urls) == expected


@pytest.mark.parametrize("value", ["{postgres}", "{redis}", "{scratch}", "amqp://queue:5672"])
def test_services_that_may_meet_unseen_are_not_asked(
    value: str, serving: Serving, look: Look
) -> None:
    shared = replace(look, manifest=_manifest(SHARED=value))
    made = replace(bench(look, look.manifest.integration[0]), network=serving.network)
    assert observe_crossing(shared, made, serving.base_urls) == "unseen"
