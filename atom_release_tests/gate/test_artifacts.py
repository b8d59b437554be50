"""What the runs of a command decide about the criterion that its file is evidence for."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from pydantic import ValidationError

from atom_release.gate.decision.decide import decide
from atom_release.gate.facts.artifact import ArtifactFacts, Difference, Making
from atom_release.gate.facts.evidence import Evidence
from atom_release.gate.manifest import Manifest
from atom_release.gate.rules import artifacts as rule
from atom_release.gate.rules.ratchet import loosenings
from atom_release.gate.vocabulary import Answer, Outcome
from atom_release_tests.fixtures.cases import MANIFEST, all_good, case_of, evidence_for

FILE = "evidence/perf.json"
FIRST = Making(part="as it is", status=0, written=True, passes=True)
WITHOUT_CODE = Making(part="without code", status=0, written=True, passes=True, same=True)
WITHOUT_DATA = WITHOUT_CODE.model_copy(update={"part": "without data"})
FAILING = Making(part="without code", status=1, written=False, last_words="no module named fees")


REPORT = evidence_for(("report", "X.1"), facts={"state": "one", "paths": ["r.md"]})


def asking(*criteria: str) -> dict[str, Any]:
    """Return the manifest of the fixtures, in which these criteria are asked too."""
    given = MANIFEST.model_dump(mode="json", exclude_unset=True)
    left_out = given["left_out"].items()
    return {**given, "left_out": {name: why for name, why in left_out if name not in criteria}}


def manifest(*, findings: tuple[str, ...] = (), **rest: object) -> Manifest:
    given = asking("AC1", "AC2")
    artifact = {"file": FILE, "made_by": "python make.py", "evidence_for": ["P-4"], **rest}
    deciding = {"findings": dict.fromkeys(findings, "fail")} if findings else {}
    return Manifest.model_validate({**given, "artifacts": [artifact], **deciding})


def made(*runs: Making, **rest: object) -> Evidence:
    facts = ArtifactFacts.model_validate(
        {
            "file": FILE,
            "command": "python make.py",
            "criteria": ["P-4"],
            "held": True,
            "script": "make.py",
            "runs": runs,
            **rest,
        }
    )
    facts = facts.model_copy(update={"contradictions": rule.findings_of(facts)})
    answer, reason = rule.answer_of(facts)
    return evidence_for(
        ("artifact", FILE),
        answer,
        reason=reason,
        control=rule.control_of(facts),
        facts=facts.to_json(),
    )


def outcome(piece: Evidence, criterion: str = "P-4", own: Manifest | None = None) -> Outcome:
    case = replace(case_of([*all_good(), REPORT, piece]), manifest=own or manifest())
    return decide(case).criterion(criterion).outcome


OUTCOMES = {
    "made of the code": (made(FIRST, FAILING), Outcome.PASS),
    "a constant": (made(FIRST, WITHOUT_CODE, WITHOUT_DATA), Outcome.FAIL),
    "a constant that is not the committed file": (
        made(
            FIRST,
            WITHOUT_CODE,
            WITHOUT_DATA,
            differences=[Difference(place="/a", committed="1", made="2")],
        ),
        Outcome.INCONCLUSIVE,
    ),
    "the same of whatever lies in the tree, as it asks packages": (
        made(FIRST, WITHOUT_CODE, WITHOUT_DATA, asks_outside="import pip"),
        Outcome.PASS,
    ),
    "made by nothing": (made(command=""), Outcome.INCONCLUSIVE),
    "made by what is in no commit": (made(lacking=["make.py"]), Outcome.INCONCLUSIVE),
    "not made": (made(FIRST.model_copy(update={"written": False})), Outcome.INCONCLUSIVE),
    "not there": (made(held=False), Outcome.INCONCLUSIVE),
}


@pytest.mark.parametrize("name", OUTCOMES)
def test_a_file_turns_the_criterion_that_it_is_evidence_for(name: str) -> None:
    piece, expected = OUTCOMES[name]
    assert outcome(piece) is expected
    assert outcome(piece, "AC1") is Outcome.PASS


def test_a_file_that_is_made_shows_no_criterion() -> None:
    """Nothing else asks it: that a file is made by its command is no reason to pass."""
    own = manifest(evidence_for=["AC2"])
    assert outcome(made(FIRST, FAILING), "AC2", own) is Outcome.INCONCLUSIVE


def test_a_file_that_names_no_criterion_turns_those_of_the_rows_that_cite_it() -> None:
    own = manifest(evidence_for=[])
    constant = made(FIRST, WITHOUT_CODE, WITHOUT_DATA)
    assert outcome(constant, "P-4", own) is Outcome.FAIL
    uncited = made(FIRST, WITHOUT_CODE, WITHOUT_DATA, criteria=[])
    assert outcome(uncited, "P-4", own) is Outcome.PASS


def test_a_kind_decides_ac1_where_the_manifest_lets_it() -> None:
    """And what the facts do not show is no answer."""
    piece = made(FIRST, FAILING, differences=[Difference(place="/a", committed="1", made="2")])
    assert outcome(piece, "AC1") is Outcome.PASS
    assert outcome(piece, "AC1", manifest(findings=("artifact-differs",))) is Outcome.FAIL
    hidden = piece.model_copy(update={"facts": {**piece.facts, "contradictions": []}})
    assert outcome(hidden) is Outcome.INCONCLUSIVE


def test_what_a_file_is_no_longer_evidence_for_is_a_loosening() -> None:
    gone = Manifest.model_validate(asking("AC1", "AC2"))
    assert [entry.criterion for entry in loosenings(manifest(), gone)] == ["P-4"]
    assert loosenings(gone, manifest()) == ()
    with pytest.raises(ValidationError, match="not a criterion"):
        manifest(evidence_for=["P-9"])


def test_a_command_is_its_words() -> None:
    """As one line or as a list; what it came to is answered from the runs alone."""
    listed = manifest(made_by=["python", "make all.py"]).artifacts[0].made_by
    assert manifest(made_by="python 'make all.py'").artifacts[0].made_by == listed
    assert rule.answer_of(ArtifactFacts(file=FILE, held=True, command="x"))[0] is Answer.UNKNOWN
