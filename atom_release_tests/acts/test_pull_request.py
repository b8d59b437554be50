"""The pull request's text is git's own, asks for what was pushed, and says no secret."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from atom_release.acts.pull_request import pull_request_text
from atom_release.acts.push import push
from atom_release.errors import ActFailed
from atom_release.forge import PullRequest
from atom_release_tests.fixtures import grown
from atom_release_tests.fixtures.acts_repository import made, origin, repository
from atom_release_tests.fixtures.grown import git

__all__ = ["repository"]


@pytest.fixture
def pull_request(repository: Path) -> PullRequest:
    wanted = made(repository)
    push(repository, wanted)
    return PullRequest("Release X v1", "origin", "main", wanted.branch, wanted.commit, wanted.tag)


def test_it_says_what_to_pull_and_why(repository: Path, pull_request: PullRequest) -> None:
    before = grown.state(repository)
    text = pull_request_text(repository, pull_request, "| C.1 | PASS |\n")
    assert text.startswith("# Release X v1\n")
    assert f"Pull `review/v1` ({pull_request.commit}, tag `v1`) into `main`." in text
    assert "| C.1 | PASS |" in text
    assert f"for you to fetch changes up to {pull_request.commit}" in text
    assert f"  {origin(repository)} review/v1\n" in text
    assert "create mode 100644 releases/v1/PhaseX_Decision.dsse.json" in text
    assert "squash" in text
    assert pull_request_text(repository, pull_request, "| C.1 | PASS |\n") == text
    assert grown.state(repository) == before


def test_a_base_that_moved_on_is_read_from_the_remote(
    repository: Path, pull_request: PullRequest
) -> None:
    git(repository.parent, "clone", "-q", str(origin(repository)), "other")
    grown.commit(repository.parent / "other", {"later.txt": b"l\n"})
    git(repository.parent / "other", "push", "-q", "origin", "main")
    assert "later.txt" not in pull_request_text(repository, pull_request, "")


def test_credentials_are_masked(repository: Path, pull_request: PullRequest) -> None:
    git(repository, "remote", "set-url", "origin", f"file://ada:hunter2@{origin(repository)}")
    text = pull_request_text(repository, pull_request, "")
    assert f"file://***@{origin(repository)} review/v1" in text
    assert "hunter2" not in text
    git(repository, "remote", "set-url", "origin", f"file://ada:hunter2@{origin(repository)}-gone")
    with pytest.raises(ActFailed) as caught:
        pull_request_text(repository, pull_request, "")
    assert "hunter2" not in str(caught.value)


def test_what_is_not_on_the_remote_cannot_be_asked_for(
    repository: Path, pull_request: PullRequest
) -> None:
    git(origin(repository), "update-ref", "-d", "refs/heads/review/v1")
    with pytest.raises(ActFailed, match="could not be written") as caught:
        pull_request_text(repository, pull_request, "")
    assert "git request-pull" in caught.value.remedy


def test_no_base_no_remote_and_no_answer_are_told_apart(
    repository: Path, pull_request: PullRequest
) -> None:
    with pytest.raises(ActFailed, match="no branch develop to pull into"):
        pull_request_text(repository, replace(pull_request, base="develop"), "")
    with pytest.raises(ActFailed, match="no remote 'upstream'"):
        pull_request_text(repository, replace(pull_request, remote="upstream"), "")
    git(repository, "remote", "set-url", "origin", str(repository / "gone"))
    with pytest.raises(ActFailed, match="could not be read"):
        pull_request_text(repository, pull_request, "")


def test_a_title_in_the_history_cannot_end_the_quotation(repository: Path) -> None:
    git(repository, "commit", "-qm", "```\n# forged")
    wanted = made(repository)
    push(repository, wanted)
    text = pull_request_text(
        repository, PullRequest("t", "origin", "main", wanted.branch, wanted.commit, "v1"), ""
    )
    assert text.count("```") == 2
