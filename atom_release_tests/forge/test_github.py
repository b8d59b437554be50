"""The pull request on a forge.

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
from atom_release_tests.fixtures import grown
from atom_release_tests.fixtures.forge.github import TOKEN, GitHub, github
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
def hub(origin: Path) -> Iterator[GitHub]:
    with github(origin) as github_hub:
        yield github_hub


def tip(hub: GitHub) -> str:
    return git(hub.origin, "rev-parse", "review")


def ask(
    hub: GitHub, text: str = "the decision", *, draft: bool = False, token: str = TOKEN
) -> Opened:
    pull = PullRequest("Example v1", "origin", "main", "review", tip(hub), "v1")
    status = Status(tip(hub), "atom-release/phase_x", "GREEN v1: decision sha256:" + "0" * 200)
    return forge_at(hub.api).request(
        Place(hub.api, "acme/atom", 5, token), pull, text, status, draft=draft
    )


def test_it_is_opened_once_with_a_status_beside_the_commit(hub: GitHub) -> None:
    first = ask(hub, draft=True)
    assert (first.address, first.draft, first.notes) == (
        f"http://{hub.base}/acme/atom/pull/1",
        True,
        (),
    )
    assert ask(hub, draft=True) == first
    (pull,) = hub.pulls
    assert (pull["head"], pull["base"], pull["draft"], "the decision" in pull["body"]) == (
        "review",
        "main",
        True,
        True,
    )
    ((status,),) = hub.statuses.values()
    assert (status["state"], status["context"], status["target_url"]) == (
        "success",
        "atom-release/phase_x",
        first.address,
    )
    assert len(status["description"]) == 140
    assert list(hub.statuses) == [tip(hub)]
    assert "pulls/update" not in hub.operations


def test_a_person_s_words_stay_and_ours_are_replaced(hub: GitHub) -> None:
    hub.pull(body="Please look at the figures.")
    ask(hub, "first")
    opened = ask(hub, "second", draft=True)
    (pull,) = hub.pulls
    assert pull["title"] == "by a person"
    assert pull["body"].startswith("Please look at the figures.\n\n")
    assert ("first" in pull["body"], pull["body"].count("second")) == (False, 1)
    assert (opened.draft, "no draft" in opened.notes[0]) == (False, True)


def test_one_that_was_closed_for_this_commit_is_left_as_it_is(hub: GitHub) -> None:
    hub.pull(state="closed", merged_at="2031-01-01T00:00:00Z", sha=tip(hub))
    opened = ask(hub)
    assert "is merged: left as it is" in opened.notes[0]
    assert (len(hub.pulls), hub.pulls[0]["body"]) == (1, None)


def test_one_that_was_closed_for_an_earlier_commit_does_not_count(hub: GitHub) -> None:
    hub.pull(state="closed", sha="0" * 40)
    assert ask(hub).address.endswith("/pull/2")


def test_one_of_another_base_is_another(hub: GitHub) -> None:
    hub.pull(base="develop")
    assert ask(hub).address.endswith("/pull/2")


def test_a_run_that_was_faster_is_found_again(hub: GitHub) -> None:
    hub.pull()
    hub.hidden = 1  # the list was read a moment before the other run opened it
    assert ask(hub).address.endswith("/pull/1")
    assert (len(hub.pulls), hub.operations.count("pulls/create")) == (1, 1)


def test_the_answer_is_lost_and_the_next_run_finds_what_was_opened(hub: GitHub) -> None:
    hub.lost = {"pulls/create"}
    with pytest.raises(ActFailed, match="gave no usable answer") as caught:
        ask(hub)
    assert "Run again" in caught.value.remedy
    hub.lost = set()
    assert (ask(hub).address.endswith("/pull/1"), len(hub.pulls)) == (True, 1)


def test_a_repository_without_drafts_gets_an_open_one_and_says_so(hub: GitHub) -> None:
    hub.drafts = False
    opened = ask(hub, draft=True)
    assert (opened.draft, hub.pulls[0]["draft"], "no drafts" in opened.notes[0]) == (
        False,
        False,
        True,
    )


def test_what_the_base_holds_already_needs_no_merge(hub: GitHub) -> None:
    before = git(hub.origin, "rev-parse", "main")
    git(hub.origin, "update-ref", "refs/heads/main", "review")
    try:
        opened = ask(hub)
    finally:
        git(hub.origin, "update-ref", "refs/heads/main", before)
    assert (opened.address, hub.pulls, "nothing to merge" in opened.notes[0]) == ("", [], True)
    assert "target_url" not in hub.statuses[tip(hub)][0]


REFUSALS: dict[str, tuple[dict[str, Any], str, str]] = {
    "401": ({"pulls/list": (401, {"message": "Bad credentials"})}, "answered 401", "Give a token"),
    "403": (
        {"pulls/create": (403, {"message": "Resource not accessible by personal access token"})},
        "answered 403",
        "Give a token",
    ),
    "404": (
        {"repos/create-commit-status": (404, {"message": "Not Found"})},
        "answered 404",
        "Give a token",
    ),
    "422": (
        {
            "pulls/create": (
                422,
                {"message": "Validation Failed", "errors": [{"message": "head is invalid"}]},
            )
        },
        "head is invalid",
        "Mend",
    ),
    "422 in words": (
        {"pulls/create": (422, {"message": "Validation Failed", "errors": ["no such head"]})},
        "no such head",
        "Mend",
    ),
    "500": ({"pulls/create": (500, {"message": "oops"})}, "answered 500", "well"),
    "502 in HTML": ({"pulls/list": (502, b"<html>bad gateway</html>")}, "answered 502", "well"),
    "no JSON": ({"pulls/list": (200, b"<html>log in</html>")}, "", "well"),
    "another document": ({"pulls/create": (201, [])}, "did not say where", "the forge's API"),
    "an echoed token": (
        {"pulls/create": (403, {"message": f"no rights for {TOKEN}"})},
        "no rights for ***",
        "Give a token",
    ),
}


@pytest.mark.parametrize("name", REFUSALS)
def test_each_refusal_has_its_remedy_and_no_token(name: str, hub: GitHub) -> None:
    hub.instead, words, remedy = REFUSALS[name]
    with pytest.raises(ActFailed) as caught:
        ask(hub)
    assert words in caught.value.message
    assert remedy in caught.value.remedy
    assert "hunter2" not in str(caught.value)
    hub.instead = {}
    assert ask(hub).address
    assert len(hub.pulls) == 1


@pytest.mark.parametrize("status", [403, 429])
def test_too_many_requests_are_waited_for_by_the_person(status: int, hub: GitHub) -> None:
    hub.instead, hub.limited = (
        {"pulls/list": (status, {"message": "API rate limit exceeded for user ID 1."})},
        True,
    )
    with pytest.raises(ActFailed, match="no more requests") as caught:
        ask(hub)
    assert "limit is reset" in caught.value.remedy


def test_a_wrong_token_opens_nothing(hub: GitHub) -> None:
    with pytest.raises(ActFailed, match=r"401 .*Bad credentials") as caught:
        ask(hub, token="wrong-hunter2")
    assert ("hunter2" in str(caught.value), hub.pulls) == (False, [])
    assert "hunter2" not in repr(Place(hub.api, "acme/atom", 5, "wrong-hunter2"))


def test_a_forge_that_is_gone_says_so(origin: Path) -> None:
    with socket.socket() as dead:
        dead.bind(("127.0.0.1", 0))
        gone = GitHub(origin, base=f"127.0.0.1:{dead.getsockname()[1]}")
        with pytest.raises(ActFailed, match="gave no usable answer"):
            ask(gone)


def test_without_the_extra_it_is_named(hub: GitHub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "github", None)
    with pytest.raises(ActFailed, match="PyGithub is not installed") as caught:
        ask(hub)
    assert "atom-release[github]" in caught.value.remedy
