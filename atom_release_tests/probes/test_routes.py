"""Routes that a service is said to serve, asked of real servers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import pytest
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse

from atom_release.gate.facts.evidence import Evidence
from atom_release.gate.facts.routes import RoutesFacts, Seen
from atom_release.gate.rules.routes import judge_routes
from atom_release.gate.vocabulary import Answer, ControlState
from atom_release.lab.address import StartFailure
from atom_release.probes.routes import probe_routes
from atom_release_tests.fixtures.stage import Rehearsed, look_at, route, service_of, serving

FILES = {"src/app.py": 'app.include_router(users.router, prefix="/api/v1")\n'}


async def _item(_: Request) -> JSONResponse:
    raise HTTPException(404)


async def _broken(_: Request) -> JSONResponse:
    raise HTTPException(500)


async def _login(_: Request) -> JSONResponse:
    raise HTTPException(401)


async def _row(_: Request) -> JSONResponse:
    raise HTTPException(404, "no such row")


SERVES = (
    route("/health", {"status": "ok"}),
    route("/items/{name}", _item),
    route("/rows/{name}", _row),
    route("/charge", {"charged": True}, "POST"),
    route("/mine", _login, "DELETE"),
    route("/broken", _broken),
    route("/api/v1/users", {"users": []}),
)
WELL = ("GET /health", "GET /rows/{name}", "POST /charge", "DELETE /mine")
DESCRIPTION = {
    "openapi": "3.1.0",
    "paths": {"/inner/v2/things/{thing_id}": {"get": {}}, "/health": {"get": {}}},
}


def _ask(
    folder: Path, url: str, routes: Sequence[str], files: Mapping[str, str] = FILES, **start: object
) -> Evidence:
    service = service_of(routes=list(routes), start={"command": ["run"], **start})
    folder.mkdir(exist_ok=True)
    look = look_at(folder, service, files)
    return probe_routes(look, look.manifest.services[0], Rehearsed({"X.1": url}))


def _facts(evidence: Evidence) -> RoutesFacts:
    facts = RoutesFacts.read(evidence.facts)
    assert facts is not None, evidence.reason
    return facts


def _seen(evidence: Evidence) -> dict[str, Seen]:
    return {entry.route: entry.seen for entry in _facts(evidence).routes}


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with serving(*SERVES) as base:
        yield base


def test_what_is_served_is_seen(tmp_path: Path, url: str) -> None:
    """One for POST alone, one that wants a login, and a handler that lacks the row."""
    evidence = _ask(tmp_path, url, WELL)
    assert evidence.answer is Answer.YES
    assert set(_seen(evidence).values()) == {Seen.SERVED}
    assert evidence.control is not None
    assert evidence.control.state is ControlState.ALIVE
    assert "serves 4 of 4 routes" in evidence.reason


def test_a_route_that_is_not_there_is_refused_by_name(tmp_path: Path, url: str) -> None:
    evidence = _ask(tmp_path, url, [*WELL, "GET /helth"])
    assert (evidence.answer, _seen(evidence)["GET /helth"]) == (Answer.NO, Seen.ABSENT)
    assert "1 not found: GET /helth" in evidence.reason
    assert evidence.remedy


def test_what_may_lack_a_row_or_fails_is_not_accused(tmp_path: Path, url: str) -> None:
    """Nor is one that another method has."""
    evidence = _ask(tmp_path, url, [*WELL, "GET /items/{name}", "GET /broken", "GET /charge"])
    seen = _seen(evidence)
    assert evidence.answer is Answer.YES
    assert seen["GET /items/{name}"] is Seen.ALIKE
    assert seen["GET /broken"] is Seen.ERROR
    assert seen["GET /charge"] is Seen.ALIKE
    assert "serves 4 of 7 routes" in evidence.reason


def test_a_draft_of_which_one_route_is_not_there_is_not_refused(tmp_path: Path, url: str) -> None:
    """Nor is it well where fewer than half are."""
    evidence = _ask(tmp_path, url, [*WELL, "GET /helth"], guessed=True)
    assert evidence.answer is Answer.YES
    evidence = _ask(tmp_path / "few", url, ["GET /health", "GET /a", "GET /b"], guessed=True)
    assert evidence.answer is Answer.UNKNOWN


def test_a_prefix_that_the_code_names_is_tried(tmp_path: Path, url: str) -> None:
    evidence = _ask(tmp_path, url, [*WELL, "GET /users"])
    (entry,) = [entry for entry in _facts(evidence).routes if entry.route == "GET /users"]
    assert (entry.seen, entry.path) == (Seen.SERVED, "/api/v1/users")
    without = _ask(tmp_path / "without", url, [*WELL, "GET /users"], {"src/app.py": ""})
    assert _seen(without)["GET /users"] is Seen.ABSENT


def test_a_route_that_fails_is_looked_for_nowhere_else(tmp_path: Path) -> None:
    files = {"src/app.py": 'app.include_router(users, prefix="/users")\n'}
    serves = (route("/health", {}), route("/", _broken), route("/users/", {"users": []}))
    with serving(*serves) as base:
        evidence = _ask(tmp_path, base, ["GET /health", "GET /"], files)
    assert _seen(evidence)["GET /"] is Seen.ERROR


def test_a_prefix_under_which_everything_is_answered_shows_nothing(tmp_path: Path) -> None:
    """A route with a parameter answers whatever stands there."""
    files = {"src/app.py": 'app.include_router(users, prefix="/users")\n'}
    serves = (route("/health", {}), route("/users/{name}", _login))
    with serving(*serves) as base:
        evidence = _ask(tmp_path, base, ["GET /health", "GET /reports"], files)
    assert _seen(evidence)["GET /reports"] is Seen.ABSENT


def test_the_service_s_own_description_tells_where_a_route_is(tmp_path: Path) -> None:
    serves = (
        route("/health", {}),
        route("/inner/v2/things/{thing_id}", _row),
        route("/openapi.json", DESCRIPTION),
    )
    with serving(*serves) as base:
        evidence = _ask(tmp_path, base, ["GET /health", "GET /things/{id}"])
    facts = _facts(evidence)
    assert facts.described_at == "/openapi.json"
    assert [entry.path for entry in facts.routes] == ["/health", "/inner/v2/things/1"]
    assert facts.count(Seen.SERVED) == len(facts.routes)


def test_a_service_that_answers_alike_everywhere_shows_nothing(tmp_path: Path) -> None:
    with serving(route("/{rest:path}", {"hello": "you"})) as base:
        evidence = _ask(tmp_path, base, WELL[:1])
    assert evidence.answer is Answer.UNKNOWN
    assert evidence.control is not None
    assert evidence.control.state is ControlState.DEAD


def test_a_service_that_did_not_start_is_refused(tmp_path: Path) -> None:
    service = service_of(routes=list(WELL), start={"command": ["run"]})
    look = look_at(tmp_path, service, FILES)
    evidence = probe_routes(look, service, Rehearsed(failures={"X.1": StartFailure("SyntaxError")}))
    assert evidence.answer is Answer.NO
    assert "SyntaxError" in evidence.reason


def test_a_route_that_the_facts_lack_is_not_passed(tmp_path: Path, url: str) -> None:
    """The rule asks each route of the manifest, whatever the probe said."""
    evidence = _ask(tmp_path, url, WELL)
    more = service_of(routes=[*WELL, "GET /more"], start={"command": ["run"]})
    answer, reason = judge_routes(evidence.facts, more)
    assert answer is Answer.UNKNOWN
    assert "GET /more" in reason
