"""Pull requests that documents name by number, looked up on forges that speak over real HTTP."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace

import pytest
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from atom_release.gate.facts.evidence import Evidence
from atom_release.gate.facts.pull_requests import PullRequestsFacts
from atom_release.gate.manifest import Manifest
from atom_release.gate.operator import Operator
from atom_release.gate.rules import pull_requests as rule
from atom_release.gate.vocabulary import Answer, ControlState
from atom_release.lab.look import Look
from atom_release.probes.pull_requests import probe_pull_requests
from atom_release.source.commit import open_tree
from atom_release_tests.fixtures import grown
from atom_release_tests.fixtures.answering import answering
from atom_release_tests.fixtures.grown import git
from atom_release_tests.fixtures.stage import look_at, service_of

TOKEN = "right-token"
LINES = {
    "there": "- [x] Pull request #7 was opened from `review/v1`",
    "into": "- [x] PR #7 was opened into `release/main`",
    "merged": "- Pull request #7 was merged",
    "absent": "- [x] Pull request #8 was opened from `review/v1`",
    "other-branch": "- [x] Pull request #7 was opened from `review/v2`",
    "field": "**Pull request:** https://forge.example.org/acme/atom/pull/9",
    "elsewhere": "- Pull request https://forge.example.org/acme/other/pull/9 was opened",
    "to-come": "- [ ] Pull request #8 was opened",
    "will": "- Pull request #8 will be opened",
    "issue": "- A pull request was opened for issue #8",
    "merge-request": "- Merge request !8 was opened",
}


def _github(request: Request) -> Response:
    if request.headers.get("authorization") != f"Bearer {TOKEN}":
        return JSONResponse({"message": "Bad credentials"}, 401)
    number = request.path_params.get("number")
    if number not in {None, "7"}:
        return JSONResponse({"message": "Not Found"}, 404)
    pull = {"head": {"ref": "review/v1"}, "base": {"ref": "release/main"}}
    return JSONResponse(pull if number else [pull])


def _gitlab(request: Request) -> Response:
    if b"acme%2Fatom/merge_requests" not in request.scope["raw_path"]:
        return JSONResponse({"message": "404 Project Not Found"}, 404)
    if not request.url.path.endswith("merge_requests"):
        there = request.url.path.endswith("/7")
        document = {"source_branch": "review/v1", "target_branch": "main"}
        return JSONResponse(
            document if there else {"message": "404 Not found"}, 200 if there else 404
        )
    return JSONResponse([])


ROUTES = (
    Route("/api/repos/acme/atom/pulls", _github),
    Route("/api/repos/acme/atom/pulls/{number}", _github),
    Route("/api/v4/{rest:path}", _gitlab),
)


@pytest.fixture(scope="module")
def look(tmp_path_factory: pytest.TempPathFactory) -> Look:
    """A release whose documents have one line each."""
    folder = tmp_path_factory.mktemp("requests")
    repository = grown.new(folder / "repository")
    git(repository, "remote", "add", "origin", "git@forge.example.org:acme/atom.git")
    service = service_of()
    base = look_at(
        folder, service, {f"{name}.md": f"# Final\n\n{line}\n" for name, line in LINES.items()}
    )
    operator = Operator.model_validate({"forge": {"address": "FORGE", "token": "FORGE_TOKEN"}})
    return replace(base, operator=operator)


@pytest.fixture(scope="module")
def forge() -> Iterator[str]:
    with answering(*ROUTES) as base:
        yield base


def _ask(look: Look, address: str, *names: str, token: str = TOKEN) -> Evidence:
    raw = look.manifest.model_dump(mode="json", exclude_none=True)
    raw["documents"] = [f"{name}.md" for name in names]
    manifest = Manifest.model_validate(raw)
    tree = open_tree(look.tree.repository, "HEAD")
    environment = {"FORGE": address, "FORGE_TOKEN": token} if address else {}
    return probe_pull_requests(replace(look, manifest=manifest, tree=tree, environment=environment))


def _told(evidence: Evidence) -> Mapping[str, str]:
    facts = PullRequestsFacts.read(evidence.facts)
    assert facts is not None, evidence.reason
    return {entry.first.path.removesuffix(".md"): entry.sentence for entry in facts.contradictions}


def test_a_request_that_is_there_is_silent(look: Look, forge: str) -> None:
    """From its branch, into its base, merged, to come, of an issue, and of another repository."""
    names = ["there", "into", "merged", "to-come", "will", "issue", "elsewhere", "merge-request"]
    evidence = _ask(look, f"{forge}/api", *names)
    assert (evidence.answer, _told(evidence)) == (Answer.YES, {}), evidence.reason
    assert evidence.control is not None
    assert (evidence.control.state, evidence.control.found) == (ControlState.ALIVE, "status 404")
    assert "3 named pull requests" in evidence.reason


def test_one_that_is_not_there_as_named_is_told(look: Look, forge: str) -> None:
    """No such number, and a number of another branch; it decides where the manifest says so."""
    evidence = _ask(look, f"{forge}/api", "absent", "other-branch", "field", "there")
    sentences = _told(evidence)
    assert sentences.keys() == {"absent", "other-branch", "field"}
    assert "none of that number" in sentences["absent"]
    assert "from review/v1, not from review/v2" in sentences["other-branch"]
    assert rule.judge(evidence, ()) == (Answer.YES, evidence.reason)
    assert rule.judge(evidence, {rule.NOT_ON_FORGE})[0] is Answer.NO


def test_on_gitlab_merge_requests_have_numbers_of_their_own(look: Look, forge: str) -> None:
    """What stands after `#` is an issue's there, or was a pull request's elsewhere."""
    evidence = _ask(look, f"{forge}/api/v4", "merge-request", "absent")
    assert _told(evidence).keys() == {"merge-request"}, evidence.reason


@pytest.mark.parametrize(
    ("path", "token", "answer"),
    [
        ("/api", "wrong", Answer.UNKNOWN),
        ("/nowhere", TOKEN, Answer.UNKNOWN),
        ("", TOKEN, Answer.ABSENT),
    ],
    ids=["token", "no forge", "unset"],
)
def test_a_forge_that_does_not_tell_accuses_nobody(
    look: Look, forge: str, path: str, token: str, answer: Answer
) -> None:
    evidence = _ask(look, f"{forge}{path}" if path else "", "absent", token=token)
    assert evidence.answer is answer, evidence.reason
    assert TOKEN not in evidence.model_dump_json()
    assert not evidence.facts or not _told(evidence)


def test_an_address_at_which_nobody_listens_accuses_nobody(look: Look) -> None:
    evidence = _ask(look, "http://127.0.0.1:9", "absent")
    assert evidence.answer is Answer.ABSENT
    assert re.search("refuses connections", evidence.reason)
