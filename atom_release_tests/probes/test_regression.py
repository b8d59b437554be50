"""The question `regression`.

What is compared, what it is called by, and when there is nothing to compare with.
"""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from atom_release.errors import ProbeFault
from atom_release.gate.catalogue.leg_specs import LegSpec
from atom_release.gate.facts.evidence import Evidence
from atom_release.gate.manifest import Service
from atom_release.gate.rules import legs
from atom_release.gate.rules.case import Case
from atom_release.gate.vocabulary import Answer, Assurance, ControlState, Outcome
from atom_release.lab.look import Look
from atom_release.probes.regression import Baseline, compare
from atom_release_tests.fixtures.stage import look_at, service_of

ENDPOINT = {"name": "summary", "path": "/summary"}
SERVICE = service_of(endpoints=[ENDPOINT], budget={"regression": {"then": "fail"}})


@pytest.fixture
def look(tmp_path: Path) -> Look:
    return look_at(tmp_path, SERVICE)


def _latency(
    look: Look,
    low: float,
    high: float,
    subject: str = "X.1",
    assurance: Assurance = Assurance.REHEARSED,
) -> Evidence:
    figures = {
        "name": "summary",
        "method": "GET",
        "path": "/summary",
        "requests": 200,
        "errors": 0,
        "p95": low,
        "low": low,
        "high": high,
    }
    facts: dict[str, Any] = {
        "endpoints": [{**figures, "alpha": 0.016, "looks": 1, "closed": {"p50": 1.0}}],
        "noop": {"name": "no-op", "requests": 50, "errors": 0, "p95": 1.0, "low": 0.5, "high": 1.5},
        "machine": {},
        "budget": {"p95": 800.0, "rate": 100.0},
    }
    return look.found("latency", subject, Answer.YES, "fast", facts=facts, assurance=assurance)


def _baseline(*before: Evidence, name: str = "one", service: str = "X.1") -> Baseline:
    summary = json.dumps(
        {"evidence": [evidence.model_dump(mode="json") for evidence in before]}
    ).encode()
    manifest = f"services: [{{id: {service}, name: {name}}}]".encode()
    return Baseline(
        "v0", "c" * 40, "d" * 40, "e" * 64, "PhaseX_PerfSummary.json", "f" * 64, summary, manifest
    )


def _judged(look: Look, service: Service, evidence: Evidence) -> legs.Leg:
    manifest = look.manifest.model_copy(update={"services": (service,)})
    case = Case(manifest, look.tree.commit, look.tree.tree, look.clock(), {"0" * 64: evidence})
    return legs.judge(LegSpec("T5", "regression", service.id), case)


def test_a_service_that_became_slower_fails_and_what_was_compared_is_named(look: Look) -> None:
    evidence = compare(
        look, SERVICE, [_latency(look, 300, 320)], _baseline(_latency(look, 50, 60)), ""
    )
    assert evidence.answer is Answer.NO
    assert evidence.reason.endswith(f"compared with v0 ({'c' * 12})")
    named = evidence.facts["baseline"]
    assert named == {
        "tag": "v0",
        "commit": "c" * 40,
        "judged": "d" * 40,
        "decision": "e" * 64,
        "PhaseX_PerfSummary.json": "f" * 64,
    }
    assert evidence.sources == {"v0:PhaseX_PerfSummary.json": "f" * 64, "v0:decision": "e" * 64}
    assert _judged(look, SERVICE, evidence).outcome is Outcome.FAIL


def test_one_that_did_not_passes_with_a_control_that_was_red(look: Look) -> None:
    evidence = compare(
        look, SERVICE, [_latency(look, 50, 55)], _baseline(_latency(look, 50, 60)), ""
    )
    assert evidence.control is not None
    assert (evidence.answer, evidence.control.state, evidence.control.found) == (
        Answer.YES,
        ControlState.ALIVE,
        "no",
    )
    leg = _judged(look, SERVICE, evidence)
    assert (leg.outcome, leg.reason) == (Outcome.PASS, evidence.reason)


def test_the_gate_works_a_yes_out_again(look: Look) -> None:
    evidence = compare(
        look, SERVICE, [_latency(look, 300, 320)], _baseline(_latency(look, 50, 60)), ""
    ).model_copy(update={"answer": Answer.YES})
    assert _judged(look, SERVICE, evidence).outcome is Outcome.FAIL


def test_a_first_release_has_a_leg_that_is_listed_and_not_counted(look: Look) -> None:
    leg = _judged(
        look, SERVICE, compare(look, SERVICE, [_latency(look, 50, 55)], None, "no tag here")
    )
    assert (leg.outcome, leg.reason) == (None, "no baseline: no tag here")


def test_a_service_is_known_by_its_name_and_a_new_one_has_no_baseline(look: Look) -> None:
    """Another phase gives the same service another id, and its id to another service."""
    moved = compare(
        look,
        SERVICE,
        [_latency(look, 300, 320)],
        _baseline(_latency(look, 50, 60, "W.7"), service="W.7"),
        "",
    )
    assert moved.answer is Answer.NO
    other = compare(
        look,
        SERVICE,
        [_latency(look, 300, 320)],
        _baseline(_latency(look, 50, 60), name="other"),
        "",
    )
    assert other.facts["not_applicable"] == "no baseline: v0 measured no latency of one"


def test_without_a_measurement_nothing_is_shown(look: Look) -> None:
    errored = look.found("latency", "X.1", Answer.UNKNOWN, "ConnectionError", errored=True)
    for measured in ([], [errored]):
        assert (
            compare(look, SERVICE, measured, _baseline(_latency(look, 50, 60)), "").answer
            is Answer.UNKNOWN
        )


def test_the_lower_assurance_of_the_two_counts(look: Look) -> None:
    evidence = compare(
        look,
        SERVICE,
        [_latency(look, 50, 55)],
        _baseline(_latency(look, 50, 60, assurance=Assurance.SIMULATED)),
        "",
    )
    assert evidence.assurance is Assurance.SIMULATED


def test_a_summary_that_cannot_be_read_is_the_probes_fault(look: Look) -> None:
    for content in (b"{", b"[]", b'{"evidence": [1]}'):
        with pytest.raises(ProbeFault, match="cannot be read"):
            compare(look, SERVICE, [], replace(_baseline(), summary=content), "")
