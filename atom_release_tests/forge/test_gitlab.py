"""The merge request on GitLab.

There once, a person's words kept, each refusal with its remedy, and the token said nowhere.
"""

from __future__ import annotations

import socket
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from atom_release.errors import ActFailed
from atom_release.forge import Opened, Place, PullRequest, Status
from atom_release.forge.choice import forge_at
from atom_release.forge.github import GitHub
from atom_release.forge.gitlab import GitLab as Forge
from atom_release_tests.fixtures import grown
from atom_release_tests.fixtures.forge.gitlab import NAME, TOKEN, GitLab, gitlab
from atom_release_tests.fixtures.grown import git


@pytest.fixture(scope="module")
def origin(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A bare repository with a branch that is one commit ahead of its base."""
    folder = tmp_path_factory.mktemp("forge")
    repository = grown.new(folder / "r")
    git(repository, "branch", "-M", "main")
    git(repository, "checkout", "-q", "-b", "review")
    grown.commit(repository, {"evidence.txt": b"e\n"})
    git(folder, "clone", "-q", "--bare", str(repository), "origin.git")
    return folder / "origin.git"


@pytest.fixture
def lab(origin: Path) -> Iterator[GitLab]:
    with gitlab(origin) as forge:
        yield forge


def tip(lab: GitLab) -> str:
    return git(lab.origin, "rev-parse", "review")


def ask(
    lab: GitLab, text: str = "the decision", *, draft: bool = False, token: str = TOKEN
) -> Opened:
    pull = PullRequest("Example v1", "origin", "main", "review", tip(lab), "v1")
    status = Status(tip(lab), "atom-release/phase_x", "GREEN v1: decision sha256:" + "0" * 300)
    return forge_at(lab.api).request(
        Place(lab.api, NAME, 5, token), pull, text, status, draft=draft
    )


def test_an_address_tells_which_forge_speaks_there() -> None:
    assert isinstance(forge_at("https://gitlab.example.org/api/v4/"), Forge)
    assert isinstance(forge_at("https://api.github.com"), GitHub)
    assert isinstance(forge_at("https://github.example.org/api/v3"), GitHub)


def test_it_is_opened_once_with_a_status_beside_the_commit(lab: GitLab) -> None:
    first = ask(lab, draft=True)
    address = f"http://{lab.base}/{NAME}/-/merge_requests/1"
    assert first == Opened(address, draft=True, notes=())
    assert ask(lab, draft=True) == first
    (request,) = lab.requests
    assert (request["title"], "the decision" in request["description"]) == (
        "Draft: Example v1",
        True,
    )
    ((status,),) = lab.statuses.values()
    assert (status["status"], status["name"], status["target_url"], status["ref"]) == (
        "success",
        "atom-release/phase_x",
        address,
        "review",
    )
    assert len(status["description"]) == 255
    assert list(lab.statuses) == [tip(lab)]
    assert "update" not in lab.operations


def test_a_person_s_words_stay_and_ours_are_replaced(lab: GitLab) -> None:
    lab.request(description="Please look at the figures.")
    ask(lab, "first")
    opened = ask(lab, "second", draft=True)
    (request,) = lab.requests
    assert request["title"] == "by a person"
    assert request["description"].startswith("Please look at the figures.\n\n")
    assert ("first" in request["description"], request["description"].count("second")) == (False, 1)
    assert (opened.draft, "no draft" in opened.notes[0]) == (False, True)


def test_one_that_was_merged_for_this_commit_is_left_as_it_is(lab: GitLab) -> None:
    lab.request(state="merged", sha=tip(lab))
    opened = ask(lab)
    assert "is merged: left as it is" in opened.notes[0]
    assert (len(lab.requests), lab.requests[0]["description"]) == (1, None)


def test_one_of_an_earlier_commit_or_another_base_does_not_count(lab: GitLab) -> None:
    lab.request(state="closed", sha="0" * 40)
    lab.request(base="develop")
    assert ask(lab).address.endswith("/merge_requests/3")


def test_a_run_that_was_faster_is_found_again(lab: GitLab) -> None:
    lab.request()
    lab.hidden = 1  # the list was read a moment before the other run opened it
    assert ask(lab).address.endswith("/merge_requests/1")
    assert (len(lab.requests), lab.operations.count("create")) == (1, 1)


def test_the_answer_is_lost_and_the_next_run_finds_what_was_opened(lab: GitLab) -> None:
    lab.lost = {"create"}
    with pytest.raises(ActFailed, match="gave no usable answer") as caught:
        ask(lab)
    assert "Run again" in caught.value.remedy
    lab.lost = set()
    assert (ask(lab).address.endswith("/merge_requests/1"), len(lab.requests)) == (True, 1)


def test_what_the_base_holds_already_needs_no_merge(lab: GitLab) -> None:
    before = git(lab.origin, "rev-parse", "main")
    git(lab.origin, "update-ref", "refs/heads/main", "review")
    try:
        opened = ask(lab)
    finally:
        git(lab.origin, "update-ref", "refs/heads/main", before)
    assert (opened.address, lab.requests, "nothing to merge" in opened.notes[0]) == ("", [], True)
    assert lab.statuses[tip(lab)][0]["target_url"] is None


REFUSALS: dict[str, tuple[dict[str, Any], str, str]] = {
    "401": ({"list": (401, {"message": "401 Unauthorized"})}, "answered 401", "scope api"),
    "403": ({"create": (403, {"message": "403 Forbidden"})}, "answered 403", "scope api"),
    "404": ({"say": (404, {"message": "404 Not Found"})}, "answered 404", "scope api"),
    "400": ({"create": (400, {"error": "title is missing"})}, "title is missing", "Mend"),
    "409": ({"create": (409, {"message": ["no such branch"]})}, "no such branch", "Mend"),
    "500": ({"create": (500, {"message": "oops"})}, "answered 500", "well"),
    "502 in HTML": ({"list": (502, b"<html>bad gateway</html>")}, "answered 502", "well"),
    "no JSON": ({"list": (200, b"<html>log in</html>")}, "", "well"),
    "another document": ({"create": (201, {})}, "did not say where", "the forge's API"),
    "too many": ({"list": (429, {"message": "Retry later"})}, "no more requests", "limit is reset"),
    "an echoed token": (
        {"create": (403, {"message": f"no rights for {TOKEN}"})},
        "no rights for ***",
        "scope api",
    ),
}


@pytest.mark.parametrize("name", REFUSALS)
def test_each_refusal_has_its_remedy_and_no_token(name: str, lab: GitLab) -> None:
    lab.instead, words, remedy = REFUSALS[name]
    with pytest.raises(ActFailed) as caught:
        ask(lab)
    assert words in caught.value.message
    assert remedy in caught.value.remedy
    assert "hunter2" not in str(caught.value)
    lab.instead = {}
    assert ask(lab).address
    assert len(lab.requests) == 1


def test_a_wrong_token_opens_nothing(lab: GitLab) -> None:
    with pytest.raises(ActFailed, match=r"401 .*Unauthorized") as caught:
        ask(lab, token="wrong-hunter2")
    assert ("hunter2" in str(caught.value), lab.requests) == (False, [])


def test_a_forge_that_is_gone_says_so(origin: Path) -> None:
    with socket.socket() as dead:
        dead.bind(("127.0.0.1", 0))
        gone = GitLab(origin, base=f"127.0.0.1:{dead.getsockname()[1]}")
        with pytest.raises(ActFailed, match="gave no usable answer"):
            ask(gone)


def test_without_the_extra_it_is_named(lab: GitLab, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "gitlab", None)
    with pytest.raises(ActFailed, match="python-gitlab is not installed") as caught:
        ask(lab)
    assert "atom-release[gitlab]" in caught.value.remedy


@pytest.mark.parametrize(
    ("permissions", "may"),
    [
        ({"project_access": {"access_level": 40}, "group_access": None}, True),
        ({"project_access": {"access_level": 20}, "group_access": {"access_level": 30}}, True),
        ({"project_access": {"access_level": 20}, "group_access": None}, False),
        ({"project_access": None, "group_access": None}, None),
        (None, None),
    ],
)
def test_what_a_token_may_do_is_read_from_the_project(
    permissions: object,
    may: object,
) -> None:
    assert Forge().may_write({"permissions": permissions}) is may
    assert Forge().may_write([]) is None
