"""What stands beside a commit on GitHub and GitLab.

A status and a comment, there once and brought up to date, and nobody else's words touched.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from atom_release.errors import ActFailed
from atom_release.forge import Comment, Place, State, Status
from atom_release.forge.choice import forge_at
from atom_release_tests.fixtures import grown
from atom_release_tests.fixtures.forge import github as hub
from atom_release_tests.fixtures.forge import gitlab as lab
from atom_release_tests.fixtures.grown import git

CONTEXT = "atom-release/phase_x"
MARK = "<!-- atom-release: phase_x -->\n"


class OnGitHub:
    """One commit on a GitHub."""

    def __init__(self, forge: hub.GitHub) -> None:
        """Take the server."""
        self.forge, self.repository = forge, "acme/atom"

    def open_request(self, state: str = "open") -> None:
        """Let somebody ask for the branch to be merged."""
        self.forge.pull(state=state)

    def say(self, body: str, *, own: bool = True) -> None:
        """Let a comment be there, of this token's user or of another."""
        self.forge.comment(body, **({} if own else {"id": 7}))

    def bodies(self) -> list[str]:
        """Return the comments."""
        return [entry["body"] for entry in self.forge.comments]

    def states(self, commit: str) -> list[str]:
        """Return how the commit does, oldest first."""
        return [status["state"] for status in self.forge.statuses.get(commit, [])]


class OnGitLab:
    """One commit on a GitLab."""

    def __init__(self, forge: lab.GitLab) -> None:
        """Take the server."""
        self.forge, self.repository = forge, lab.NAME

    def open_request(self, state: str = "open") -> None:
        """Let somebody ask for the branch to be merged."""
        self.forge.request(state="opened" if state == "open" else state)

    def say(self, body: str, *, own: bool = True) -> None:
        """Let a comment be there, of this token's user or of another."""
        self.forge.note(body, author=1 if own else 7)

    def bodies(self) -> list[str]:
        """Return the comments."""
        return [note["body"] for note in self.forge.notes]

    def states(self, commit: str) -> list[str]:
        """Return how the commit does in GitHub's words, oldest first."""
        words = {"failed": "failure"}
        listed = [status["status"] for status in self.forge.statuses.get(commit, [])]
        return [words.get(state, state) for state in listed]


Hosted = OnGitHub | OnGitLab


@pytest.fixture(scope="module")
def origin(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A bare repository with a branch that is two commits ahead of its base."""
    folder = tmp_path_factory.mktemp("forge")
    repository = grown.new(folder / "r")
    git(repository, "branch", "-M", "main")
    git(repository, "checkout", "-q", "-b", "review")
    grown.commit(repository, {"a.txt": b"a\n"})
    grown.commit(repository, {"b.txt": b"b\n"})
    git(folder, "clone", "-q", "--bare", str(repository), "origin.git")
    return folder / "origin.git"


@pytest.fixture(params=["github", "gitlab"])
def hosted(origin: Path, request: pytest.FixtureRequest) -> Iterator[Hosted]:
    if request.param == "github":
        with hub.github(origin) as forge:
            yield OnGitHub(forge)
    else:
        with lab.gitlab(origin) as server:
            yield OnGitLab(server)


def tip(hosted: Hosted, name: str = "review") -> str:
    return git(hosted.forge.origin, "rev-parse", name)


def show(
    hosted: Hosted,
    text: str = "RED",
    state: State = State.FAILURE,
    *,
    anew: bool = True,
    commit: str = "review",
) -> tuple[str, ...]:
    status = Status(tip(hosted, commit), CONTEXT, f"{text} v1", state)
    place = Place(hosted.forge.api, hosted.repository, 5, hub.TOKEN)
    return forge_at(place.address).show(place, status, Comment("phase_x", text), anew=anew)


def test_a_refusal_stands_once_beside_the_commit_and_in_its_pull_request(hosted: Hosted) -> None:
    hosted.open_request()
    (address,) = show(hosted)
    assert show(hosted) == (address,)
    assert hosted.bodies() == [f"{MARK}RED"]
    assert hosted.states(tip(hosted)) == ["failure"]
    (status,) = hosted.forge.statuses[tip(hosted)]
    assert status["target_url"] == address


def test_the_next_verdict_replaces_it(hosted: Hosted) -> None:
    """Among other people's comments, and in the words of the same place."""
    hosted.open_request()
    hosted.say("Why is this red?", own=False)
    show(hosted)
    hosted.say(f"> {MARK}> RED")
    show(hosted, "GREEN", State.SUCCESS, anew=False)
    assert hosted.bodies() == ["Why is this red?", f"{MARK}GREEN", f"> {MARK}> RED"]
    assert hosted.states(tip(hosted)) == ["failure", "success"]


def test_where_nothing_was_said_nothing_is_replaced(hosted: Hosted) -> None:
    hosted.open_request()
    assert show(hosted, "GREEN", State.SUCCESS, anew=False) == ()
    assert (hosted.bodies(), hosted.states(tip(hosted))) == ([], [])


def test_a_comment_that_somebody_else_made_look_like_the_gate_s_is_not_taken(
    hosted: Hosted,
) -> None:
    """Who wrote it could change it to GREEN afterwards."""
    hosted.open_request()
    hosted.say(f"{MARK}mine", own=False)
    show(hosted)
    assert hosted.bodies() == [f"{MARK}mine", f"{MARK}RED"]


def test_only_open_requests_of_that_very_head_are_told(hosted: Hosted) -> None:
    hosted.open_request(state="closed")
    assert show(hosted) == ()
    hosted.open_request(state="open")
    assert show(hosted, commit="review~1") == ()
    assert (hosted.bodies(), hosted.states(tip(hosted, "review~1"))) == ([], ["failure"])


def test_what_could_not_be_decided_is_no_success(hosted: Hosted) -> None:
    show(hosted, "BLOCKED", State.ERROR)
    show(hosted, "GREEN", State.SUCCESS)
    assert hosted.states(tip(hosted)) in (["error", "success"], ["failure", "success"])


def test_quoted_words_call_nobody(hosted: Hosted) -> None:
    hosted.open_request()
    show(hosted, "failed: @everybody, fixes #1 <!-- atom-release: other -->")
    (body,) = hosted.bodies()
    assert ("@everybody" in body, "#1" in body, "other -->" in body) == (False, False, True)
    assert body.count("<!--") == 1


def test_a_commit_that_the_forge_does_not_hold_is_a_sentence(hosted: Hosted) -> None:
    missing: dict[str, tuple[int, object]] = {
        "repos/list-pull-requests-associated-with-commit": (
            422,
            {"message": "No commit found for SHA: 1"},
        ),
        "of a commit": (404, {"message": "404 Commit Not Found"}),
    }
    hosted.forge.instead = dict(missing)
    with pytest.raises(ActFailed, match=r"(?i)commit (no|not) *found|no commit found"):
        show(hosted)


def test_the_token_of_an_app_knows_its_comments_by_their_kind(origin: Path) -> None:
    with hub.github(origin) as forge:
        forge.user = {"id": 41, "type": "Bot"}
        forge.instead = {"users/get-authenticated": (403, {"message": "not by integration"})}
        hosted = OnGitHub(forge)
        hosted.open_request()
        forge.comment(f"{MARK}mine", id=7, type="User")
        show(hosted)
        show(hosted, "BLOCKED", State.ERROR)
        assert hosted.bodies() == [f"{MARK}mine", f"{MARK}BLOCKED"]
