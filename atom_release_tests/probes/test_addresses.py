"""URLs that a release writes down, asked of real servers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse

from atom_release.gate.facts.addresses import AddressesFacts
from atom_release.gate.facts.evidence import Evidence
from atom_release.gate.manifest import Service
from atom_release.gate.rules import addresses as rule
from atom_release.gate.vocabulary import Answer, ControlState
from atom_release.lab.address import StartFailure
from atom_release.probes.addresses import probe_addresses, services_written_of
from atom_release_tests.fixtures.stage import Rehearsed, look_at, route, service_of, serving

CODE = 'app.get("/items/{name}")\napp.get("/health")\n'
SMOKE = """\
#!/bin/sh
BASE=http://localhost:{port}
curl -sf $BASE/health
curl -sf $BASE/helth
curl -sf http://127.0.0.1:{port}/items/widget
curl -sf -X POST http://localhost:{port}/charge
curl -sf http://localhost:{port}/whoami
curl -sf http://localhost:{port}/fees http://localhost:{port}/fees/small
curl -sf http://localhost:{other}/elsewhere
curl -sf http://billing.example.org:{port}/elsewhere
"""
REPORT = """\
# Report

- Health: http://localhost:{port}/health
- Metrics: http://localhost:{port}/metrics

## v0.1.0 (2024-01-01)

- Health: http://localhost:{port}/ping
"""
FILES = {
    "src/app.py": CODE,
    "src/tests/test_app.py": "get('http://localhost:{port}/of-a-test')\n",
    "tools/smoke.sh": SMOKE,
    "examples/ask.sh": "curl http://localhost:{port}/of-an-example\n",
    "compose.yaml": "test: curl http://localhost:{port}/of-a-container\n",
    "CHANGELOG.md": "- http://localhost:{port}/of-a-changelog\n",
    "r.md": REPORT,
}


async def _item(_: Request) -> JSONResponse:
    raise HTTPException(404)


async def _charge(request: Request) -> JSONResponse:
    """Answer to GET as frameworks do that know a path by its methods alone."""
    if request.method == "GET":
        raise HTTPException(404)
    return JSONResponse({"charged": True})


ROUTES = (
    route("/health", {"status": "ok"}),
    route("/items/{name}", _item),
    route("/charge", _charge, "GET", "POST"),
    route("/whoami", JSONResponse({}, 401)),
    route("/fees/small", {"fee": 1}),
)


def _service(port: int) -> Service:
    return service_of(health="/health", start={"command": ["run"], "port": port})


def _ask(
    folder: Path, url: str, files: Mapping[str, str] = FILES, service: Service | None = None
) -> Evidence:
    port = int(url.rpartition(":")[2])
    service = service or _service(port)
    texts = {
        path: text.replace("{port}", str(port)).replace("{other}", str(port - 1))
        for path, text in files.items()
    }
    look = look_at(folder, service, texts)
    return probe_addresses(look, look.manifest.services[0], Rehearsed({"X.1": url}))


@pytest.fixture(scope="module")
def evidence(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Evidence]:
    """Ask a service with all kinds of paths once."""
    with serving(*ROUTES) as url:
        yield _ask(tmp_path_factory.mktemp("addresses"), url)


def _facts(evidence: Evidence) -> AddressesFacts:
    facts = AddressesFacts.read(evidence.facts)
    assert facts is not None, evidence.reason
    return facts


def test_a_path_that_is_not_served_is_told_with_both_places(evidence: Evidence) -> None:
    """The misspelt one of the script and the one of the report, and none of the others."""
    findings = _facts(evidence).contradictions
    places = {(entry.first.path, entry.first.line): entry for entry in findings}
    assert places.keys() == {("tools/smoke.sh", 4), ("r.md", 4)}
    entry = places["tools/smoke.sh", 4]
    assert "/helth" in entry.sentence
    assert entry.first.text == "curl -sf $BASE/helth"
    assert entry.second is not None
    assert entry.second.path == "release.yaml"
    assert "/helth" in entry.show
    assert evidence.control is not None
    assert evidence.control.state is ControlState.ALIVE


def test_it_decides_where_the_manifest_says_so(evidence: Evidence) -> None:
    assert rule.judge(evidence, ()) == (Answer.YES, evidence.reason)
    answer, reason = rule.judge(evidence, {rule.NOT_SERVED})
    assert answer is Answer.NO
    assert "answers 404" in reason


def test_what_a_service_serves_is_silent(tmp_path: Path) -> None:
    """Its own path, one for POST alone, one that wants a login, and a row that is not there."""
    smoke = "".join(line for line in SMOKE.splitlines(keepends=True) if "helth" not in line)
    with serving(*ROUTES) as url:
        evidence = _ask(tmp_path, url, {"src/app.py": CODE, "tools/smoke.sh": smoke})
    facts = _facts(evidence)
    assert (evidence.answer, facts.contradictions) == (Answer.YES, [])
    assert {entry.path for entry in facts.written} == {
        "/health",
        "/charge",
        "/whoami",
        "/fees/small",
    }


def test_a_service_that_answers_alike_everywhere_shows_nothing(tmp_path: Path) -> None:
    """It may hide what it serves from whoever has not logged in."""
    with serving() as url:
        evidence = _ask(tmp_path, url)
    assert _facts(evidence).contradictions == []
    assert evidence.answer is Answer.UNKNOWN
    assert evidence.control is not None
    assert evidence.control.state is ControlState.DEAD


def test_of_a_service_that_was_not_started_nothing_is_said(tmp_path: Path) -> None:
    port = 8001
    texts = {path: text.replace("{port}", str(port)) for path, text in FILES.items()}
    look = look_at(tmp_path, _service(port), texts)
    (service,) = services_written_of(look)
    evidence = probe_addresses(
        look, service, Rehearsed(failures={"X.1": StartFailure("SyntaxError")})
    )
    assert evidence.answer is Answer.UNKNOWN
    assert evidence.facts == {}


def test_a_port_is_known_from_the_services_own_files_where_they_name_one(tmp_path: Path) -> None:
    code = f'{CODE}port = int(os.environ.get("PORT", "{{port}}"))\n'
    with serving(*ROUTES) as url:
        start = {"command": ["run", "{port}"]}
        service = service_of(health="/health", start=start)
        files = {"src/app.py": code, "tools/smoke.sh": SMOKE}
        facts = _facts(_ask(tmp_path, url, files, service))
    assert [entry.first.line for entry in facts.contradictions] == [4]
    assert facts.port_place is not None
    assert (facts.port_place.path, facts.port_place.line) == ("src/app.py", 3)


def test_a_port_of_several_is_nobodys(tmp_path: Path) -> None:
    code = f'{CODE}port = os.environ.get("PORT", "{{port}}")\napp.listen(9001)\n'
    with serving(*ROUTES) as url:
        service = service_of(health="/health", start={"command": ["run", "{port}"]})
        facts = _facts(_ask(tmp_path, url, {"src/app.py": code, "tools/smoke.sh": SMOKE}, service))
    assert facts.port is None
    assert facts.not_applicable
