"""Each rule of a leg, from evidence that is good but for one thing."""

from __future__ import annotations

from datetime import timedelta

import pytest
from pydantic import ValidationError

from atom_release.gate.catalogue.leg_specs import LegSpec
from atom_release.gate.facts.evidence import Evidence, NegativeControl
from atom_release.gate.manifest import CriterionPolicy
from atom_release.gate.rules import legs
from atom_release.gate.vocabulary import Answer, Assurance, ControlState, Outcome
from atom_release_tests.fixtures.cases import MANIFEST, NOW, case_of, evidence_for

SPEC = LegSpec("P-4", "health", "X.1")


def control(state: ControlState) -> NegativeControl:
    return NegativeControl(state=state, changed="a path that is not there", found="200")


def outcome_of(*evidence: Evidence) -> Outcome | None:
    return legs.judge(SPEC, case_of(list(evidence))).outcome


@pytest.mark.parametrize(
    ("change", "outcome", "words"),
    [
        ({}, Outcome.PASS, "asked"),
        ({"answer": Answer.NO}, Outcome.FAIL, "asked"),
        ({"answer": Answer.UNKNOWN}, Outcome.INCONCLUSIVE, "asked"),
        ({"answer": Answer.ABSENT}, Outcome.BLOCKED, "asked"),
        ({"errored": True}, Outcome.INCONCLUSIVE, "the probe failed"),
        ({"commit": "c" * 40}, Outcome.INCONCLUSIVE, "another commit"),
        ({"tree": "c" * 40}, Outcome.INCONCLUSIVE, "another commit"),
        ({"observed_at": NOW - timedelta(hours=24, seconds=1)}, Outcome.INCONCLUSIVE, "stale"),
        ({"observed_at": NOW - timedelta(hours=24)}, Outcome.PASS, "asked"),
        ({"observed_at": NOW + timedelta(seconds=1)}, Outcome.INCONCLUSIVE, "after the decision"),
        ({"assurance": Assurance.SIMULATED}, Outcome.INCONCLUSIVE, "only simulated"),
        ({"assurance": Assurance.CLAIMED}, Outcome.INCONCLUSIVE, "only claimed"),
        ({"control": None}, Outcome.INCONCLUSIVE, "no negative control"),
        ({"control": control(ControlState.DEAD)}, Outcome.INCONCLUSIVE, "dead control"),
        ({"control": control(ControlState.WEAK)}, Outcome.INCONCLUSIVE, "weak control"),
        ({"control": control(ControlState.VACUOUS)}, Outcome.FAIL, "vacuous"),
        ({"isolation": ("none", "network:host")}, Outcome.INCONCLUSIVE, "not isolated"),
        ({"isolation": ("allow-list", "own-proc", "network:own")}, Outcome.PASS, "asked"),
        ({"isolation": ("none",), "answer": Answer.NO}, Outcome.FAIL, "asked"),
    ],
)
def test_each_rule(change: dict[str, object], outcome: Outcome, words: str) -> None:
    """One change from good evidence gives exactly this outcome, with a reason that names it."""
    leg = legs.judge(SPEC, case_of([evidence_for(("health", "X.1"), **change)]))  # type: ignore[arg-type]
    assert (leg.outcome, words in leg.reason) == (outcome, True), leg.reason


def test_the_worst_of_several_counts() -> None:
    """A later pass beside a failure of the same leg does not win."""
    assert (
        outcome_of(evidence_for(("health", "X.1")), evidence_for(("health", "X.1"), Answer.NO))
        is Outcome.FAIL
    )


def test_no_evidence_is_inconclusive_and_not_applicable_is_no_outcome() -> None:
    """What was not asked is doubt; what does not apply is listed and not counted."""
    assert outcome_of() is Outcome.INCONCLUSIVE
    spec = LegSpec("P-4", "health", "X.1", applies=False, why_not="no health path")
    assert legs.judge(spec, case_of([])).outcome is None


@pytest.mark.parametrize("assurance", [Assurance.CLAIMED, Assurance.SIMULATED])
def test_no_manifest_can_be_content_with_a_simulation(assurance: Assurance) -> None:
    """What is simulated or claimed never becomes a pass, whatever the release says of itself."""
    with pytest.raises(ValidationError, match="assurance"):
        CriterionPolicy.model_validate({"assurance": assurance})


def test_a_manifest_can_ask_for_live_evidence() -> None:
    """Rehearsed evidence does not satisfy a criterion that asks for live."""
    strict = MANIFEST.model_copy(
        update={"criteria": {"P-4": CriterionPolicy(assurance=Assurance.LIVE)}}
    )
    assert (
        legs.judge(SPEC, case_of([evidence_for(("health", "X.1"))], strict)).outcome
        is Outcome.INCONCLUSIVE
    )
