# ruff: noqa: ANN401 - what test services take and give is any JSON
"""The question `approval`, put to a real service that activates models as told, or by itself."""

from __future__ import annotations

import threading
import time
from pathlib import Path
from typing import Any

import pytest
from starlette.responses import JSONResponse

from atom_release.errors import ProbeFault
from atom_release.gate.facts.evidence import Evidence
from atom_release.gate.vocabulary import Answer, ControlState
from atom_release.lab.address import StartFailure
from atom_release.probes import approval
from atom_release.probes.approval import by_request
from atom_release_tests.fixtures.stage import Rehearsed, look_at, route, service_of, serving

SERVICE = service_of(
    approval={
        "prepare": [
            {"method": "POST", "path": "/models", "expect": [201], "take": {"model": "/id"}}
        ],
        "state": {"path": "/active"},
        "act": {"method": "POST", "path": "/models/{model}/activate"},
        "approve": {
            "method": "POST",
            "path": "/models/{model}/approve",
            "body": {"by": "a.person", "why": "tested"},
        },
        "record": {"path": "/audit/{model}"},
        "names": ["a.person", "tested"],
    }
)

_QUEUED = 0.3  # seconds until a worker behind a queue does it


@pytest.fixture(autouse=True)
def _soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """What comes later comes sooner here; long enough for the worker."""
    monkeypatch.setattr(by_request, "_LATER", 3 * _QUEUED)


def _probe(folder: Path, **wrong: Any) -> Evidence:
    """Probe a service that is right but for what `wrong` names."""
    state: dict[str, Any] = {"active": None, "approval": None}

    async def activate(_: Any) -> JSONResponse:
        allowed = state["approval"] is not None or wrong.get("automatic")
        if (allowed and not wrong.get("stuck")) or wrong.get("changes_anyway"):
            state["active"] = "m7"
        if not allowed and wrong.get("queued"):
            threading.Timer(_QUEUED, state.update, [{"active": "m7"}]).start()
        says = {} if allowed else wrong.get("says", {})
        return JSONResponse(
            says, wrong.get("alone", 200 if allowed else 403) if state["approval"] is None else 200
        )

    async def approve(request: Any) -> dict[str, str]:
        state["approval"] = await request.json()
        return {}

    async def record(_: Any) -> JSONResponse:
        return JSONResponse(
            {
                "by": (state["approval"] or {}).get("by"),
                "why": "" if wrong.get("unnamed") else "tested",
                "before": "none" if wrong.get("undigested") else "a" * 64,
                "after": "b" * 64,
            }
        )

    async def active(_: Any) -> JSONResponse:
        answer = {"active": state["active"]} | ({"at": time.time()} if wrong.get("clock") else {})
        return JSONResponse(answer, wrong.get("state", 200))

    async def made(_: Any) -> JSONResponse:
        if wrong.get("by itself"):
            state["active"] = "m7"
        return JSONResponse({"id": "m7"}, wrong.get("prepare", 201))

    with serving(
        route("/models", made, "POST"),
        route("/active", active),
        route("/models/m7/activate", activate, "POST"),
        route("/models/m7/approve", approve, "POST"),
        route("/audit/m7", JSONResponse({}, 404) if wrong.get("unrecorded") else record),
    ) as url:
        return approval.probe_approval(look_at(folder, SERVICE), SERVICE, Rehearsed({"X.1": url}))


def test_an_action_that_waits_for_a_person_and_is_recorded_passes(tmp_path: Path) -> None:
    evidence = _probe(tmp_path)
    assert evidence.answer is Answer.YES
    assert (
        evidence.facts["act_without_approval"],
        evidence.facts["act_approved"],
        evidence.facts["digests_in_record"],
    ) == (403, 200, 2)
    assert (
        evidence.facts["state_before_sha256"]
        == evidence.facts["state_after_refusal_sha256"]
        != evidence.facts["state_after_action_sha256"]
    )
    assert evidence.control is not None
    assert evidence.control.state is ControlState.ALIVE


@pytest.mark.parametrize(
    ("wrong", "answer", "why"),
    [
        ({"automatic": True}, Answer.NO, "changed the state"),
        ({"automatic": True, "stuck": True}, Answer.NO, "is accepted (200)"),
        ({"changes_anyway": True}, Answer.NO, "answers 403 and changed the state"),
        ({"queued": True}, Answer.NO, "answers 403 and changed the state within"),
        ({"clock": True}, Answer.UNKNOWN, "changes by itself"),
        ({"clock": True, "queued": True}, Answer.UNKNOWN, "changes by itself"),
        ({"by itself": True}, Answer.NO, "/models changed the state"),
        ({"alone": 500}, Answer.UNKNOWN, "neither a refusal"),
        (
            {"alone": 200, "says": {"code": 403, "message": "not approved"}},
            Answer.UNKNOWN,
            "answers 200 with an error in its body (`code` 403), which is neither",
        ),
        ({"unnamed": True}, Answer.NO, "lacks tested"),
        ({"undigested": True}, Answer.NO, "holds 1 digests"),
        ({"unrecorded": True}, Answer.NO, "left no record"),
        ({"prepare": 500}, Answer.UNKNOWN, "could not prepare"),
    ],
)
def test_each_defect_is_told_apart(
    tmp_path: Path, wrong: dict[str, Any], answer: Answer, why: str
) -> None:
    evidence = _probe(tmp_path, **wrong)
    assert evidence.answer is answer
    assert why in evidence.reason


def test_a_comparison_that_cannot_see_the_change_is_a_dead_control(tmp_path: Path) -> None:
    evidence = _probe(tmp_path, stuck=True)
    assert evidence.control is not None
    assert evidence.control.state is ControlState.DEAD


def test_a_state_that_cannot_be_read_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ProbeFault, match="could not be read"):
        _probe(tmp_path, state=500)


def test_a_service_that_did_not_start_leaves_it_open(tmp_path: Path) -> None:
    assert (
        approval.probe_approval(
            look_at(tmp_path, SERVICE),
            SERVICE,
            Rehearsed(failures={"X.1": StartFailure("it crashed")}),
        ).answer
        is Answer.UNKNOWN
    )
