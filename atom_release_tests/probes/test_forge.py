"""The forge (AC6), asked of a real HTTP server.

What each of its answers means, and that the token is never said.
"""

from __future__ import annotations

import socket
import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from atom_release.gate.facts.evidence import Evidence
from atom_release.gate.manifest import Manifest
from atom_release.gate.operator import Operator
from atom_release.gate.vocabulary import Acts, Answer, Assurance, ControlState
from atom_release.git.remote import owner_and_name
from atom_release.lab.look import Look
from atom_release.probes.forge import probe_forge
from atom_release.source.commit import open_tree
from atom_release_tests.fixtures import grown
from atom_release_tests.fixtures.answering import answering
from atom_release_tests.fixtures.forge import gitlab
from atom_release_tests.fixtures.grown import git

TOKEN = "right-hunter2"


class Forge:
    """A forge of one repository that knows one token; its answers can be changed."""

    def __init__(self, permissions: Any = None, **statuses: int) -> None:  # noqa: ANN401 - any JSON
        self.permissions = {"pull": True, "push": True} if permissions is None else permissions
        self.statuses = statuses
        self.requests: list[tuple[str, str]] = []

    def routes(self) -> list[Route]:
        """Return the two routes the probe asks."""
        return [Route("/api/user", self.user), Route("/api/repos/{owner}/{name}", self.repository)]

    def user(self, request: Request) -> Response:
        """Answer who the token is."""
        return self.answer(request, "user", {"login": "ada"})

    def repository(self, request: Request) -> Response:
        """Answer what the token may do."""
        return self.answer(
            request, "repository", {"full_name": "acme/atom", "permissions": self.permissions}
        )

    def answer(self, request: Request, path: str, document: dict[str, Any]) -> Response:
        """Answer as this forge was told to, and remember that it was asked."""
        self.requests.append((request.method, request.url.path))
        status = self.statuses.get(path, 200)
        if (
            request.headers.get("authorization") != f"Bearer {TOKEN}"
            and "open" not in self.statuses
        ):
            status = 401
        headers = (
            {"x-ratelimit-remaining": "0"}
            if "limited" in self.statuses
            else {"location": "/elsewhere"}
        )
        return JSONResponse(document if status == 200 else {"message": "no"}, status, headers)


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    repository = grown.new(tmp_path / "r")
    git(repository, "remote", "add", "origin", "git@forge.example.org:acme/atom.git")
    return repository


def look_at(repository: Path, environment: dict[str, str], **infrastructure: str) -> Look:
    named = {"timeout": "1500ms", **infrastructure}
    manifest = Manifest.model_validate(
        {
            "release": {
                "phase": "X",
                "name": "Example",
                "version": "v1",
                "tag": "v1",
                "branch": "review/v1",
            },
            "services": [{"id": "X.1", "name": "one", "source": ["src"], "report": "r.md"}],
            "infrastructure": {name: value for name, value in named.items() if value},
        }
    )
    return Look(
        manifest,
        open_tree(repository, "HEAD"),
        repository.parent / "scratch",
        lambda: datetime(2031, 5, 1, tzinfo=UTC),
        environment,
        operator=Operator.model_validate({"forge": {"address": "FORGE", "token": "FORGE_TOKEN"}}),
    )


def ask_forge(repository: Path, forge: Forge, token: str = TOKEN) -> Evidence:
    with answering(*forge.routes()) as base:
        evidence = probe_forge(look_at(repository, {"FORGE": f"{base}/api/", "FORGE_TOKEN": token}))
    assert "hunter2" not in evidence.model_dump_json()
    assert (evidence.leg, evidence.assurance) == (("forge", "forge"), Assurance.LIVE)
    return evidence


def test_a_token_that_may_push_may_open_a_pull_request(repository: Path) -> None:
    forge = Forge()
    evidence = ask_forge(repository, forge)
    assert evidence.answer is Answer.YES, evidence.reason
    assert evidence.control is not None
    assert (evidence.control.state, evidence.control.found) == (ControlState.ALIVE, "status 401")
    assert forge.requests == [
        ("GET", "/api/user"),
        ("GET", "/api/repos/acme/atom"),
        ("GET", "/api/user"),
    ]


@pytest.mark.parametrize(
    ("forge", "answer", "words"),
    [
        (Forge(user=403), Answer.UNKNOWN, "refuses the token (status 403)"),
        (Forge(repository=404), Answer.NO, "does not see /repos/acme/atom (status 404)"),
        (Forge(repository=403), Answer.NO, "status 403"),
        (Forge(permissions={"pull": True, "push": False}), Answer.NO, "may not write"),
        (Forge(permissions={"pull": True}), Answer.UNKNOWN, "does not say"),
        (Forge(permissions=[]), Answer.UNKNOWN, "does not say"),
        (Forge(permissions={"push": "yes"}), Answer.UNKNOWN, "does not say"),
        (Forge(user=500), Answer.UNKNOWN, "500"),
        (Forge(repository=502), Answer.UNKNOWN, "502"),
        (Forge(user=429), Answer.UNKNOWN, "429"),
        (Forge(user=403, limited=1), Answer.UNKNOWN, "403"),
        (Forge(user=302), Answer.UNKNOWN, "302"),
    ],
)
def test_what_the_forge_answers_decides(
    repository: Path, forge: Forge, answer: Answer, words: str
) -> None:
    evidence = ask_forge(repository, forge)
    assert (evidence.answer, words in evidence.reason) == (answer, True), evidence.reason
    assert evidence.remedy


