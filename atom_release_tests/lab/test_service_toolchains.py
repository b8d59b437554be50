"""Services are started with what their own files ask: a Python or a Node.js with their packages.

Real environments and services; the packages come from folders that stand for registries.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from atom_release.gate.manifest import Manifest, Request
from atom_release.lab.rehearsal import Rehearsal, redis
from atom_release_tests.fixtures import package_folder
from atom_release_tests.fixtures import rehearsal_tree as tree
from atom_release_tests.fixtures.environment_site import stand_for_a_registry
from atom_release_tests.fixtures.npm_registry import NEEDS_NODE, lock_of, npm_registry

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

_PYTHON = """
import http.server, sys
import tiny_word

class Word(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.send_header("content-length", str(len(tiny_word.WORD)))
        self.end_headers()
        self.wfile.write(tiny_word.WORD.encode())

http.server.ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Word).serve_forever()
"""
_NODE = """
const word = require("tiny-word")
require("http").createServer((_, answer) => answer.end(word)).listen(8124, "127.0.0.1")
"""

_WRITES = """
const fs = require("fs")
fs.mkdirSync("dist"); fs.mkdirSync("node_modules/.cache"); fs.writeFileSync("dist/made", "")
"""

_COUNTS = """
import http.server, os, socket, sys

class Counts(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        line = socket.create_connection((os.environ["REDIS_HOST"], int(os.environ["REDIS_PORT"])))
        line.sendall(b"INCR asked\\r\\n")
        body = line.recv(100).strip()
        self.send_response(200)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

http.server.ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Counts).serve_forever()
"""


def rehearse(folder: Path, files: Mapping[str, str], **start: Any) -> Rehearsal:  # noqa: ANN401 - fields of a manifest
    """Start a service of these files."""
    release = {"phase": "S", "name": "word", "version": "1", "tag": "v1", "branch": "release"}
    service = {"id": "S.1", "name": "word", "source": ["app"], "start": {"ready": "20s", **start}}
    manifest = Manifest.model_validate({"release": release, "services": [service]})
    return Rehearsal.start(tree.look(folder, manifest, files=files))


def ask(rehearsal: Rehearsal) -> str:
    """Return what the service answers, or why it did not start."""
    troubles = {**rehearsal.lacks, **rehearsal.failures}
    if troubles:
        return str(troubles["S.1"])
    with rehearsal.lease(), rehearsal.exchange() as exchange:
        return exchange.send(Request(path="/"), service="S.1").body.decode()


@pytest.mark.slow
def test_a_service_of_python_has_the_packages_that_its_files_ask(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    packages = stand_for_a_registry(tmp_path / "packages", monkeypatch)
    package_folder.write_wheel(packages, "tiny-word", "1", {"tiny_word.py": "WORD = 'brought'\n"})
    files = {"app/word.py": _PYTHON, "app/requirements.txt": "tiny-word\n"}
    start = {"command": ["{python}", "app/word.py", "{port}"]}
    with rehearse(tmp_path, files, **start, install={"folder": "app"}) as rehearsal:
        assert ask(rehearsal) == "brought"
    with rehearse(tmp_path, files, **start) as rehearsal:
        assert "the Python module tiny_word is not installed here" in ask(rehearsal)
    nowhere = {"app/word.py": _PYTHON, "app/requirements.txt": "tiny-word>=2\n"}
    with rehearse(tmp_path / "two", nowhere, **start, install={"folder": "app"}) as rehearsal:
        assert ask(rehearsal).startswith("its environment could not be made: ")


@NEEDS_NODE
@pytest.mark.slow
def test_a_service_of_node_has_its_packages_and_listens_where_it_always_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = {"name": "word", "version": "1.0.0", "dependencies": {"tiny-word": "*"}}
    with npm_registry(tmp_path / "operator", monkeypatch) as registry:
        entry = registry.offer("tiny-word", "1.0.0", {"index.js": "module.exports = 'brought'"})
        files = {
            "app/index.js": _NODE,
            "package.json": json.dumps(package),
            "package-lock.json": lock_of(package, {"tiny-word": entry}),
        }
        start = {"command": ["node", "app/index.js"], "port": 8124}
        with rehearse(tmp_path, files, **start, install="auto") as rehearsal:
            assert ask(rehearsal) == "brought"
        writes = {"before_start": [["node", "-e", _WRITES]]}
        with rehearse(tmp_path, files, **start, **writes, install="auto") as rehearsal:
            assert ask(rehearsal) == "brought"
        with rehearse(tmp_path, files, **start) as rehearsal:
            assert "the Node package tiny-word is not installed here" in ask(rehearsal)


@NEEDS_NODE
@pytest.mark.slow
def test_a_service_whose_files_ask_a_node_that_nobody_has_is_absent(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One that the image alone names is run by the nearest, and what fails so shows nothing."""
    package = {"name": "word", "version": "1.0.0"}
    files = {"app/index.js": "process.exit(3)", "package.json": json.dumps(package)}
    start = {"command": ["node", "app/index.js"], "port": 8124, "install": "auto"}
    with npm_registry(tmp_path / "operator", monkeypatch):
        asks = {**files, ".nvmrc": "97"}
        with rehearse(tmp_path / "asks", asks, **start) as rehearsal:
            assert "97 (.nvmrc) is wanted" in ask(rehearsal)
            assert rehearsal.lacks["S.1"].absent
        image = {**files, "Dockerfile": "FROM node:97\n"}
        with rehearse(tmp_path / "image", image, **start) as rehearsal:
            assert not rehearsal.failures
            assert "its authors have Node.js 97 (Dockerfile)" in ask(rehearsal)
            assert not rehearsal.lacks["S.1"].absent
        with rehearse(tmp_path / "neither", files, **start) as rehearsal:
            assert "ended with status 3" in str(rehearsal.failures["S.1"])


@pytest.mark.slow
@pytest.mark.skipif(redis.find_program() is None, reason="no Redis and no Valkey here")
def test_services_have_a_redis_that_is_empty_for_every_user(tmp_path: Path) -> None:
    files = {"app/counts.py": _COUNTS}
    start = {"command": ["{python}", "app/counts.py", "{port}"]}
    environment = {"REDIS_HOST": "{redis_host}", "REDIS_PORT": "{redis_port}"}
    with rehearse(tmp_path, files, **start, environment=environment) as rehearsal:
        assert [ask(rehearsal), ask(rehearsal)] == [":1", ":1"]


@pytest.mark.slow
def test_without_any_a_service_that_is_told_of_a_redis_is_not_started(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(redis, "find_program", lambda: None)
    start = {"command": ["{python}", "app/counts.py"], "environment": {"REDIS": "{redis}"}}
    with rehearse(tmp_path, {"app/counts.py": _COUNTS}, **start) as rehearsal:
        assert "no Redis on this machine" in ask(rehearsal)


def test_two_services_do_not_listen_on_one_port() -> None:
    release = {"phase": "S", "name": "word", "version": "1", "tag": "v1", "branch": "release"}
    start = {"command": ["node", "x.js"], "port": 80}
    named = [
        {"id": f"S.{number}", "name": f"s{number}", "source": ["app"], "start": start}
        for number in (1, 2)
    ]
    with pytest.raises(ValueError, match="two services listen on one port"):
        Manifest.model_validate({"release": release, "services": named})
