"""A report without evidence earns no PASS; the same report with a suite that needs the code does."""

from __future__ import annotations

import pytest

from atom_release.gate.claims import claim_facts
from atom_release.gate.claims.record import ClaimRecord
from atom_release.gate.claims.service_facts import Known
from atom_release.gate.facts.evidence import Evidence, NegativeControl
from atom_release.gate.manifest import Service
from atom_release.gate.vocabulary import Answer, ControlState
from atom_release_tests.fixtures.cases import evidence_for

SERVICE: dict[str, object] = {"id": "X.1", "name": "one", "source": ["src"], "report": "r.md"}
TESTED: dict[str, object] = {**SERVICE, "suite": {"paths": ["tests"]}}
STATUS: dict[str, object] = {"kind": "status", "value": "PASS", "line": 1, "text": "Status: PASS"}
TESTS: dict[str, object] = {
    "kind": "tests",
    "value": 2,
    "unit": "passed",
    "line": 2,
    "text": "2 passed",
}
SCORE: dict[str, object] = {"kind": "accuracy", "value": 0.99, "line": 3, "text": "Accuracy: 99 %"}
RUN = {"seed": 0, "passed": 2, "failed": 0, "errors": 0, "skipped": 0, "total": 2}


def report(*claims: dict[str, object], unchanged: bool = True) -> Evidence:
    record = ClaimRecord.model_validate({"path": "r.md", "claims": claims})
    facts = {
        "record": record.model_dump(mode="json"),
        "known": Known(report="r.md").model_dump(mode="json"),
        "unchanged": {"code": unchanged, "data": unchanged},
    }
    return evidence_for(("claims", "X.1"), facts=facts)


def suite(state: ControlState = ControlState.ALIVE) -> Evidence:
    control = NegativeControl(state=state, changed="bodies", found="2 failed")
    return evidence_for(("suite", "X.1"), control=control, facts={"runs": [RUN, RUN, RUN]})


def answer(service: dict[str, object], *evidence: Evidence) -> tuple[Answer, str]:
    numbered = {f"{number:064x}": piece for number, piece in enumerate(evidence)}
    return claim_facts.answer(Service.model_validate(service), numbered)


@pytest.mark.parametrize("claims", [(STATUS,), (STATUS, TESTS), (STATUS, SCORE)])
def test_words_alone_are_open_and_what_would_verify_them_is_named(
    claims: tuple[dict[str, object], ...],
) -> None:
    found_answer, reason = answer(SERVICE, report(*claims))
    assert found_answer is Answer.UNKNOWN
    assert "`suite`" in reason or "`accuracy`" in reason


def test_a_suite_that_needs_the_code_bears_the_report() -> None:
    assert answer(TESTED, report(STATUS, TESTS), suite())[0] is Answer.YES


def test_a_suite_with_a_dead_control_bears_nothing() -> None:
    assert answer(TESTED, report(STATUS, TESTS), suite(ControlState.DEAD))[0] is Answer.UNKNOWN


def test_a_suite_bears_no_accuracy() -> None:
    found_answer, reason = answer(TESTED, report(STATUS, SCORE), suite())
    assert (found_answer, "r.md:3" in reason, "`accuracy`" in reason) == (
        Answer.UNKNOWN,
        True,
        True,
    )


def test_a_score_of_other_code_is_history_and_wants_no_probe() -> None:
    assert answer(TESTED, report(STATUS, SCORE, unchanged=False), suite())[0] is Answer.YES
