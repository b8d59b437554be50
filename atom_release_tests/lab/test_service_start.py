"""How a rehearsed service starts: in a copy of the tree of its own, and whose fault it is if not."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from atom_release.errors import ProbeFault
from atom_release.gate.manifest import Manifest, Request
from atom_release.lab.rehearsal import Rehearsal
from atom_release.lab.rehearsal.launcher import Launcher
from atom_release.lab.rehearsal.layers import Layer, take
from atom_release.lab.rehearsal.start_failure import Ending, Given, explain_doubt
from atom_release.lab.sandbox import Sandbox
from atom_release_tests.fixtures import rehearsal_tree as tree
from atom_release_tests.fixtures.deep import WriteDeep, write_deep

__all__ = ["write_deep"]  # the fixture

NOTES = """
import http.server, os, sqlite3, sys
here = os.path.dirname(os.path.abspath(__file__))
db = sqlite3.connect(os.path.join(here, "notes.db"), check_same_thread=False, isolation_level=None)
db.execute("create table if not exists note (word text)")
class Notes(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        answers = {
            "/health": lambda: "well",
            "/add": lambda: db.execute("insert into note values ('x')").rowcount,
            "/count": lambda: db.execute("select count(*) from note").fetchone()[0],
            "/pid": os.getpid,
            "/files": lambda: sorted(os.listdir(here)),
            "/fill": lambda: open("cache", "w").write("x"),
        }
        body = repr(answers[self.path]()).encode()
        print("asked", self.path, flush=True)
        self.send_response(200)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
http.server.ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Notes).serve_forever()
"""
ILL = NOTES.replace("send_response(200)", "send_response(503)")
FILES = {
    "app/notes.py": NOTES,
    "app/ill.py": ILL,
    "app/migrate.py": "import sqlite3\nsqlite3.connect('app/notes.db').execute('create table made (x)')\n",
    "app/broken.py": "raise SystemExit('the migration is wrong')\n",
    "app/fails.py": "import sys\nsys.exit('no good')\n",
    "app/ends.py": "print('daemonized')\n",
    "app/sleeps.py": "import time\nprint('thinking', flush=True)\ntime.sleep(60)\n",
    "app/denied.py": "import sys\nsys.exit('PermissionError: [Errno 13] Permission denied')\n",
    "app/asks.py": "import socket\nsocket.create_connection(('127.0.0.1', 1))\n",
}


def manifest(**scripts: dict[str, Any]) -> Manifest:
    """Return a manifest in which each script is a service that listens on its port."""
    services = [
        {
            "id": f"S.{number}",
            "name": name,
            "source": ["app"],
            "report": f"{name}.md",
            "health": "/health",
            "start": {"command": ["{python}", f"app/{name}.py", "{port}"], "ready": "8s", **start},
        }
        for number, (name, start) in enumerate(scripts.items(), 1)
    ]
    release = {"phase": "S", "name": "Notes", "version": "1", "tag": "v1", "branch": "release"}
    return Manifest.model_validate({"release": release, "services": services})


def started(folder: Path, *, external: bool = False, **scripts: dict[str, Any]) -> Rehearsal:
    look = tree.look(folder, manifest(**scripts), files=FILES)
    return Rehearsal.start(replace(look, external=external))


def ask(rehearsal: Rehearsal, path: str, service: str = "S.1") -> str:
    with rehearsal.exchange() as exchange:
        answered = exchange.send(Request(path=path), service=service)
    assert answered.status == 200
    return answered.body.decode()


def test_a_service_writes_beside_its_code_and_the_next_user_sees_nothing_of_it(
    tmp_path: Path,
) -> None:
    with started(tmp_path, notes={}) as rehearsal:
        with rehearsal.lease():
            ask(rehearsal, "/add")
            ask(rehearsal, "/fill")
            assert ask(rehearsal, "/count") == "1"
        with rehearsal.lease():
            assert ask(rehearsal, "/count") == "0"
            assert "cache" not in ask(rehearsal, "/files")
    assert not (tmp_path / "repository" / "app" / "notes.db").exists()


@pytest.mark.slow
def test_what_one_service_writes_no_other_sees_and_who_wrote_nothing_goes_on(
    tmp_path: Path,
) -> None:
    second = {"command": ["{python}", "app/notes.py", "{port}"]}
    with started(tmp_path, notes={}, other=second) as rehearsal:
        with rehearsal.lease():
            process = ask(rehearsal, "/pid", "S.2")
            ask(rehearsal, "/add")
            assert ask(rehearsal, "/count", "S.2") == "0"
        with rehearsal.lease():
            assert ask(rehearsal, "/pid", "S.2") == process


def test_a_step_before_the_start_prepares_what_the_service_finds(tmp_path: Path) -> None:
    step = {"before_start": [["{python}", "app/migrate.py"], ["{python}", "-c", "print('two')"]]}
    with started(tmp_path, notes=step) as rehearsal, rehearsal.lease():
        assert "notes.db" in ask(rehearsal, "/files")
        assert b"two" in rehearsal.log_of("S.1")


def test_a_step_that_fails_is_named_with_its_own_output(tmp_path: Path) -> None:
    with started(tmp_path, notes={"before_start": [["{python}", "app/broken.py"]]}) as rehearsal:
        assert rehearsal.failures == {}
        assert "app/broken.py`, ended with status 1" in str(rehearsal.lacks["S.1"])
        assert "the migration is wrong" in str(rehearsal.lacks["S.1"])


@pytest.mark.slow
def test_only_who_had_everything_and_ended_with_an_error_failed(tmp_path: Path) -> None:
    with started(
        tmp_path,
        fails={},
        ends={},
        sleeps={"ready": "1s"},
        denied={},
        asks={},
        ill={"ready": "1s"},
    ) as rehearsal:
        assert list(rehearsal.failures) == ["S.1"]
        failure = rehearsal.failures["S.1"]
        assert (failure.why, failure.log_end) == ("it ended with status 1", "no good")
        assert list(rehearsal.base_urls) == ["S.6"], "it listens: health is asked of it, not here"
        assert "without an error" in str(rehearsal.lacks["S.2"])
        assert "is alive and does not listen" in str(rehearsal.lacks["S.3"])
        assert "thinking" in str(rehearsal.lacks["S.3"])
        assert "a permission" in str(rehearsal.lacks["S.4"])
        assert "refused the connection" in str(rehearsal.lacks["S.5"])


def test_a_draft_accuses_nobody(tmp_path: Path) -> None:
    with started(tmp_path, external=True, fails={}) as rehearsal:
        assert rehearsal.failures == {}
        assert "the manifest is a draft" in str(rehearsal.lacks["S.1"])
        assert "no good" in str(rehearsal.lacks["S.1"])


def test_a_guessed_start_accuses_nobody(tmp_path: Path) -> None:
    with started(tmp_path, fails={"guessed": True}) as rehearsal:
        assert rehearsal.failures == {}
        assert rehearsal.lacks["S.1"].why.startswith("how it is started is a guess: it ended with")
        assert "no good" in str(rehearsal.lacks["S.1"])


def test_what_services_wrote_is_kept_for_who_had_them(tmp_path: Path) -> None:
    with started(tmp_path, notes={}, fails={}) as rehearsal:
        with rehearsal.lease():
            ask(rehearsal, "/count")
            first = rehearsal.transcript().decode()
        with rehearsal.lease():
            second = rehearsal.transcript().decode()
    assert "== S.1 notes: up" in first
    assert "asked /count" in first
    assert "== S.2 fails: it ended with status 1" in first
    assert "no good" in first
    assert "asked /count" not in second


def test_a_change_is_seen_whatever_the_file_says_of_its_age(tmp_path: Path) -> None:
    import os

    file = tmp_path / "a"
    file.write_text("one")
    os.utime(file, (1, 1))
    before = take(tmp_path)
    assert take(tmp_path) == before
    file.write_text("two")
    os.utime(file, (1, 1))
    assert take(tmp_path) != before


GIVEN = Given("/bin/sh", "/usr/bin:/bin", (Path("/srv/tree"),), lambda name: name == "own")


@pytest.mark.parametrize(
    ("log", "doubt"),
    [
        ("ModuleNotFoundError: No module named 'flask'", "the Python module flask"),
        ("ModuleNotFoundError: No module named 'own'", ""),
        ("Error: Cannot find module 'express'\nRequire stack:", "the Node package express"),
        ("Error: Cannot find module '@scope/kit/deep'", "the Node package @scope/kit"),
        ("Error: Cannot find module './routes'", ""),
        ("Error: Cannot find module '/srv/tree/server.js'", ""),
        ("cannot load such file -- sinatra (LoadError)", "the Ruby library sinatra"),
        ("sh: 1: npm: not found", "the program npm"),
        ("Error: ENOENT: no such file or directory, open '/etc/app/key.pem'", "/etc/app/key.pem"),
        ("FileNotFoundError: No such file or directory: '/srv/tree/x'", ""),
        ("OSError: [Errno 30] Read-only file system: 'a'", "cannot be written"),
        ("connect ECONNREFUSED 127.0.0.1:6379", "refused the connection"),
        ("getaddrinfo ENOTFOUND redis", "the network"),
        ("listen tcp: open /data/x.db: read-only file system", "cannot be written"),
        ("panic: open /srv/tree/log: permission denied", "a permission"),
        ("ERROR: permission denied for table users", ""),
        ("write /srv/tree/a: no space left on device", "room on the disk"),
        ("java.net.UnknownHostException: config-server", "the network"),
        ("Caused by: java.lang.OutOfMemoryError: Java heap space", "memory"),
        ("OSError: [Errno 38] Function not implemented", "a call of the kernel"),
        ("KeyError: 'getpwuid(): uid not found: 65534'", "a name for its user"),
        ("Error: ENOENT: uv_os_get_passwd returned ENOENT", "a name for its user"),
        ("Error: listen EADDRINUSE: address already in use :::8080", "a port"),
        ("ImportError: libpq.so.5: cannot open shared object file", "the shared library libpq"),
        (
            "x: error while loading shared libraries: libssl.so.3: cannot open",
            "library libssl.so.3",
        ),
        ("/lib/libc.so.6: version `GLIBC_2.38' not found", "GLIBC_2.38"),
        ("Could not find rack-2.2.8 in locally installed gems", "the Ruby gem rack"),
        ("You must install or update .NET to run.\nFramework: 'Microsoft.NETCore.App'", ".NET"),
        ("locale.Error: unsupported locale setting", "the locale"),
        ("ZoneInfoNotFoundError: 'No time zone found with key Europe/Berlin'", "Europe/Berlin"),
        ("PDOException: could not find driver", "the PHP driver"),
        ("thread 'main' panicked at src/main.rs:9: no such column: name", ""),
        ("TypeError: Cannot read properties of undefined (reading 'port')", ""),
        ("org.springframework.beans.factory.BeanCreationException: no bean", ""),
        ("SyntaxError: invalid syntax", ""),
        ("AssertionError: the key must have 32 bytes", ""),
    ],
)
def test_doubt_is_read_from_the_log(log: str, doubt: str) -> None:
    doubt_text = explain_doubt(Ending(alive=False, status=1), log.encode(), GIVEN)
    assert doubt in doubt_text
    assert bool(doubt_text) == bool(doubt)


@pytest.mark.parametrize(
    ("ending", "doubt"),
    [
        (Ending(alive=False, status=1, met="memory"), "this machine"),
        (Ending(alive=False, status=-9), "this machine"),
        (Ending(alive=False, status=-31), "this machine"),
        (Ending(alive=False, status=-11), ""),
        (Ending(alive=False, status=127), "could not be run"),
        (Ending(alive=False, status=None), "without an error"),
        (Ending(alive=True), "alive"),
    ],
)
def test_doubt_is_read_from_how_it_ended(ending: Ending, doubt: str) -> None:
    doubt_text = explain_doubt(ending, b"", GIVEN)
    assert doubt in doubt_text
    assert bool(doubt_text) == bool(doubt)


@pytest.mark.slow
def test_a_copy_is_renewed_however_deep_a_service_wrote_in_it(
    tmp_path: Path, write_deep: WriteDeep
) -> None:
    source = tmp_path / "source"
    source.mkdir()
    (source / "a.txt").write_text("a")
    layer = Layer(source, tmp_path / "copy")
    layer.renew()
    write_deep(layer.folder, 3000)
    layer.renew()
    assert [path.name for path in layer.folder.iterdir()] == ["a.txt"]


def test_a_tree_that_cannot_be_copied_is_said(tmp_path: Path) -> None:
    with pytest.raises(ProbeFault, match="could not be copied"):
        Layer(tmp_path / "nowhere", tmp_path / "copy").renew()


def test_time_without_a_processor_does_not_count(tmp_path: Path) -> None:
    """Ready at the third look, after the time is over: in time only if the machine took the time."""

    def look_until_third(delay: float) -> bool:
        looks = iter([False, False, True])
        launcher = Launcher(Sandbox(()), tmp_path)
        return launcher.until(
            lambda: next(looks), 0.001, going_on=lambda: True, delayed=lambda: delay
        )

    assert not look_until_third(0.0)
    assert Launcher(Sandbox(()), tmp_path).until(
        iter([False, True]).__next__, 0.005, going_on=lambda: True, delayed=lambda: 60.0
    )


def test_a_service_that_was_lost_is_started_again(tmp_path: Path) -> None:
    with started(tmp_path, notes={}) as rehearsal:
        rehearsal.base_urls.pop("S.1")
        with rehearsal.lease():
            pass
        with rehearsal.lease():
            assert ask(rehearsal, "/count") == "0"


def test_who_listens_and_is_ill_is_not_started_again_and_again(tmp_path: Path) -> None:
    with started(tmp_path, ill={"ready": "1s"}) as rehearsal:
        for _ in range(2):
            with rehearsal.lease():
                assert list(rehearsal.base_urls) == ["S.1"]
        assert rehearsal.restarted == {}


_ASKS = "import sys, urllib.request; urllib.request.urlopen(sys.argv[1] + '/health')"
_LATE = {
    "command": ["{python}", "app/notes.py", "{port}"],
    "before_start": [["{python}", "-c", "import time; time.sleep(1)"]],
}


def test_a_service_that_starts_after_another_finds_it_answering(tmp_path: Path) -> None:
    asks = {"before_start": [["{python}", "-c", _ASKS, "{url:S.2}"]]}
    with started(tmp_path, notes={**asks, "after": ["S.2"]}, other=_LATE) as rehearsal:
        assert rehearsal.lacks == {}
        with rehearsal.lease():
            assert ask(rehearsal, "/count") == "0"


def test_a_service_does_not_start_after_one_that_did_not(tmp_path: Path) -> None:
    """It is not the failure of the one that waits."""
    broken = {**_LATE, "before_start": [["{python}", "app/broken.py"]]}
    with started(tmp_path, notes={"after": ["S.2"]}, other=broken) as rehearsal:
        assert rehearsal.failures == {}
        assert str(rehearsal.lacks["S.1"]) == "it starts after S.2, which did not start"
