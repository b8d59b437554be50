"""The tag's name (AC5) and the release's branch on the remote (AC6), asked of real remotes."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from atom_release.errors import ProbeFault
from atom_release.gate.vocabulary import Answer, Assurance, ControlState
from atom_release.probes.remote import probe_remote
from atom_release.probes.remote_refs import Place
from atom_release.probes.tag import probe_tag
from atom_release.source.commit import open_tree
from atom_release_tests.fixtures import grown
from atom_release_tests.fixtures.grown import git
from atom_release_tests.fixtures.remote_repository import (
    always,
    elsewhere,
    look_at,
    never,
    release_commit,
    repository,
)

__all__ = ["repository"]  # the fixture


def test_a_free_name_is_free_and_the_control_was_taken(repository: Path) -> None:
    before = grown.state(repository)
    evidence = probe_tag(look_at(repository), own=always)
    assert (evidence.answer, evidence.assurance, evidence.facts["holders"]) == (
        Answer.YES,
        Assurance.REHEARSED,
        [],
    )
    assert evidence.control is not None
    assert (evidence.control.state, evidence.control.found) == (ControlState.ALIVE, "taken")
    assert grown.state(repository) == before
    assert list((repository.parent / "scratch").iterdir()) == []


@pytest.mark.parametrize("annotated", [True, False])
@pytest.mark.parametrize("where", ["here", "on the remote"])
def test_a_name_on_another_commit_is_taken(repository: Path, where: str, annotated: bool) -> None:  # noqa: FBT001
    def tag(place: Path) -> None:
        git(place, "tag", *(["-a", "-m", "old"] if annotated else []), "v1", "origin/main")
        git(place, "push", "-q", "origin", "v1")

    if where == "here":
        git(repository, "tag", *(["-a", "-m", "old"] if annotated else []), "v1", "HEAD~1")
    else:
        elsewhere(repository, tag)
    evidence = probe_tag(look_at(repository), own=always)
    assert evidence.answer is Answer.NO
    assert (
        f"v1 already stands {where}, on {git(repository, 'rev-parse', 'HEAD~1')[:12]}"
        in evidence.reason
    )
    assert "release.tag" in evidence.remedy


def test_a_name_that_only_begins_or_ends_alike_is_free(repository: Path) -> None:
    for name in ("v1.0", "x/v1", "v10"):
        git(repository, "tag", name)
        git(repository, "push", "-q", "origin", name)
    git(repository, "push", "-q", "origin", "HEAD:refs/heads/v1", "HEAD:refs/tags/x/refs/tags/v1")
    assert probe_tag(look_at(repository), own=never).answer is Answer.YES


@pytest.mark.parametrize("parents", [("HEAD",), ("HEAD", "HEAD~1")])
def test_this_releases_own_tag_may_stand(repository: Path, parents: tuple[str, ...]) -> None:
    made = release_commit(repository, *parents)
    git(repository, "tag", "-a", "-m", "x", "v1", made)
    git(repository, "push", "-q", "origin", "v1")
    commits_asked: list[str] = []

    def own(commit: str) -> bool:
        commits_asked.append(commit)
        return True

    assert probe_tag(look_at(repository), own=own).answer is Answer.YES
    assert set(commits_asked) == {made}
    assert probe_tag(look_at(repository), own=never).answer is Answer.NO


def test_a_tag_on_the_judged_commit_itself_is_own_only_by_its_decision(repository: Path) -> None:
    git(repository, "tag", "v1")
    assert probe_tag(look_at(repository), own=always).answer is Answer.YES
    assert probe_tag(look_at(repository), own=never).answer is Answer.NO


@pytest.mark.parametrize("parents", [("HEAD~1",), ("HEAD~1", "HEAD"), ()])
def test_an_own_commit_on_another_judged_commit_is_another_release(
    repository: Path, parents: tuple[str, ...]
) -> None:
    git(repository, "tag", "v1", release_commit(repository, *parents))
    assert probe_tag(look_at(repository), own=always).answer is Answer.NO


def test_a_tag_on_a_file_is_taken(repository: Path) -> None:
    git(repository, "tag", "v1", "HEAD:a.txt")
    assert probe_tag(look_at(repository), own=always).answer is Answer.NO


def test_a_tag_on_a_file_that_only_the_remote_has_is_taken(repository: Path) -> None:
    def tag(place: Path) -> None:
        git(place, "tag", "v1", grown.blob(place, b"only there"))
        git(place, "push", "-q", "origin", "v1")

    elsewhere(repository, tag)
    evidence = probe_tag(look_at(repository), own=always)
    assert (evidence.answer, "on the remote" in evidence.reason) == (Answer.NO, True)


def test_a_release_that_only_the_remote_has_is_read_from_there(repository: Path) -> None:
    git(repository, "push", "-q", "origin", "main")

    def release(place: Path) -> None:
        made = git(place, "commit-tree", "HEAD^{tree}", "-p", "HEAD", "-m", "made elsewhere")
        git(place, "tag", "-a", "-m", "x", "v1", made)
        git(place, "push", "-q", "origin", "v1")

    elsewhere(repository, release)
    before = grown.state(repository)

    def own(commit: str) -> bool:
        return open_tree(repository, commit).read("b.txt") == b"b\n"

    assert probe_tag(look_at(repository), own=own).answer is Answer.YES
    assert grown.state(repository) == before


def test_doubt_about_whose_it_is_stays_doubt(repository: Path) -> None:
    git(repository, "tag", "v1", release_commit(repository, "HEAD"))

    def unknown(commit: str) -> bool:
        raise ProbeFault(f"{commit} is signed by an unknown key.")

    with pytest.raises(ProbeFault, match="unknown key"):
        probe_tag(look_at(repository), own=unknown)


def dead_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


@pytest.mark.parametrize(
    ("url", "answer", "words"),
    [
        ("http://ada:hunter2@127.0.0.1:{dead}/x.git", Answer.ABSENT, "did not answer"),
        ("git://127.0.0.1:{dead}/x.git", Answer.ABSENT, "did not answer"),
        ("https://nowhere.invalid/x.git", Answer.ABSENT, "did not answer"),
        ("{folder}/gone.git", Answer.ABSENT, "did not answer"),
        ("ext::touch {folder}/ran", Answer.UNKNOWN, "not allowed"),
        ("http://127.0.0.1:{silent}/x.git", Answer.UNKNOWN, "did not answer in"),
    ],
)
def test_a_remote_that_cannot_be_asked_is_absent_or_in_doubt(
    repository: Path, url: str, answer: Answer, words: str
) -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        url = url.format(dead=dead_port(), silent=silent.getsockname()[1], folder=repository.parent)
        git(repository, "remote", "set-url", "origin", url)
        look = look_at(repository, timeout="1500ms")
        for evidence in (probe_tag(look, own=always), probe_remote(look, own=always)):
            assert (evidence.answer, words in evidence.reason, bool(evidence.remedy)) == (
                answer,
                True,
                True,
            ), evidence.reason
            assert "hunter2" not in evidence.model_dump_json()
    assert not (repository.parent / "ran").exists()


def test_a_remote_that_is_not_configured_is_absent(repository: Path) -> None:
    look = look_at(repository, remote="upstream")
    for evidence in (probe_tag(look, own=always), probe_remote(look, own=always)):
        assert (evidence.answer, evidence.remedy) == (
            Answer.ABSENT,
            "git remote add upstream <url>",
        )
    assert probe_remote(look, own=always).leg == ("remote", "upstream")


def test_a_remote_that_pushes_to_several_places_is_not_atomic(repository: Path) -> None:
    for name in ("one", "two"):
        git(
            repository,
            "remote",
            "set-url",
            "--add",
            "--push",
            "origin",
            str(repository.parent / name),
        )
    assert probe_remote(look_at(repository), own=always).answer is Answer.UNKNOWN


def test_a_new_branch_can_be_pushed_and_the_request_is_written(repository: Path) -> None:
    before, there = grown.state(repository), grown.state(repository.parent / "origin.git")
    evidence = probe_remote(look_at(repository), own=never)
    assert (evidence.answer, evidence.leg) == (Answer.YES, ("remote", "origin")), evidence.reason
    assert "git request-pull wrote" in evidence.reason
    assert evidence.control is not None
    assert evidence.control.state is ControlState.ALIVE
    assert "not an ancestor" in evidence.control.found
    assert (grown.state(repository), grown.state(repository.parent / "origin.git")) == (
        before,
        there,
    )


def test_an_ancestor_there_fast_forwards(repository: Path) -> None:
    git(repository, "push", "-q", "origin", "HEAD~1:refs/heads/review/v1")
    assert "fast-forwards from" in probe_remote(look_at(repository), own=never).reason


def test_a_branch_that_went_another_way_is_refused_unless_the_gate_made_it(
    repository: Path,
) -> None:
    def diverge(place: Path) -> None:
        grown.commit(place, {"other.txt": b"o\n"})
        git(place, "push", "-q", "origin", "HEAD:refs/heads/review/v1")

    elsewhere(repository, diverge)
    refused = probe_remote(look_at(repository), own=never)
    assert refused.answer is Answer.NO
    assert "git fetch origin review/v1" in refused.remedy
    accepted = probe_remote(
        look_at(repository),
        own=lambda commit: open_tree(repository, commit).read("other.txt") == b"o\n",
    )
    assert (accepted.answer, "gate's own" in accepted.reason) == (Answer.YES, True)


def test_a_remote_without_the_base_cannot_be_pulled_into(repository: Path) -> None:
    git(repository.parent / "origin.git", "update-ref", "-d", "refs/heads/main")
    evidence = probe_remote(look_at(repository), own=never)
    assert (evidence.answer, "no branch main" in evidence.reason) == (Answer.NO, True)


def test_a_base_without_a_common_commit_is_refused(repository: Path) -> None:
    git(
        repository,
        "push",
        "-q",
        "--force",
        "origin",
        f"{release_commit(repository)}:refs/heads/main",
    )
    evidence = probe_remote(look_at(repository), own=never)
    assert (evidence.answer, "no commit in common" in evidence.reason) == (Answer.NO, True)


def test_a_cut_history_is_doubt_not_refusal(repository: Path) -> None:
    git(repository, "push", "-q", "origin", "HEAD~1:refs/heads/review/v1", "HEAD:refs/heads/main")
    git(
        repository.parent,
        "clone",
        "-q",
        "--depth=1",
        f"file://{repository.parent}/origin.git",
        "shallow",
    )
    shallow = repository.parent / "shallow"
    evidence = probe_remote(look_at(shallow), own=never)
    assert (evidence.answer, evidence.remedy) == (Answer.UNKNOWN, "git fetch --unshallow")


def test_a_probe_that_cannot_be_red_says_so(
    repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Place, "refs", lambda *_: {})
    evidence = probe_tag(look_at(repository), own=never)
    assert evidence.control is not None
    assert evidence.control.state is ControlState.DEAD
