"""What Dagster shows of criteria: noted BLOCKED is not failed, and roll-ups have their checks."""

from __future__ import annotations

import dagster as dg
import pytest

from atom_release.gate.catalogue.criteria import expected
from atom_release.gate.decision.decide import judge
from atom_release.gate.decision.decision import CriterionResult
from atom_release.gate.facts.evidence import Evidence
from atom_release.gate.vocabulary import Answer
from atom_release.graph.checks import check_results, rolled_on, rolled_results
from atom_release_tests.fixtures.cases import LEGS, MANIFEST, case_of, evidence_for

KEY = dg.AssetKey("policy_check")
ROLLED = MANIFEST.model_copy(update={"roll_ups": {"AC3": ("P-2", "P-4"), "Whole": ("P-2", "AC5")}})


def results_where(question: str, answer: Answer) -> list[CriterionResult]:
    """Judge every criterion where one question has another answer than yes."""
    evidence: list[Evidence] = [
        evidence_for(leg, answer if leg[0] == question else Answer.YES) for leg in LEGS
    ]
    return [judge(criterion, case_of(evidence)) for criterion in expected(MANIFEST)]


def shown(results: list[CriterionResult]) -> dict[str, dg.AssetCheckResult]:
    """Return every check result by its name, those of roll-ups too."""
    checks = [
        *check_results(KEY, results),
        *rolled_results(KEY, rolled_on(ROLLED, "policy_check"), results),
    ]
    return {str(check.check_name): check for check in checks}


def test_a_noted_blocked_is_not_called_failed_and_says_what_it_is() -> None:
    noted = shown(results_where("prometheus", Answer.ABSENT))["P_4"]
    assert (noted.passed, noted.severity) == (True, dg.AssetCheckSeverity.WARN)
    assert str(noted.description).startswith("BLOCKED: ")
    assert "noted" in str(noted.description)


@pytest.mark.parametrize("answer", [Answer.NO, Answer.UNKNOWN])
def test_what_refuses_is_failed_also_as_a_member_of_a_roll_up(answer: Answer) -> None:
    checks = shown(results_where("health", answer))
    assert not checks["P_4"].passed
    assert not checks["AC3"].passed
    assert checks["AC3"].severity is dg.AssetCheckSeverity.ERROR
    assert "P-4 " in str(checks["AC3"].description)
    assert checks["P_2"].passed


def test_a_roll_up_holds_where_all_its_members_hold() -> None:
    checks = shown(results_where("nothing", Answer.NO))
    assert checks["AC3"].passed
    assert checks["AC3"].metadata.keys() == {"outcome", "P-2", "P-4"}


def test_a_roll_up_with_a_noted_member_says_that_it_refuses_nothing() -> None:
    """It stands as passed beside the word BLOCKED."""
    checks = shown(results_where("prometheus", Answer.ABSENT))
    assert checks["AC3"].passed
    assert str(checks["AC3"].description).endswith("(noted: this refuses nothing)")
    refused = shown(results_where("health", Answer.NO))["AC3"]
    assert "noted" not in str(refused.description)


def test_a_roll_up_stands_where_its_members_stand_and_only_where_all_are_asked() -> None:
    assert rolled_on(MANIFEST, "policy_check") == {}
    assert set(rolled_on(ROLLED, "policy_check")) == {"AC3"}
    assert set(rolled_on(ROLLED, "snapshot")) == {"Whole"}
