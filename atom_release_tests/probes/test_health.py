"""The question `health`, put to real servers."""

from __future__ import annotations

import socket
from dataclasses import replace
from pathlib import Path

import pytest
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse

from atom_release.gate.vocabulary import Answer, Assurance, ControlState
from atom_release.lab.address import StartFailure
from atom_release.probes import health
from atom_release_tests.fixtures.stage import Rehearsed, look_at, route, service_of, serving

SERVICE = service_of(health="/health", address="ONE_URL", start={"command": ["run", "{postgres}"]})


def test_a_healthy_service_is_found_so_and_the_control_is_alive(tmp_path: Path) -> None:
    with serving(route("/health", {"status": "ok"})) as url:
        evidence = health.probe_health(look_at(tmp_path, SERVICE), SERVICE, Rehearsed({"X.1": url}))
    assert (evidence.answer, evidence.assurance, evidence.facts["status"]) == (
        Answer.YES,
        Assurance.REHEARSED,
        200,
    )
    assert evidence.control is not None
    assert evidence.control.state is ControlState.ALIVE


@pytest.mark.parametrize(
    "response", [JSONResponse({}, 503), RedirectResponse("/elsewhere")], ids=["503", "redirect"]
)
def test_any_answer_but_2xx_fails(tmp_path: Path, response: JSONResponse) -> None:
    with serving(route("/health", response)) as url:
        evidence = health.probe_health(look_at(tmp_path, SERVICE), SERVICE, Rehearsed({"X.1": url}))
    assert evidence.answer is Answer.NO
    assert str(response.status_code) in evidence.reason


def test_a_service_that_answers_every_path_has_said_nothing(tmp_path: Path) -> None:
    with serving(route("/{any:path}", {"status": "ok"})) as url:
        evidence = health.probe_health(look_at(tmp_path, SERVICE), SERVICE, Rehearsed({"X.1": url}))
    assert evidence.control is not None
    assert evidence.control.state is ControlState.DEAD


def test_a_body_that_says_it_is_unwell_leaves_it_open(tmp_path: Path) -> None:
    """What it lacks may be what a rehearsal does not have."""
    with serving(route("/health", {"status": "down", "redis": "refused"})) as url:
        evidence = health.probe_health(look_at(tmp_path, SERVICE), SERVICE, Rehearsed({"X.1": url}))
    assert evidence.answer is Answer.UNKNOWN
    assert evidence.reason == "GET /health answers 200 with an error in its body (`status` down)"
    assert "503" in evidence.remedy


@pytest.mark.parametrize(
    ("body", "named"),
    [
        ("unhealthy: database connection refused", "`unhealthy: database connection refused`"),
        ("DOWN\n", "`DOWN`"),
        ("cache: ok\ndatabase: down\n", "`database: down`"),
        ("not ready, waiting for migrations", "`not ready, waiting for migrations`"),
        (
            '<html><form action="/login"><input name="p" type="password"></form></html>',
            "a page to sign in",
        ),
        ('"DOWN"', '`"DOWN"`'),
        ('{"healthy": false, "checks": {"db": "timeout"}}', "`healthy` false"),
        ('{"state": "down"}', "`state` down"),
        ("<health><status>DOWN</status></health>", "`status` DOWN"),
        ('{"status": "ok", "database": "down"}', "`database` down"),
        ('{"status": "UP", "components": {"db": {"status": "DOWN"}}}', "`db` DOWN"),
        ('{"status": "ok", "db_connected": false}', "`db_connected` false"),
        ('{"ok": true, "checks": [{"name": "postgres", "status": "fail"}]}', "`postgres` fail"),
        ('{"status": "pass", "checks": {"mongodb": [{"status": "fail"}]}}', "`mongodb` fail"),
    ],
)
def test_a_text_that_says_it_is_unwell_leaves_it_open(
    tmp_path: Path, body: str, named: str
) -> None:
    with serving(route("/health", PlainTextResponse(body))) as url:
        evidence = health.probe_health(look_at(tmp_path, SERVICE), SERVICE, Rehearsed({"X.1": url}))
    assert evidence.answer is Answer.UNKNOWN
    assert evidence.reason == f"GET /health answers 200 with {named}"


