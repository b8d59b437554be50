"""The matrix of the policies leaves no cell out, and no leg without a word of what to change."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import pytest

from atom_release.gate.catalogue import criteria, leg_specs, remedies
from atom_release.gate.decision.decide import judge
from atom_release.gate.documents import markdown, matrix
from atom_release.gate.manifest import Manifest
from atom_release.gate.rules.legs import judge as judge_leg
from atom_release.gate.vocabulary import Answer, Outcome
from atom_release.reference.scenarios import manifest_bytes
from atom_release_tests.fixtures.asking import left_out
from atom_release_tests.fixtures.cases import MANIFEST, case_of, evidence_for


@cache
def _reference() -> Manifest:
    from atom_release.source.manifest_file import parse_manifest

    return parse_manifest(manifest_bytes("green"), "release.yaml")


_QUESTIONS = sorted(
    {
        leg.question
        for criterion in criteria.catalogue(_reference())
        for leg in leg_specs.legs(_reference(), criterion.id)
    }
)


@pytest.mark.parametrize("question", _QUESTIONS)
def test_every_leg_that_fails_says_what_to_change(question: str) -> None:
    assert question in remedies._CHANGES
    specs = [
        leg
        for criterion in criteria.catalogue(_reference())
        for leg in leg_specs.legs(_reference(), criterion.id)
        if leg.question == question
    ]
    spec = next((leg for leg in specs if leg.applies), replace(specs[0], applies=True))
    for answer in (Answer.NO, Answer.UNKNOWN, Answer.ABSENT):
        leg = judge_leg(
            spec, case_of([evidence_for((question, spec.subject), answer)], _reference())
        )
        assert leg.outcome is not None
        assert leg.remedy


def test_a_leg_that_was_not_asked_says_what_to_change_and_one_that_passes_says_nothing() -> None:
    spec = leg_specs.legs(MANIFEST, "P-2")[0]
    assert judge_leg(spec, case_of([])).remedy
    assert not judge_leg(spec, case_of([evidence_for((spec.question, spec.subject))])).remedy
    assert not remedies.remedy("secrets", Outcome.PASS)


def test_every_policy_leg_and_service_has_its_cell() -> None:
    manifest = _reference()
    case = case_of([], manifest)
    results = [
        judge(criterion, case)
        for criterion in criteria.expected(manifest)
        if criterion.asset == "policy_check"
    ]
    cells = matrix.cells(manifest, results)
    rows = {(cell.policy, cell.leg) for cell in cells}
    assert {(result.id, leg.question) for result in results for leg in result.legs} == {
        (policy, leg.partition("/")[0]) for policy, leg in rows
    }
    assert {leg for _, leg in rows if "/" in leg} == {
        f"{leg}/{artifact}"
        for leg in ("signature", "tampered-artifact")
        for artifact in ("bundled_model", "trained_models")
    }
    assert len(cells) == len(rows) * len(matrix.columns(manifest))
    assert all(cell.reason for cell in cells)
    lacking = {
        (cell.leg, cell.service): cell.reason
        for cell in cells
        if cell.outcome == matrix.NOT_APPLICABLE
    }
    assert lacking["tokens", "C.1"] == "no endpoint that takes tenant tokens is named"
    assert lacking["secrets", "C.1"] == "asked of the release"
    text = markdown.policy_check("PhaseC v3", results, cells)
    assert (
        "| P-5 | tokens | n/a: asked of each service | n/a: no endpoint that takes tenant tokens is"
        " named |" in text
    )


def test_a_service_without_endpoints_is_said_to_have_none() -> None:
    manifest = MANIFEST.model_copy(update={"left_out": left_out("P-6")})
    results = [judge(criterion, case_of([], manifest)) for criterion in criteria.expected(manifest)]
    (cell,) = [
        cell
        for cell in matrix.cells(manifest, results)
        if (cell.leg, cell.service) == ("latency", "X.1")
    ]
    assert (cell.outcome, cell.reason) == (matrix.NOT_APPLICABLE, "serves no requests")
