"""A criterion of which no leg applies shows nothing, and says what would let it be asked."""

from __future__ import annotations

from atom_release.gate.catalogue import criteria, remedies
from atom_release.gate.decision import decide, decision
from atom_release.gate.manifest import Manifest
from atom_release.gate.vocabulary import Outcome
from atom_release_tests.fixtures.cases import MANIFEST, case_of, evidence_for

WHY = "the tree holds no workflow package that states a safety mode"


def _p3(**facts: str) -> decision.CriterionResult:
    text = MANIFEST.model_dump(exclude_unset=True)
    for name in ("expected", "left_out"):  # then all is asked
        text.pop(name, None)
    evidence = evidence_for(("safety-mode", "tree"), facts=facts)
    case = case_of([evidence], Manifest.model_validate(text))
    (criterion,) = [
        criterion for criterion in criteria.catalogue(case.manifest) if criterion.id == "P-3"
    ]
    return decide.judge(criterion, case)


def test_execution_safety_without_packages_and_actions_says_what_would_ask_it() -> None:
    result = _p3(not_applicable=WHY)
    assert result.outcome is Outcome.INCONCLUSIVE
    assert f"safety-mode: {WHY}" in result.reason
    assert "Commit the workflow packages with the `safety.mode` that they run in; or" in (
        result.reason
    )


def test_with_a_package_it_is_asked_and_says_nothing_of_the_kind() -> None:
    result = _p3()
    assert result.outcome is Outcome.PASS
    assert "would" not in result.reason
    assert "no leg" not in result.reason


def test_whatever_could_be_asked_there_is_a_way_out() -> None:
    assert remedies.would_ask(["no-such-question"]) == (
        "Leave the criterion out with a reason under `left_out`."
    )
    assert remedies.would_ask(["migrations", "isolation"]).startswith(
        "Name the migrations under `tenancy`; or leave"
    )
