"""Pushes that the world does not let happen.

Each is told apart, names its remedy, and leaves nothing half done.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from atom_release.acts.push import Wanted, push
from atom_release.acts.release_commit import Onto, make_release_commit, make_tag_object
from atom_release.errors import ActFailed
from atom_release_tests.fixtures import grown
from atom_release_tests.fixtures.acts_repository import (
    ARTIFACTS,
    SAID,
    judged,
    made,
    never,
    origin,
    repository,
)
from atom_release_tests.fixtures.grown import git

__all__ = ["repository"]


def script(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return path


@contextmanager
def nothing_moves(repository: Path) -> Iterator[pytest.ExceptionInfo[ActFailed]]:
    """Expect an `ActFailed` with a remedy, and that here and there everything is as before.

    Byte for byte.
    """
    before = grown.state(repository), grown.state(origin(repository))
    with pytest.raises(ActFailed) as caught:
        yield caught
    assert (grown.state(repository), grown.state(origin(repository))) == before
    assert caught.value.remedy


def test_tracked_hooks_do_not_run(repository: Path) -> None:
    for name in ("pre-push", "reference-transaction", "post-commit", "pre-commit", "commit-msg"):
        script(repository / "hooks" / name, f"touch {repository.parent}/ran; exit 1")
    git(repository, "-c", "core.hooksPath=/dev/null", "add", "hooks")
    git(repository, "-c", "core.hooksPath=/dev/null", "commit", "-qm", "hooks")
    git(repository, "config", "core.hooksPath", "hooks")
    push(repository, made(repository))
    assert not (repository.parent / "ran").exists()


@pytest.mark.parametrize("hook", ["pre-receive", "update", "reference-transaction"])
def test_a_server_that_refuses_gets_neither_branch_nor_tag(repository: Path, hook: str) -> None:
    only_tags = (
        'case "$1" in refs/tags/*) echo "tags are protected: ask ops"; exit 1;; esac; exit 0'
    )
    script(
        origin(repository) / "hooks" / hook,
        only_tags if hook == "update" else 'echo "tags are protected: ask ops" >&2; exit 1',
    )
    wanted = made(repository)
    with nothing_moves(repository) as caught:
        push(repository, wanted)
    assert "refused the push" in caught.value.message
    if hook != "reference-transaction":
        assert "ask ops" in caught.value.message


def test_a_branch_that_moved_meanwhile_is_not_overwritten(repository: Path) -> None:
    wanted = made(repository)
    other = git(repository, "commit-tree", "HEAD^{tree}", "-p", "HEAD", "-m", "meanwhile")
    git(repository, "push", "-q", "origin", f"{other}:refs/heads/review/v1")
    git(repository, "update-ref", "-d", "refs/remotes/origin/review/v1")
    with nothing_moves(repository) as caught:
        push(repository, wanted)
    assert "branch review/v1 has moved" in caught.value.message


@pytest.mark.parametrize("kind", ["annotated", "plain"])
def test_a_tag_that_came_meanwhile_is_not_moved(repository: Path, kind: str) -> None:
    wanted = made(repository)
    git(
        origin(repository), "tag", *(["-a", "-m", "x"] if kind == "annotated" else []), "v1", "main"
    )
    with nothing_moves(repository) as caught:
        push(repository, wanted)
    assert "tag v1 is there already" in caught.value.message


def test_a_forcing_configuration_forces_nothing(repository: Path) -> None:
    wanted = made(repository)
    other = git(repository, "commit-tree", "HEAD^{tree}", "-p", "HEAD", "-m", "meanwhile")
    git(repository, "push", "-q", "origin", f"{other}:refs/heads/review/v1")
    git(repository, "config", "remote.origin.push", "+refs/heads/*:refs/heads/*")
    git(repository, "config", "push.followTags", "true")
    with nothing_moves(repository):
        push(repository, wanted)
    git(repository, "config", "remote.origin.mirror", "true")
    with nothing_moves(repository):
        push(repository, wanted)


def test_another_tag_here_is_found_before_anything_is_sent(repository: Path) -> None:
    wanted = made(repository)
    git(repository, "tag", "v1")
    with nothing_moves(repository) as caught:
        push(repository, wanted)
    assert "never moved" in caught.value.message


@pytest.mark.parametrize(
    "url",
    [
        "http://ada:hunter2@127.0.0.1:{port}/x.git",
        "ssh://hunter2@127.0.0.1:{port}/x.git",
        "{folder}/gone.git",
    ],
)
def test_a_remote_that_is_not_there_is_told_without_its_credentials(
    repository: Path, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(
        "GIT_SSH_COMMAND",
        "echo 'ssh: connect to host 127.0.0.1: Connection refused' >&2; exit 255; #",
    )
    wanted = made(repository)
    with socket.socket() as dead:
        dead.bind(("127.0.0.1", 0))
        git(
            repository,
            "remote",
            "set-url",
            "origin",
            url.format(port=dead.getsockname()[1], folder=repository.parent),
        )
        with nothing_moves(repository) as caught:
            push(repository, wanted)
    assert "hunter2" not in str(caught.value)
    assert "did not take the push" in caught.value.message


def test_a_push_that_hangs_is_ended(repository: Path) -> None:
    wanted = made(repository)
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        git(
            repository,
            "remote",
            "set-url",
            "origin",
            f"git://127.0.0.1:{silent.getsockname()[1]}/x.git",
        )
        with nothing_moves(repository) as caught:
            push(repository, wanted, timeout=1.5, asking=1.5)
    assert "did not end" in caught.value.message


def test_an_answer_that_was_lost_is_found_out(repository: Path) -> None:
    script(origin(repository) / "hooks/post-receive", "kill -9 $PPID; sleep 1")
    wanted = made(repository)
    push(repository, wanted)
    assert (
        git(repository, "rev-parse", "v1")
        == wanted.tag_object
        == git(origin(repository), "rev-parse", "v1")
    )


def test_a_remote_that_cannot_store_is_told(repository: Path) -> None:
    if os.geteuid() == 0:
        script(
            origin(repository) / "hooks/pre-receive",
            "echo 'error: unable to write file: No space left on device' >&2; exit 1",
        )
    else:
        (origin(repository) / "objects").chmod(0o555)
    wanted = made(repository)
    with nothing_moves(repository) as caught:
        push(repository, wanted)
    assert "Free space" in caught.value.remedy


def test_a_work_tree_remote_with_the_branch_checked_out_is_told(repository: Path) -> None:
    git(repository.parent, "clone", "-q", str(origin(repository)), "workplace")
    git(repository.parent / "workplace", "switch", "-qc", "review/v1")
    git(repository, "remote", "set-url", "origin", str(repository.parent / "workplace"))
    wanted = made(repository)
    with nothing_moves(repository) as caught:
        push(repository, wanted)
    assert "checked out" in caught.value.message


def test_no_remote_is_told(repository: Path) -> None:
    wanted = made(repository)
    git(repository, "remote", "remove", "origin")
    with nothing_moves(repository) as caught:
        push(repository, wanted)
    assert caught.value.remedy == "git remote add origin <url>"


def test_a_checked_out_branch_stays_with_a_note(repository: Path) -> None:
    before = grown.state(repository)
    wanted = made(repository, branch="main")
    pushed = push(repository, wanted)
    assert git(repository, "rev-parse", "main") == judged(repository) != wanted.commit
    assert git(repository, "rev-parse", "v1") == wanted.tag_object
    assert git(origin(repository), "rev-parse", "main") == wanted.commit
    assert ["git pull --ff-only origin main" in note for note in pushed.notes] == [True]
    assert {
        path: content
        for path, content in grown.state(repository).items()
        if path == ".git/index" or not path.startswith((".git", "refs"))
    } == {
        path: content
        for path, content in before.items()
        if path == ".git/index" or not path.startswith((".git", "refs"))
    }


def test_a_branch_here_with_commits_of_its_own_stays_with_a_note(repository: Path) -> None:
    mine = git(repository, "commit-tree", "HEAD^{tree}", "-p", "HEAD", "-m", "mine")
    git(repository, "branch", "review/v1", mine)
    pushed = push(repository, made(repository))
    assert git(repository, "rev-parse", "review/v1") == mine
    assert ["stays" in note for note in pushed.notes] == [True]
    assert git(repository, "rev-parse", "v1^{commit}") == git(
        origin(repository), "rev-parse", "review/v1"
    )


def test_local_references_that_cannot_follow_are_noted_and_none_moves(repository: Path) -> None:
    git(repository, "branch", "review", "main")
    wanted = made(repository)
    pushed = push(repository, wanted)
    assert ["could not follow" in note for note in pushed.notes] == [True]
    assert git(repository, "tag", "--list") == ""
    assert git(origin(repository), "rev-parse", "v1") == wanted.tag_object


def test_a_repository_that_cannot_be_written_makes_no_commit(repository: Path) -> None:
    (repository / ".git/objects").rename(repository.parent / "objects")
    (repository / ".git/objects").mkdir()
    (repository / ".git/objects/info").mkdir()
    (repository / ".git/objects/info/alternates").write_text(f"{repository.parent}/objects\n")
    for name in range(256):
        (repository / f".git/objects/{name:02x}").write_bytes(b"in the way")
    with pytest.raises(ActFailed, match="could not be made"):
        make_release_commit(repository, judged(repository), ARTIFACTS, SAID)


def test_another_users_repository_is_told_with_the_remedy(repository: Path) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root can give a folder away")
    commit = judged(repository)
    for path in [repository, *repository.rglob("*")]:
        os.chown(path, 65534, 65534, follow_symlinks=False)
    with pytest.raises(ActFailed) as caught:
        make_release_commit(repository, commit, ARTIFACTS, SAID)
    assert f"safe.directory {repository}" in caught.value.remedy
    with pytest.raises(ActFailed) as caught:
        make_tag_object(repository, "v1", commit, SAID)
    assert "safe.directory" in caught.value.remedy
    for act in (
        lambda: make_release_commit(
            repository, commit, ARTIFACTS, SAID, Onto("origin", "b", never)
        ),
        lambda: push(repository, WANTED),
    ):
        with pytest.raises(ActFailed) as caught:
            act()
        assert "safe.directory" in caught.value.remedy


WANTED = Wanted("origin", "b", "1" * 40, "v1", "2" * 40)
