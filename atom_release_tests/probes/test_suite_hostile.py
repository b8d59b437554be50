"""A suite that attacks its gate gets nowhere."""

from __future__ import annotations

import os
import socket
import subprocess
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from atom_release.gate.vocabulary import Answer
from atom_release.lab.sandbox import Limits
from atom_release_tests.fixtures.suite_site import Site, facts, site

if TYPE_CHECKING:
    from collections.abc import Iterator


__all__ = ["site"]  # the fixture


HOSTILE = """
import os, pathlib, socket, subprocess, sys

def test_reads_the_key():
    open({hidden!r} + "/key.pem")

def test_finds_the_key():
    next(pathlib.Path({hidden!r}).iterdir())

def test_reads_the_environment():
    found = [name for name in os.environ if "TOKEN" in name]
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            found += [pid] if b"planted-secret" in open("/proc/" + pid + "/environ", "rb").read() else []
        except OSError:
            pass
    assert found

def test_edits_the_reports():
    open({reports!r} + "/PhaseC_Decision.json", "w")

def test_reaches_the_network():
    socket.create_connection(("127.0.0.1", {port}), 2)

def test_pushes_a_tag():
    subprocess.run(["git", "init", "-q", "/tmp/r"], check=True)
    subprocess.run(["git", "-C", "/tmp/r", "-c", "user.name=n", "-c", "user.email=e@x.org", "commit", "-q", "--allow-empty", "-m", "m"], check=True)
    subprocess.run(["git", "-C", "/tmp/r", "-c", "safe.directory=*", "push", {origin!r}, "HEAD:refs/tags/v9"], check=True)

def test_fills_the_disk():
    for number in range(200):
        open("fill%d" % number, "wb").write(bytes(1 << 24))
"""


@pytest.fixture
def hostile(
    site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[tuple[Site, tuple[Path, ...]]]:
    """A suite whose tests pass where they do harm, and the places that it must not get at.

    Each open to all as far as modes go.
    """
    monkeypatch.setenv("DEPLOY_TOKEN", "planted-secret")
    hidden, reports, origin = tmp_path / "hidden", tmp_path / "reports", tmp_path / "origin.git"
    subprocess.run(["git", "init", "-q", "--bare", "--shared=world", str(origin)], check=True)  # noqa: S607 - the git on the path
    for folder in (hidden, reports, tmp_path, *tmp_path.parents[:-2]):
        folder.mkdir(exist_ok=True)
        if folder.stat().st_uid == os.geteuid():
            folder.chmod(0o777)
    (hidden / "key.pem").write_text("planted-secret")
    site.suite |= {"repeats": 1}
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        site.files["tests/test_fees.py"] = HOSTILE.format(
            hidden=str(hidden), reports=str(reports), port=port, origin=str(origin)
        )
        yield site, (hidden, reports, origin, site.repository)
        server.setblocking(False)  # noqa: FBT003 - the standard library's own
        with pytest.raises(BlockingIOError):
            server.accept()
    assert not list(reports.iterdir())
    tags = subprocess.run(
        ["git", "-C", str(origin), "tag"],  # noqa: S607 - the git on the path
        capture_output=True,
        text=True,
        check=True,
    )
    assert tags.stdout == ""


def test_a_hostile_suite_gets_nowhere(hostile: tuple[Site, tuple[Path, ...]]) -> None:
    """Each attempt is a test that passes where it succeeds.

    None does, also not with the higher limits of the repetition.
    """
    site, hidden = hostile
    evidence = site.ask(hidden=hidden)
    run = facts(evidence, "runs")[0]
    messages = {name.rpartition("test_")[2]: text for name, text in run["messages"].items()}
    assert evidence.answer is not Answer.YES
    assert run["passed"] == 0
    assert messages["reads_the_key"].startswith("FileNotFoundError")
    assert messages["finds_the_key"].startswith(("FileNotFoundError", "StopIteration"))
    assert messages["reads_the_environment"].startswith("assert []")
    assert messages["edits_the_reports"].startswith(("FileNotFoundError", "OSError: [Errno 30]"))
    assert messages["reaches_the_network"].startswith("ConnectionRefusedError")
    assert "CalledProcessError" in messages["pushes_a_tag"]
    assert "No space left" in messages["fills_the_disk"]
    assert {"mount-namespace", "pid-namespace", "network:none", "hidden-folders"} <= set(
        evidence.isolation
    )


def test_a_suite_that_forks_without_end_is_stopped(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Bounded by itself too, above the limit (lowered here.

    To be kind to the machine) and the higher one of the repetition.
    """
    monkeypatch.setattr(Limits, "in_time", partial(Limits.in_time, processes=30))
    site.files["tests/test_fees.py"] = """
    import os, time
    def test_forks():
        for made in range(150):
            if os.fork() == 0:
                time.sleep(60)
                os._exit(0)
        time.sleep(60)
    """
    site.suite |= {"repeats": 2}
    evidence = site.ask()
    assert evidence.answer is Answer.UNKNOWN
    assert "met its processes limit, also with limits four times as high" in evidence.reason
