"""What contradicts what, as a pure function; how AC1, the ledger and the ratchet take it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, get_args

import pytest
from pydantic import ValidationError

from atom_release.gate.decision.decide import decide
from atom_release.gate.documents import markdown
from atom_release.gate.facts.claims import ReportFacts
from atom_release.gate.facts.documents import (
    Citation,
    DocumentsFacts,
    ReleaseDocument,
    Statement,
)
from atom_release.gate.facts.evidence import Evidence, NegativeControl
from atom_release.gate.facts.finding_kinds import DECIDED_BY_KIND
from atom_release.gate.manifest import FindingId, Manifest
from atom_release.gate.rules import documents as rule
from atom_release.gate.rules.ratchet import loosenings
from atom_release.gate.vocabulary import FIXED_CRITERIA, Answer, ControlState, Outcome
from atom_release_tests.fixtures.cases import MANIFEST, all_good, case_of, evidence_for

ALIVE = NegativeControl(state=ControlState.ALIVE, changed="an answer", found="a contradiction")


def statement(subject: str, question: str, value: str, row: str = "") -> Statement:
    fields = {"subject": subject, "question": question, "value": value, "row": row}
    return Statement.model_validate({**fields, "line": 7, "text": f"{subject} {value}"})


def document(*statements: Statement, path: str = "docs/a.md", service: str = "") -> ReleaseDocument:
    return ReleaseDocument(path=path, service=service, statements=list(statements))


def evidence(*documents: ReleaseDocument, **fields: Any) -> Evidence:  # noqa: ANN401 - the fields
    facts = DocumentsFacts(documents=[*documents], contradictions=rule.contradictions(documents))
    fields = {"control": ALIVE, "facts": facts.to_json(), **fields}
    return evidence_for(("documents", "release"), fields.pop("answer", Answer.YES), **fields)


def manifest(**fields: object) -> Manifest:
    kept = MANIFEST.model_dump(mode="json", exclude_defaults=True)
    kept["left_out"] = {name: why for name, why in MANIFEST.left_out.items() if name != "AC1"}
    return Manifest.model_validate({**kept, "documents": ["docs/*.md"], **fields})


REPORT = evidence_for(
    ("report", "X.1"), facts=ReportFacts(state="one", paths=("docs/r.md",)).to_json()
)


@pytest.mark.parametrize(
    ("question", "first", "second", "contradicts"),
    [
        ("status", "PASS", "FAIL", True),
        ("status", "PASS", "PASS", False),
        ("status", "PASS", "PARTIAL", False),
        ("status", "PASS", "BLOCKED", False),
        ("status", "FAIL", "SIMULATED", False),
        ("tests", "7/7", "8/8", True),
        ("tests", "7/8", "8/8", True),
        ("tests", "7/7", "7/7", False),
        ("accuracy", "81.8", "82", False),
        ("accuracy", "81.8", "0.818", False),
        ("accuracy", "81.8", "84.0", True),
        ("accuracy", "81.8", "81.7", True),
    ],
)
def test_two_answers_contradict_where_they_cannot_both_be_true(
    question: str, first: str, second: str, *, contradicts: bool
) -> None:
    """And the order in which they are read changes nothing."""
    here = document(statement("C.1", question, first))
    another = document(statement("C.1", question, second), path="docs/b.md")
    for pair in ((here, another), (another, here)):
        assert bool(rule.contradictions(pair)) is contradicts


def test_only_a_report_makes_it_decide_and_reports_alone_are_their_own_affair() -> None:
    """Two rows that something else tells apart do not contradict, the same row does."""
    final = document(statement("C.1", "tests", "9/9"))
    report = document(statement("C.1", "tests", "7/7"), path="docs/r.md", service="C.1")
    other = document(statement("C.1", "tests", "8/8"), path="docs/s.md", service="C.2")
    assert [entry.decides for entry in rule.contradictions([final, report])] == [True]
    assert rule.contradictions([report, other]) == []
    rows = document(
        statement("C.1", "status", "PASS", "a"), statement("C.1", "status", "FAIL", "b")
    )
    assert rule.contradictions([rows]) == []
    same = document(
        statement("C.1", "status", "PASS", "a"), statement("C.1", "status", "FAIL", "a")
    )
    assert [entry.id for entry in rule.contradictions([same])] == [rule.AGAINST_DOCUMENT]


def test_ac1_fails_where_a_document_contradicts_a_report() -> None:
    """Another kind only where the manifest lets it; what the facts do not show is no answer."""
    final = document(statement("C.1", "tests", "9/9"))
    report = document(statement("C.1", "tests", "7/7"), path="docs/r.md", service="C.1")
    other = document(statement("C.1", "tests", "7/7"), path="docs/b.md")

    def outcome(own: Manifest, piece: Evidence) -> Outcome:
        case = replace(case_of([*all_good(), REPORT, piece]), manifest=own)
        return decide(case).criterion("AC1").outcome

    assert outcome(manifest(), evidence(final, report)) is Outcome.FAIL
    assert outcome(manifest(), evidence(other, report)) is Outcome.PASS
    assert outcome(manifest(), evidence(final, other)) is Outcome.PASS
    strict = manifest(findings={"document-against-document": "fail"})
    assert outcome(strict, evidence(final, other)) is Outcome.FAIL
    hidden = DocumentsFacts(documents=[final, report]).to_json()
    assert outcome(manifest(), evidence(facts=hidden)) is Outcome.INCONCLUSIVE
    with pytest.raises(ValidationError):
        manifest(findings={"no-such-kind": "fail"})
    assert {entry.sentence for entry in loosenings(strict, manifest(documents=[]))} == {
        "documents without docs/*.md",
        "findings without document-against-document",
    }
    assert loosenings(manifest(documents=[]), strict) == ()


def test_a_pass_that_the_gate_found_to_fail_is_named() -> None:
    """By the policy's own evidence, in the decision and in its table; a true one is not."""
    claims = document(statement("P-2", "status", "PASS"), statement("P-4", "status", "PASS"))
    pieces = [
        piece.model_copy(update={"answer": Answer.NO, "reason": "a key stands in a file"})
        if piece.leg == ("secrets", "tree")
        else piece
        for piece in all_good()
    ]
    case = replace(case_of([*pieces, evidence(claims)]), manifest=manifest())
    decision = decide(case)
    assert [(entry.id, entry.subject) for entry in decision.contradictions] == [
        (rule.AGAINST_GATE, "P-2")
    ]
    assert "a key stands in a file" in decision.contradictions[0].sentence
    assert "## Contradictions" in markdown.decision_table(decision)
    good = decide(replace(case_of([*all_good(), evidence(claims)]), manifest=manifest()))
    assert good.contradictions == ()
    assert "contradictions" not in good.model_dump(mode="json")


def test_a_passed_row_is_held_against_what_it_cites() -> None:
    """Absent, refuted by its own word, simulated: each in words of its own, none decides."""
    states = {"absent": "does not hold", "refuted": "otherwise itself", "simulated": "simulated"}
    for state, words in states.items():
        cited = Citation.model_validate(
            {"subject": "T5", "path": "p.json", "state": state, "line": 3, "text": "T5 PASS"}
        )
        (entry,) = rule.contradictions([ReleaseDocument(path="a.md", citations=[cited])])
        assert (words in entry.sentence, entry.decides) == (True, False)


def test_every_kind_that_a_manifest_may_name_says_which_criterion_it_decides() -> None:
    """No kind can be let decide that no criterion would read."""
    assert {*get_args(FindingId)} <= DECIDED_BY_KIND.keys()
    assert {*DECIDED_BY_KIND.values()} <= {*FIXED_CRITERIA}
