"""The rows of a decision: every rendering shows the same ones, and none makes its own."""

from __future__ import annotations

import ast
from pathlib import Path

import atom_release
from atom_release.gate.catalogue import remedies
from atom_release.gate.decision.decide import decide
from atom_release.gate.decision.decision import CriterionResult, Decision, LeftOut
from atom_release.gate.documents import markdown
from atom_release.gate.documents.rows import MEND, Kind, Row, rows, rows_of
from atom_release.gate.rules.legs import Leg
from atom_release.gate.vocabulary import Answer, Assurance, ControlState, Outcome
from atom_release_tests.fixtures.cases import all_good, case_of, evidence_for

ROOT = Path(atom_release.__file__).parent
# Who reads the criteria of a decision for something else than to show them.
NO_RENDERING = {
    "gate/documents/rows.py": "makes the rows",
    "gate/documents/diff.py": "compares two decisions",
    "graph/materializing.py": "takes the results of one asset out of a recorded decision",
    "graph/running_task.py": "takes results of one task, which a recorded decision has, and shows none",
    "pages/html.py": "colours the lineage: the worst outcome of each asset, which rows do not name",
}


def _decision_with(**fields: object) -> Decision:
    pieces = [piece for piece in all_good() if piece.question != "health"]
    bad = evidence_for(("health", "X.1"), Answer.NO, reason="it answers 500")
    return decide(case_of([*pieces, bad])).model_copy(update=fields)


def _named(shown: tuple[Row, ...], name: str) -> Row:
    return next(row for row in shown if row.name == name)


def test_every_criterion_is_one_row_then_what_was_left_out_then_the_roll_ups() -> None:
    decision = _decision_with()
    shown = rows(decision)
    names = [result.id for result in decision.criteria]
    assert [row.name for row in shown if row.kind is Kind.ASKED] == names
    left_out = [entry.criterion for entry in decision.left_out]
    assert [row.name for row in shown if row.kind is Kind.LEFT_OUT] == left_out
    assert names
    assert left_out
    assert [row.kind for row in shown] == sorted(
        (row.kind for row in shown), key=[Kind.ASKED, Kind.LEFT_OUT, Kind.ROLL_UP].index
    )
    assert {row.state for row in shown if row.kind is Kind.LEFT_OUT} == {"not asked"}
    assert _named(shown, "AC3").not_asked == ("P-1", "P-3", "P-5", "P-6")
    assert all(row.causes == () for row in shown if row.kind is not Kind.ASKED)


def test_what_the_floor_asks_all_the_same_is_told_apart() -> None:
    below_floor = LeftOut(criterion="P-4", title="a title", reason="no need")
    other = LeftOut(criterion="P-1", title="a title", reason="no data")
    decision = _decision_with(left_out=(below_floor, other))
    below = {row.name: row.below_floor for row in rows(decision) if row.kind is Kind.LEFT_OUT}
    assert below == {"P-4": True, "P-1": False}
    table = markdown.decision_table(decision)
    assert "no need" not in table
    assert "left out: no data" in table


def test_a_cause_has_its_place_and_what_changes_it() -> None:
    """A leg without a remedy of its own says to audit again."""
    row = _named(rows(_decision_with()), "P-4")
    (cause,) = row.causes
    assert (row.outcome, cause.where, cause.outcome) == (Outcome.FAIL, "health/X.1", "FAIL")
    assert cause.reason == "it answers 500"
    assert cause.change == remedies.remedy("health", Outcome.FAIL)
    bare = Leg(question="health", subject="X.1", outcome=Outcome.FAIL, reason="gone")
    result = _decision_with().criterion("P-4").model_copy(update={"legs": (bare,)})
    assert rows_of([result])[0].causes[0].change == MEND


def test_what_ails_a_suite_is_told_before_the_claims_that_rest_on_it() -> None:
    legs = tuple(
        Leg(question=question, subject="X.1", outcome=Outcome.INCONCLUSIVE, reason="not collected")
        for question in ("report", "claims", "suite")
    )
    result = _decision_with().criterion("P-4")
    open_result = result.model_copy(update={"legs": legs, "outcome": Outcome.INCONCLUSIVE})
    places = [cause.where for cause in rows_of([open_result])[0].causes]
    assert places == ["report/X.1", "suite/X.1", "claims/X.1"]


def test_a_passed_criterion_has_no_cause() -> None:
    decision = decide(case_of(all_good()))
    passed = [row for row in rows(decision) if row.outcome is Outcome.PASS]
    assert passed
    assert all(row.causes == () for row in passed)


def test_no_rendering_walks_the_criteria_itself() -> None:
    """Who shows a decision takes its rows: another walk would say something else one day."""
    walkers = {
        path.relative_to(ROOT).as_posix()
        for room in ("gate/documents", "cli", "pages", "graph")
        for path in sorted((ROOT / room).rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Attribute)
        and node.attr == "criteria"
        and "decision" in ast.unparse(node.value)
    }
    templates = {
        path.name
        for path in (ROOT / "pages" / "templates").iterdir()
        if "decision.criteria" in path.read_text()
    }
    assert walkers - NO_RENDERING.keys() == set()
    assert templates == set()


def test_every_state_of_a_control_has_its_words() -> None:
    for control in ControlState:
        leg = Leg(
            question="suite",
            subject="X.1",
            outcome=Outcome.FAIL,
            assurance=Assurance.REHEARSED,
            control=control,
            reason="found",
        )
        (row,) = rows_of([_result(leg)])
        assert row.causes[0].sure.count(";") == 1, control


def _result(leg: Leg) -> CriterionResult:
    return CriterionResult(
        id="X.1",
        title="a title",
        asset="policy_check",
        outcome=leg.outcome or Outcome.INCONCLUSIVE,
        assurance=leg.assurance,
        reason=leg.reason,
        legs=(leg,),
    )


def test_of_two_ways_that_a_remedy_names_the_first_is_recommended() -> None:
    leg = Leg(
        question="claims",
        subject="X.1",
        outcome=Outcome.FAIL,
        reason="it is not so",
        remedy="Correct the claim in the report, or the code that contradicts it.",
    )
    (row,) = rows_of([_result(leg)])
    shown = row.causes[0].description
    assert shown.change == "Correct the claim in the report."
    assert shown.otherwise == "the code that contradicts it."
    command = leg.model_copy(update={"remedy": "git fetch origin x; or git merge FETCH_HEAD"})
    (row,) = rows_of([_result(command)])
    assert row.causes[0].description.change == command.remedy
    assert not row.causes[0].description.otherwise
