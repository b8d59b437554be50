"""What people are told of a failed leg, made from the facts of its evidence and from no sentence."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from atom_release.gate.documents.described_questions import describe
from atom_release.gate.documents.description import Description, Grounds
from atom_release.gate.facts.evidence import Evidence
from atom_release.gate.manifest import Manifest
from atom_release.gate.rules.legs import Leg
from atom_release.gate.vocabulary import Answer, Assurance, ControlState, Outcome

_SENTENCE = "a sentence that nobody reads back"
_ACT = {"method": "POST", "path": "/activate", "expect": [200]}
_REQUEST = {"path": "/summary", "expect": [200]}
MANIFEST = Manifest.model_validate(
    {
        "release": {"phase": "C", "name": "x", "version": "1", "tag": "v1", "branch": "release"},
        "infrastructure": {"vault": "SHOP_VAULT", "vault_token": "SHOP_TOKEN"},
        "secrets": [{"name": "key", "path": "shop/key", "field": "value"}],
        "services": [
            {
                "id": "C.1",
                "name": "shop",
                "source": ["services/shop"],
                "report": "reports/0C.1_*.md",
                "start": {"command": ["{python}", "server.py"], "directory": "services/shop"},
                "suite": {"paths": ["services/shop/tests"]},
                "health": "/health",
                "metrics": "/metrics",
                "endpoints": [{"name": "board", **_REQUEST}],
                "budget": {"p95": "800ms"},
                "token_audit": {"request": _REQUEST, "secret": "key"},
                "approval": {
                    "prepare": [{"method": "POST", "path": "/train"}],
                    "state": {"path": "/active"},
                    "act": _ACT,
                    "approve": {"method": "POST", "path": "/approve"},
                    "record": {"path": "/record"},
                },
            }
        ],
    }
)


def _described(
    question: str,
    facts: dict[str, Any],
    outcome: Outcome = Outcome.FAIL,
    control: ControlState | None = None,
    lines: dict[tuple[str, str], str] | None = None,
) -> Description:
    subject = "C.1" if question not in {"secrets", "vault"} else "tree"
    evidence = Evidence(
        question=question,
        subject=subject,
        answer=Answer.NO,
        reason=_SENTENCE,
        commit="c" * 40,
        tree="d" * 40,
        observed_at=datetime(2026, 1, 1, tzinfo=UTC),
        assurance=Assurance.REHEARSED,
        facts=facts,
    )
    leg = Leg(
        question=question,
        subject=subject,
        outcome=outcome,
        reason=_SENTENCE,
        remedy="Decode it.",
        control=control,
        evidence=("e",),
    )
    return describe(leg, Grounds(MANIFEST, {"e": evidence}, lines or {}))


def test_a_failing_test_is_named_with_its_line_and_the_command_that_runs_it_alone() -> None:
    failure = {
        "test": "test_a[x y]",
        "place": "services/shop/tests/test_a.py:7",
        "message": "assert 1 == 2",
        "node": "services/shop/tests/test_a.py::test_a[x y]",
        "failed": 3,
        "runs": 1,
    }
    shown = _described("suite", {"runs": [{"passed": 4, "failed": 3}], "failure": failure})
    assert shown.wrong == "the tests of C.1 shop fail: test_a[x y] and 2 more (assert 1 == 2)"
    assert shown.where == "services/shop/tests/test_a.py:7"
    assert shown.command == "python -m pytest 'services/shop/tests/test_a.py::test_a[x y]'"
    assert "services/shop" in shown.change


def test_a_test_that_varies_is_told_by_how_often_it_failed() -> None:
    failure = {"test": "test_a", "place": "a.py:7", "message": "no", "node": "a.py::test_a"}
    shown = _described("suite", {"runs": [{}, {}, {}], "failure": failure})
    assert "test_a failed in 1 of 3 runs" in shown.wrong
    assert not shown.command


def test_tests_that_need_no_code_are_counted_and_named() -> None:
    still = {"still_passing": ["m::test_a", "m::test_b", "m::test_c"]}
    shown = _described("suite", {"control": still}, control=ControlState.VACUOUS)
    assert "3 tests (test_a, test_b and 1 more) passed all the same" in shown.wrong
    assert shown.where == "services/shop/tests"


def _endpoint(**figures: float) -> dict[str, Any]:
    return {
        "load": {"model": "single", "rate": 20},
        "noop": {"requests": 9, "errors": 0, "p95": 1.0},
        "endpoints": [
            {"name": "board", "path": "/summary", "requests": 40, "errors": 0, **figures}
        ],
    }


def test_a_slow_endpoint_is_named_by_its_path_with_both_figures_and_the_load() -> None:
    shown = _described(
        "latency",
        _endpoint(p95=903.2, low=900.0, high=910.0),
        lines={("C.1", "/summary"): "services/shop/server.py:7"},
    )
    assert (
        "GET /summary of C.1 shop is too slow: its p95 is 903 ms and must be below 800 ms"
        in shown.wrong
    )
    assert "board" not in shown.wrong
    assert "one request at a time" in shown.wrong
    assert "services/shop/server.py:7" in shown.where
    assert "services/shop/server.py:7" in shown.change


def test_an_endpoint_that_fails_is_told_by_what_it_answers() -> None:
    shown = _described("latency", _endpoint(errors=30, p95=2.0, low=1.0, high=3.0))
    assert "fails too often: 30 of 40 requests failed" in shown.wrong
    assert "answer other than 200" in shown.change


def test_a_wrong_token_that_is_accepted_is_named_with_its_claim() -> None:
    facts = {
        "cases": {"good token": "accepted", "no tenant": "accepted", "wrong key": "refused"},
        "tenant_claim": "tenant_id",
        "algorithm": "HS256",
    }
    shown = _described("tokens", facts)
    assert "no tenant: expected 401 or 403 (the claim is `tenant_id`)" in shown.wrong
    assert "wrong key" not in shown.wrong
    assert shown.where.startswith("GET /summary of C.1 shop")


def test_an_action_that_happened_by_itself_is_held_against_what_did_it() -> None:
    facts = {
        "state_at_first_sha256": "a",
        "state_before_sha256": "b",
        "act_without_approval": 403,
        "state_after_refusal_sha256": "b",
        "act_approved": 200,
        "state_after_action_sha256": "b",
    }
    shown = _described("approval", facts)
    assert "POST /train alone changed what GET /active answers" in shown.wrong
    assert shown.where.startswith("POST /train of C.1 shop")


def test_an_action_without_approval_is_told_with_what_it_must_answer() -> None:
    facts = {
        "state_at_first_sha256": "a",
        "state_before_sha256": "a",
        "act_without_approval": 200,
        "state_after_refusal_sha256": "b",
    }
    shown = _described("approval", facts)
    assert "POST /activate answered 200 and changed what GET /active answers" in shown.wrong
    assert "expected 401 or 403 or 409" in shown.wrong


def test_an_action_that_a_queue_does_later_is_told_as_that() -> None:
    facts = {
        "state_at_first_sha256": "a",
        "state_before_sha256": "a",
        "act_without_approval": 403,
        "state_after_refusal_sha256": "a",
        "state_later_sha256": "b",
        "state_by_itself_sha256": "b",
    }
    shown = _described("approval", facts)
    assert "answered 403 and changed what GET /active answers a moment later" in shown.wrong


def test_a_service_that_does_not_start_is_told_with_its_log_and_its_command() -> None:
    facts = {
        "ended": "it ended with status 1",
        "log_end": "ImportError: no",
        "command": "python server.py",
        "directory": "services/shop",
    }
    shown = _described("health", facts)
    assert shown.wrong.endswith(
        "does not start: it ended with status 1; its log ends: ImportError: no"
    )
    assert shown.command == "cd services/shop && python server.py"
    silent = _described("health", {**facts, "log_end": ""})
    assert silent.wrong.endswith("it ended with status 1, and it logged nothing")
    assert "its start.command is `python server.py`" in silent.wrong
    assert not silent.command


@pytest.mark.parametrize("path", [".env", "deploy/.env.production"])
def test_a_committed_dotenv_file_is_taken_out_by_one_command(path: str) -> None:
    place = {"path": path, "line": 2, "rule": "dotenv", "what": "it sets X", "fingerprint": ""}
    shown = _described("secrets", {"findings": [place], "counts": {"findings": 1}})
    assert shown.where == f"{path}:2"
    assert shown.then.startswith(f"git rm --cached {path} && printf")


def test_a_secret_in_code_is_an_edit_at_its_line() -> None:
    place = {"path": "app.py", "line": 9, "rule": "x", "what": "a token", "fingerprint": ""}
    shown = _described("secrets", {"findings": [place], "counts": {"findings": 4}})
    assert "(and 3 more)" in shown.wrong
    assert shown.change.startswith("Edit app.py:9: ")
    assert not shown.then


def test_a_missing_report_is_told_with_where_it_would_stand() -> None:
    shown = _described("report", {"state": "absent", "paths": []})
    assert "no file of the commit matches reports/0C.1_*.md" in shown.wrong
    assert shown.change.startswith("Write reports/0C.1_shop.md: its status")
    assert shown.command == "atom-release claims --check reports/0C.1_shop.md"


def test_a_migration_that_fails_is_told_by_its_line_and_what_follows_is_not() -> None:
    failed = {"path": "db/2.sql", "line": 7, "error": "no x", "sqlstate": "42P01", "kind": "failed"}
    facts = {
        "files": 2,
        "not_applied": [failed],
        "missing_extensions": {},
        "missing_from_platform": {},
        "doubts": [],
        "left_out": {},
        "ordered_by": "name",
        "by_psql": [],
        "notes": [],
        "applied_as": "owner",
        "server_version": "15",
        "tables": [],
        "views": [],
    }
    shown = _described("migrations", facts)
    assert shown.where == "db/2.sql:7"
    assert "no x (42P01)" in shown.wrong
    assert "no migration makes" not in shown.wrong
    lacking = _described("migrations", {**facts, "tables": ["public.users"]})
    assert "no migration makes that table (they make public.users)" in lacking.wrong
    assert "the name of a table that is there" in lacking.change


def test_an_absent_system_is_told_by_the_variable_that_names_it() -> None:
    facts = {"how": "live", "kind": "refused", "variable": "SHOP_VAULT"}
    shown = _described("vault", facts, Outcome.BLOCKED)
    assert shown.otherwise.startswith("export SHOP_VAULT=https://HOST:8200")
    assert shown.command == 'curl -fsS "$SHOP_VAULT/v1/sys/health"'
    assert "SHOP_VAULT" in shown.where
    unset = _described("vault", {}, Outcome.BLOCKED)
    assert unset.change == "export SHOP_VAULT=https://HOST:8200"


@pytest.mark.parametrize(
    "question", ["suite", "latency", "tokens", "approval", "secrets", "report"]
)
def test_facts_that_cannot_be_read_leave_the_recorded_sentence(question: str) -> None:
    shown = _described(question, {"of": "another gate"})
    assert shown.wrong == _SENTENCE
    assert shown.change == "Decode it."
