"""A service without a report is held to its suite and labelled rows; claims nothing, earns no PASS."""

from __future__ import annotations

from typing import Any

from atom_release.gate.catalogue import criteria, leg_specs
from atom_release.gate.decision import decide, decision
from atom_release.gate.facts.evidence import Evidence, NegativeControl
from atom_release.gate.manifest import Manifest
from atom_release.gate.operator import Operator
from atom_release.gate.rules.manifest_diff import changes_of_unknown_direction
from atom_release.gate.vocabulary import Answer, ControlState, Outcome
from atom_release_tests.fixtures.cases import MANIFEST, case_of, evidence_for

SUITE = {"paths": ["tests"]}


def manifest(**fields: object) -> Manifest:
    text: dict[str, Any] = MANIFEST.model_dump(exclude_unset=True)
    text["services"] = [{"id": "X.1", "name": "one", "source": ["src"], **fields}]
    text["left_out"] = {"AC1": "no report is written"}
    return Manifest.model_validate({**text, "criteria": {}})


def judge(
    asked_manifest: Manifest, criterion: str, *evidence: Evidence
) -> decision.CriterionResult:
    (named,) = [
        known_criterion
        for known_criterion in criteria.catalogue(asked_manifest)
        if known_criterion.id == criterion
    ]
    return decide.judge(named, case_of(list(evidence), asked_manifest))


def suite(state: ControlState, answer: Answer = Answer.YES) -> Evidence:
    control = NegativeControl(state=state, changed="bodies", found="2 failed")
    return evidence_for(("suite", "X.1"), answer, control=control)


def test_a_suite_that_needs_the_code_is_enough_and_nothing_is_said_to_be_claimed() -> None:
    result = judge(manifest(suite=SUITE), "X.1", suite(ControlState.ALIVE))
    assert result.outcome is Outcome.PASS
    assert "nothing is claimed" in result.title
    unasked = {leg.question: leg.reason for leg in result.legs if leg.outcome is None}
    assert "nothing is claimed" in unasked["claims"]
    assert "report" in unasked


def test_neither_report_nor_suite_nor_rows_is_open_and_says_what_would_ask_it() -> None:
    result = judge(manifest(), "X.1")
    assert result.outcome is Outcome.INCONCLUSIVE
    assert "`suite`" in result.reason
    assert "`accuracy`" in result.reason


def test_a_failing_suite_and_a_vacuous_one_still_fail() -> None:
    asked_manifest = manifest(suite=SUITE)
    assert (
        judge(asked_manifest, "X.1", suite(ControlState.ALIVE, Answer.NO)).outcome is Outcome.FAIL
    )
    assert judge(asked_manifest, "X.1", suite(ControlState.VACUOUS)).outcome is Outcome.FAIL


def test_a_suite_whose_control_is_dead_or_that_was_not_run_is_open() -> None:
    asked_manifest = manifest(suite=SUITE)
    assert judge(asked_manifest, "X.1", suite(ControlState.DEAD)).outcome is Outcome.INCONCLUSIVE
    assert judge(asked_manifest, "X.1").outcome is Outcome.INCONCLUSIVE


def test_a_named_report_is_asked_as_before() -> None:
    legs = leg_specs.legs(manifest(report="r.md", suite=SUITE), "X.1")
    assert {leg.question for leg in legs if leg.applies} == {"report", "claims", "suite"}


def test_reports_are_aggregated_only_where_one_is_named() -> None:
    silent, named = manifest(suite=SUITE), manifest(report="r.md", suite=SUITE)
    floor = Operator()
    assert "AC1" not in {criterion.id for criterion in criteria.below_floor(silent, floor)}
    assert "AC1" in {criterion.id for criterion in criteria.below_floor(named, floor)}
    assert judge(silent, "AC1").outcome is Outcome.INCONCLUSIVE


def test_taking_a_report_away_is_a_change_and_a_first_one_is_none() -> None:
    silent, named = manifest(suite=SUITE), manifest(report="r.md", suite=SUITE)
    (change,) = changes_of_unknown_direction(named, silent)
    assert set(change.criteria) == {"AC1", "X.1"}
    assert changes_of_unknown_direction(silent, named) == ()
