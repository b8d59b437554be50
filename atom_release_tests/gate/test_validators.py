"""What a release's own validator is worth to T5 and P-6, which its word is evidence for."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from atom_release.gate.decision.decide import decide
from atom_release.gate.facts.evidence import Evidence
from atom_release.gate.facts.validator import Asked, Server, ValidatorFacts
from atom_release.gate.manifest import Manifest
from atom_release.gate.rules import validators as rule
from atom_release.gate.vocabulary import Answer, Outcome
from atom_release_tests.fixtures.cases import MANIFEST, all_good, case_of, evidence_for

NAME = "gateway"
BOTH = ("T5", "P-6")
SERVERS: tuple[Server, ...] = ("well", "404", "dead", "slow")
LATENCY: dict[str, Any] = {
    "load": {"model": "single", "rate": 20.0},
    "noop": {"requests": 50, "errors": 0, "p95": 2.0, "high": 3.0},
    "endpoints": [
        {
            "name": "predict",
            "requests": 200,
            "errors": 0,
            "p95": 12.0,
            "low": 11.0,
            "high": 13.0,
            "alpha": 0.01,
            "looks": 1,
        }
    ],
}
MEASURED = (
    evidence_for(("latency", "X.1"), facts=LATENCY),
    evidence_for(("regression", "X.1"), facts={"not_applicable": "there is no release before"}),
    evidence_for(("report", "X.1"), facts={"state": "one", "paths": ["r.md"]}),
)


def _manifest(*criteria: str, **findings: str) -> Manifest:
    given = MANIFEST.model_dump(mode="json", exclude_unset=True)
    asked_too = {"AC1", *BOTH}
    left_out = {name: why for name, why in given["left_out"].items() if name not in asked_too}
    (service,) = given["services"]
    endpoint = {"name": "predict", "path": "/predict"}
    validator = {"name": NAME, "run": "python v.py {url}", "evidence_for": list(criteria)}
    return Manifest.model_validate(
        {
            **given,
            "left_out": left_out,
            "services": [{**service, "endpoints": [endpoint]}],
            "validators": [validator],
            "findings": {name.replace("_", "-"): value for name, value in findings.items()},
        }
    )


def _validated(
    *passed: Server, lacking: str = "", criteria: tuple[str, ...] = BOTH, **rest: object
) -> Evidence:
    """Return the evidence of a validator that passes these servers."""
    facts = ValidatorFacts(
        name=NAME,
        command="python v.py URL",
        script="v.py",
        lacking=[lacking] if lacking else [],
        criteria=list(criteria),
        slow_ms=1200,
        runs=[Asked(server=server, passed=server in passed, status=0) for server in SERVERS],
    )
    facts = facts.model_copy(update={"contradictions": rule.findings_of(facts), **rest})
    answer, reason = rule.answer_of(facts)
    return evidence_for(("validator", NAME), answer, reason=reason, facts=facts.to_json())


def _outcomes(piece: Evidence, manifest: Manifest) -> dict[str, Outcome]:
    decision = decide(replace(case_of([*all_good(), *MEASURED, piece]), manifest=manifest))
    return {name: decision.criterion(name).outcome for name in ("AC1", *BOTH)}


PASSES: dict[str, tuple[Server, ...]] = {
    "a fast 404": ("well", "404"),
    "a dead server": ("well", "dead"),
    "a slow server": ("well", "slow"),
    "whatever there is": SERVERS,
}


@pytest.mark.parametrize("name", PASSES)
def test_what_one_passed_that_cannot_refuse_shows_neither_t5_nor_p6(name: str) -> None:
    """The gate's own measurement is well; the release's own evidence still shows nothing."""
    outcomes = _outcomes(_validated(*PASSES[name]), _manifest(*BOTH))
    assert outcomes == {
        "AC1": Outcome.PASS,
        "T5": Outcome.INCONCLUSIVE,
        "P-6": Outcome.INCONCLUSIVE,
    }


@pytest.mark.parametrize("passed", [("well",), ()], ids=["all that are not well", "every server"])
def test_one_that_refuses_leaves_both_to_what_was_measured(passed: tuple[Server, ...]) -> None:
    """A no is not wrong: also one that refuses the server that is well is silent."""
    outcomes = _outcomes(_validated(*passed), _manifest(*BOTH))
    assert set(outcomes.values()) == {Outcome.PASS}


def test_a_late_answer_is_refused_by_who_is_evidence_for_latency() -> None:
    """One that looks at health alone need not; it still has to refuse a 404."""
    manifest = _manifest("P-4")
    health = _validated("well", "slow", criteria=("P-4",))
    assert (health.answer, health.facts["contradictions"]) == (Answer.YES, [])
    decision = decide(replace(case_of([*all_good(), *MEASURED, health]), manifest=manifest))
    assert decision.criterion("P-4").outcome is Outcome.PASS
    assert _validated("well", "404", criteria=("P-4",)).answer is Answer.UNKNOWN


def test_one_that_refuses_the_server_that_is_well_is_said_to() -> None:
    assert "nor the one that is" in _validated().reason
    assert "nor the one that is" not in _validated("well").reason


def test_it_never_shows_what_was_not_measured() -> None:
    """That it can refuse is no latency: without a measurement both stay open."""
    case = case_of([*all_good(), *MEASURED[1:], _validated("well")])
    decision = decide(replace(case, manifest=_manifest(*BOTH)))
    assert {decision.criterion(name).outcome for name in BOTH} == {Outcome.INCONCLUSIVE}


def test_only_what_it_is_evidence_for_is_turned() -> None:
    outcomes = _outcomes(_validated("well", "404"), _manifest("T5"))
    assert (outcomes["T5"], outcomes["P-6"]) == (Outcome.INCONCLUSIVE, Outcome.PASS)


@pytest.mark.parametrize(
    "piece",
    [
        _validated(lacking="v.py"),
        _validated("well", "404", contradictions=[]),
        evidence_for(("validator", NAME), facts={"name": NAME}),
        evidence_for(("validator", NAME), Answer.UNKNOWN, reason="no network could be made"),
    ],
    ids=["its script is absent", "its finding was taken out", "unreadable", "not run"],
)
def test_what_is_not_known_of_it_is_no_pass(piece: Evidence) -> None:
    outcomes = _outcomes(piece, _manifest(*BOTH))
    assert {outcomes[name] for name in BOTH} == {Outcome.INCONCLUSIVE}


def test_a_manifest_that_lets_the_finding_decide_has_it_as_a_failure() -> None:
    """Of AC1, and of what the validator is evidence for; its twin that refuses fails nothing."""
    manifest = _manifest(*BOTH, validator_cannot_refuse="fail")
    assert set(_outcomes(_validated("well", "404"), manifest).values()) == {Outcome.FAIL}
    assert set(_outcomes(_validated("well"), manifest).values()) == {Outcome.PASS}


def test_a_doubt_of_the_gates_own_is_no_failure_where_findings_decide() -> None:
    """Without a run there is no finding, whatever the manifest lets decide."""
    manifest = _manifest(*BOTH, validator_cannot_refuse="fail")
    piece = evidence_for(("validator", NAME), Answer.UNKNOWN, reason="no network could be made")
    assert set(_outcomes(piece, manifest).values()) == {Outcome.INCONCLUSIVE}