@pytest.mark.parametrize(
    "body",
    [
        "OK",
        "healthy\nlast failure: never",
        "failed: 0\nerrors: 0\nerror: none\ndown: 0 of 3",
        "downtime: 0s, fail-over ready",
        "api: ok\nunhealthy hosts: 0\nerror rate: 0.2 %",
        '"OK"',
        '{"healthy": true, "ready": true, "history": [{"state": "down"}]}',
        "<health><status>UP</status><downtime>0</downtime></health>",
        '{"status": "ok", "database": "up", "redis": "down"}',
        '{"status": "UP", "components": {"db": {"status": "UP", "details": {"errors": 0}}}}',
        '{"status": "ok", "database": {"replica_lag": 0, "failed": 0}, "checks": []}',
        '{"status": "ok", "history": [{"name": "db", "status": "down"}]}',
        '{"status": "ok", "database": "orders", "db": null}',
        "<html><body>All systems up. No error.</body></html>",
        "",
    ],
)
def test_a_text_in_which_such_words_say_otherwise_is_well(tmp_path: Path, body: str) -> None:
    with serving(route("/health", PlainTextResponse(body))) as url:
        evidence = health.probe_health(look_at(tmp_path, SERVICE), SERVICE, Rehearsed({"X.1": url}))
    assert evidence.answer is Answer.YES, evidence.reason


def test_a_service_that_did_not_start_fails_with_its_reason(tmp_path: Path) -> None:
    evidence = health.probe_health(
        look_at(tmp_path, SERVICE),
        SERVICE,
        Rehearsed(failures={"X.1": StartFailure("SyntaxError in main.py")}),
    )
    assert evidence.answer is Answer.NO
    assert "SyntaxError in main.py" in evidence.reason


def test_what_it_needs_is_absent_so_it_is_too(tmp_path: Path) -> None:
    evidence = health.probe_health(
        look_at(tmp_path, SERVICE),
        SERVICE,
        Rehearsed(
            lacks={"X.1": StartFailure("postgres")}, absent={"postgres": "no server binaries"}
        ),
    )
    assert evidence.answer is Answer.ABSENT
    assert "no server binaries" in evidence.reason


def test_a_missing_module_that_is_not_the_releases_own_accuses_nobody(tmp_path: Path) -> None:
    evidence = health.probe_health(
        look_at(tmp_path, SERVICE),
        SERVICE,
        Rehearsed(lacks={"X.1": StartFailure("module sklearn is not installed")}),
    )
    assert evidence.answer is Answer.UNKNOWN
    assert "sklearn" in evidence.reason


def test_a_service_that_needs_one_that_did_not_start_is_not_accused(tmp_path: Path) -> None:
    """It may well be unwell for that very reason.

    Where all that it needs is there, the same answer is its own.
    """
    needy = service_of(
        health="/health", start={"command": ["run"], "environment": {"OTHER": "{url:X.2}"}}
    )
    with serving(route("/health", JSONResponse({}, 503))) as url:
        evidence = health.probe_health(
            look_at(tmp_path, needy),
            needy,
            Rehearsed({"X.1": url}, failures={"X.2": StartFailure("it crashed")}),
        )
        accused = health.probe_health(
            look_at(tmp_path, needy), needy, Rehearsed({"X.1": url, "X.2": url})
        )
    assert evidence.answer is Answer.UNKNOWN
    assert "needs X.2, which did not start" in evidence.reason
    assert accused.answer is Answer.NO


def test_a_rehearsed_service_that_is_gone_fails(tmp_path: Path) -> None:
    assert (
        health.probe_health(look_at(tmp_path, SERVICE), SERVICE, Rehearsed({"X.1": _dead()})).answer
        is Answer.NO
    )


@pytest.mark.parametrize(
    ("status", "answer"),
    [(200, Answer.YES), (500, Answer.UNKNOWN), (401, Answer.UNKNOWN), (404, Answer.NO)],
)
def test_a_live_address_is_asked_instead(tmp_path: Path, status: int, answer: Answer) -> None:
    with serving(route("/health", JSONResponse({}, status))) as url:
        look = look_at(tmp_path, SERVICE, environment={"ONE_URL": url})
        evidence = health.probe_health(
            look, SERVICE, Rehearsed(failures={"X.1": StartFailure("must not matter")})
        )
    assert (evidence.answer, evidence.assurance) == (answer, Assurance.LIVE)


def test_a_live_address_that_refuses_is_absent_and_no_rehearsal_replaces_it(tmp_path: Path) -> None:
    with serving(route("/health", {})) as url:
        evidence = health.probe_health(
            look_at(tmp_path, SERVICE, environment={"ONE_URL": _dead()}),
            SERVICE,
            Rehearsed({"X.1": url}),
        )
    assert (evidence.answer, evidence.assurance) == (Answer.ABSENT, Assurance.LIVE)


def _dead() -> str:
    """An address where nobody listens."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{taken.getsockname()[1]}"


def test_a_path_that_a_draft_made_up_accuses_nobody(tmp_path: Path) -> None:
    look = look_at(tmp_path, SERVICE)
    with serving(route("/other", {"status": "ok"})) as url:
        rehearsed = Rehearsed({"X.1": url})
        drafted = health.probe_health(replace(look, external=True), SERVICE, rehearsed)
        own = health.probe_health(look, SERVICE, rehearsed)
    assert (drafted.answer, own.answer) == (Answer.UNKNOWN, Answer.NO)
