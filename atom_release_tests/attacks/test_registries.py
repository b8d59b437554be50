"""A project says where packages come from, and by what they are brought, and is not heard."""

from __future__ import annotations

import json
import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from atom_release.gate.vocabulary import Answer, ControlState
from atom_release.lab.environments import uv
from atom_release_tests.fixtures.environment_site import EnvironmentSite
from atom_release_tests.fixtures.npm_registry import (
    NEEDS_NODE,
    NpmRegistry,
    lock_of,
    npm_registry,
)

CODE = 'const left = require("left");\nexports.sum = (a, b) => left(a, b);\n'
TESTS = """\
const { test } = require("node:test");
const assert = require("node:assert");
const fs = require("node:fs");
const { sum } = require("../src/sum.js");
test("adds", () => assert.strictEqual(sum(1, 2), 3));
test("nothing ran before", () => {
  assert.strictEqual(process.env.NODE_OPTIONS, undefined);
  assert.strictEqual(fs.existsSync("ran"), false);
});
"""
RUNS = 'require("node:fs").writeFileSync("ran", "");\n'
SHELL = '#!/bin/sh\ntouch ran\nexec /bin/sh "$@"\n'
NPMRC = """\
registry={theirs}/
@left:registry={theirs}/
proxy={theirs}
https-proxy={theirs}
strict-ssl=false
//{host}/:_authToken=${{NPM_TOKEN}}
ignore-scripts=false
foreground-scripts=true
script-shell=./shell.sh
node-options=--require ./runs.js
git=./shell.sh
cache=./cache
prefix=./prefix
userconfig=./.npmrc
"""


@pytest.fixture
def registry(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[NpmRegistry]:
    with npm_registry(tmp_path / "operator", monkeypatch) as site:
        yield site


@pytest.fixture
def theirs() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.setblocking(False)  # noqa: FBT003 - no keyword there
        yield server


def came(server: socket.socket) -> bool:
    """Return whether anybody asked that server for anything."""
    try:
        server.accept()[0].close()
    except BlockingIOError:
        return False
    return True


def project(site: EnvironmentSite, registry: NpmRegistry, theirs: socket.socket) -> dict[str, str]:
    """Return the files of a project whose settings lead everything to its author."""
    host = "{}:{}".format(*theirs.getsockname())
    entry = registry.offer(
        "left",
        "1.2.3",
        {"index.js": "module.exports = (a, b) => a + b;", "own.sh": "touch own-script\n"},
        scripts={"install": "sh own.sh"},
    )
    package = {
        "name": "shop",
        "version": "1.0.0",
        "dependencies": {"left": "*"},
        "scripts": dict.fromkeys(("preinstall", "pretest", "test", "posttest"), "touch ran"),
    }
    site.suite |= {"runner": "node", "paths": ["test"], "repeats": 1}
    return {
        ".npmrc": NPMRC.format(theirs=f"http://{host}", host=host),
        "package.json": json.dumps(package),
        "package-lock.json": lock_of(
            package, {"left": entry | {"resolved": f"http://{host}/left/-/left-1.2.3.tgz"}}
        ),
        "runs.js": RUNS,
        "shell.sh": SHELL,
        "src/sum.js": CODE,
        "test/sum.test.js": TESTS,
    }


@pytest.mark.slow
@NEEDS_NODE
def test_a_project_s_npmrc_moves_nothing_and_runs_nothing(
    tmp_path: Path, registry: NpmRegistry, theirs: socket.socket
) -> None:
    """Registry, proxy, token, shell, options of node, a cache: the suite passes as without them.

    The gate's home lies in the repository, as it does by default: npm looks for a project there.
    """
    site = EnvironmentSite(tmp_path, tmp_path / "none")
    site.files = project(site, registry, theirs)
    for name in (".npmrc", "package.json", "runs.js", "shell.sh"):
        (tmp_path / name).write_text(site.files[name])
    evidence = site.ask()
    assert not came(theirs)
    assert evidence.answer is Answer.YES, evidence.reason
    assert evidence.control
    assert evidence.control.state is ControlState.ALIVE
    assert set(registry.requested) == {"/left/-/left-1.2.3.tgz"}
    own = [path.parent.name for path in tmp_path.rglob("own-script")]
    assert set(own) == {"left"}  # a package's own script did run, by the machine's shell
    assert not [path for path in tmp_path.rglob("ran") if path.is_file()]
    assert not (tmp_path / "cache").exists()


def test_settings_of_uv_above_the_folder_that_it_works_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, theirs: socket.socket
) -> None:
    """Temporary files lie in the repository, whose uv.toml names another registry."""
    here = "http://{}:{}/simple".format(*theirs.getsockname())
    (tmp_path / "uv.toml").write_text(f'[[index]]\nurl = "{here}"\ndefault = true\n')
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    for name in [name for name in os.environ if name.startswith("UV_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv(
        "UV_INDEX_STRATEGY", "first-index"
    )  # an operator's word, so pip is not asked
    assert uv.index(tmp_path / "registry") not in {"", here}
