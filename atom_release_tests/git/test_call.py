"""How git is called: nothing of a repository's is asked for a password, nothing secret is said."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from atom_release.git import Git, GitError, Trouble, masked
from atom_release.git.remote import references
from atom_release_tests.fixtures import grown
from atom_release_tests.fixtures.answering import answering
from atom_release_tests.fixtures.grown import git


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    return grown.new(tmp_path / "r", {"a.txt": b"a\n", "src/b.txt": b"b\n"})


def test_a_password_is_asked_of_the_users_helper_and_of_no_program_of_the_repository(
    repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given: list[str | None] = []

    def locked(request: Request) -> Response:
        given.append(request.headers.get("authorization"))
        return Response("no", 401, {"www-authenticate": 'Basic realm="x"'})

    helpers = {}
    for who in ("user", "repository"):
        helpers[who] = tmp_path / who
        helpers[who].write_text(
            f"#!/bin/sh\ntouch {tmp_path}/ran-$(basename $0)\necho username=ada\necho"
            " password=hunter2\n"
        )
        helpers[who].chmod(0o755)
    for key in ("credential.helper", "core.askPass"):
        git(repository, "config", key, str(helpers["repository"]))
    (tmp_path / "config").write_text(f"[credential]\n\thelper = {helpers['user']}\n")
    with answering(Route("/x.git/{rest:path}", locked)) as base:
        for configured in (os.devnull, str(tmp_path / "config")):
            monkeypatch.setenv("GIT_CONFIG_GLOBAL", configured)
            with pytest.raises(GitError) as caught:
                references(Git(repository), f"{base}/x.git", "HEAD", timeout=20)
            assert caught.value.trouble is Trouble.DENIED
    assert given == [None, None, "Basic YWRhOmh1bnRlcjI="]
    assert [path.name for path in tmp_path.glob("ran-*")] == ["ran-user"]


@pytest.mark.parametrize(
    "text",
    [
        "fatal: unable to access 'https://ada:hunter2@example.org/x.git/': no",
        "https://hunter2@example.org/x",
        "ssh://ada:hun@ter2:hunter2@example.org",
        "https://example.org/x?private_token=hunter2&a=b",
        "> Authorization: Basic hunter2",
        "https://ada:hunter2%40@example.org:8443/x and http://b:hunter2@h",
    ],
)
def test_no_credential_is_said(text: str) -> None:
    assert "hunter2" not in masked(text)
    assert (
        masked("git@example.org:a/b.git https://example.org/a@b")
        == "git@example.org:a/b.git https://example.org/a@b"
    )


def test_a_git_that_hangs_is_ended_with_all_that_it_started(
    repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pid = tmp_path / "pid"
    monkeypatch.setenv("GIT_SSH_COMMAND", f"echo $$ > {pid}; exec sleep 600 #")
    with pytest.raises(GitError, match="did not answer"):
        Git(repository).call("ls-remote", "ssh://nowhere/x", network=True, timeout=1.5)
    with pytest.raises(ProcessLookupError):
        _signal_until_gone(int(pid.read_text()))


def _signal_until_gone(pid: int) -> None:
    for _ in range(200):
        os.kill(pid, 0)
        if Path(f"/proc/{pid}/stat").read_text().split()[2] == "Z":
            raise ProcessLookupError
        subprocess.run(["sleep", "0.05"], check=True)  # noqa: S607