def test_with_a_wrong_token_nothing_is_learned(repository: Path) -> None:
    evidence = ask_forge(repository, Forge(), token="wrong-hunter2")
    assert (evidence.answer, "401" in evidence.reason) == (Answer.UNKNOWN, True)
    assert "token" in evidence.remedy


def test_a_forge_that_takes_every_token_shows_nothing(repository: Path) -> None:
    evidence = ask_forge(repository, Forge(open=1))
    assert evidence.control is not None
    assert evidence.control.state is ControlState.DEAD


def test_what_is_unset_is_absent_and_says_which(repository: Path) -> None:
    for look, words in (
        (look_at(repository, {}), "FORGE is unset"),
        (look_at(repository, {"FORGE": ""}), "FORGE is unset"),
    ):
        evidence = probe_forge(look)
        assert (evidence.answer, words in evidence.reason) == (Answer.ABSENT, True)
        assert evidence.observed_at == datetime(2031, 5, 1, tzinfo=UTC)
    assert (
        probe_forge(look_at(repository, {"FORGE": "http://127.0.0.1:1"})).answer is Answer.UNKNOWN
    )


def test_refused_and_unresolved_are_absent_and_silence_is_doubt(repository: Path) -> None:
    with socket.socket() as silent, socket.socket() as dead:
        for base in (silent, dead):
            base.bind(("127.0.0.1", 0))
        silent.listen()
        ports = silent.getsockname()[1], dead.getsockname()[1]
        answers = [
            probe_forge(look_at(repository, {"FORGE": base, "FORGE_TOKEN": TOKEN})).answer
            for base in (
                f"http://127.0.0.1:{ports[0]}",
                f"http://127.0.0.1:{ports[1]}",
                "https://nowhere.invalid",
            )
        ]
    assert answers == [Answer.UNKNOWN, Answer.ABSENT, Answer.ABSENT]


def test_a_broken_tls_is_doubt_not_absence(repository: Path) -> None:
    with answering(*Forge().routes()) as base:
        evidence = probe_forge(
            look_at(repository, {"FORGE": base.replace("http:", "https:"), "FORGE_TOKEN": TOKEN})
        )
    assert (evidence.answer, "TLS" in evidence.reason) == (Answer.UNKNOWN, True)


def test_a_remote_that_is_a_folder_names_no_repository_on_a_forge(repository: Path) -> None:
    git(repository, "remote", "set-url", "origin", str(repository))
    evidence = probe_forge(
        look_at(repository, {"FORGE": "http://127.0.0.1:1", "FORGE_TOKEN": TOKEN})
    )
    assert (evidence.answer, "owner and name" in evidence.reason) == (Answer.UNKNOWN, True)


def test_without_what_opens_it_nothing_is_promised(
    repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "github", None)
    look = look_at(repository, {"FORGE": "http://127.0.0.1:1", "FORGE_TOKEN": TOKEN})
    assert probe_forge(look).answer is Answer.ABSENT  # acts are off: it is only asked
    acting = replace(look, manifest=look.manifest.model_copy(update={"acts": Acts.ON}))
    evidence = probe_forge(acting)
    assert (evidence.answer, "atom-release[github]" in evidence.remedy) == (Answer.UNKNOWN, True)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("git@forge.example.org:acme/atom.git", ("acme", "atom")),
        ("forge:acme/atom", ("acme", "atom")),
        ("https://ada:token@forge.example.org:8443/acme/atom.git/", ("acme", "atom")),
        ("ssh://git@forge.example.org:22/acme/team/atom.git", ("acme/team", "atom")),
        ("/srv/git/acme/atom.git", None),
        ("file:///srv/git/acme/atom.git", None),
        ("../acme/atom.git", None),
        ("https://forge.example.org/atom.git", None),
    ],
)
def test_owner_and_name_are_read_from_the_address(
    url: str, expected: tuple[str, str] | None
) -> None:
    assert owner_and_name(url) == expected


@pytest.mark.parametrize(
    ("permissions", "answer"),
    [
        ({"project_access": None, "group_access": {"access_level": 30}}, Answer.YES),
        ({"project_access": {"access_level": 20}, "group_access": None}, Answer.NO),
        ({"project_access": None, "group_access": None}, Answer.UNKNOWN),
    ],
)
def test_gitlab_is_asked_by_its_own_paths(
    repository: Path, permissions: dict[str, Any], answer: Answer
) -> None:
    git(repository, "remote", "set-url", "origin", "git@gitlab.example.org:acme/team/atom.git")
    with gitlab.gitlab(repository) as lab:
        lab.permissions = permissions
        look = look_at(repository, {"FORGE": lab.api, "FORGE_TOKEN": gitlab.TOKEN})
        evidence = probe_forge(look)
    assert evidence.answer is answer, evidence.reason
    assert evidence.control is not None
    assert evidence.control.state is ControlState.ALIVE
    assert lab.operations == ["user", "project", "user"]
