"""What speaks against an approval is shown, and decides P-3 only where a manifest says so."""

from __future__ import annotations

from dataclasses import replace

from atom_release.gate.decision.decide import decide
from atom_release.gate.facts.contradiction import Place
from atom_release.gate.facts.unapproved import UnapprovedFacts, UnapprovedRow
from atom_release.gate.manifest import Manifest
from atom_release.gate.rules import unapproved as rule
from atom_release.gate.rules.ratchet import loosenings
from atom_release.gate.vocabulary import Outcome
from atom_release_tests.fixtures.cases import MANIFEST, all_good, case_of, evidence_for

ROW = UnapprovedRow(
    place=Place(path="data/models.csv", line=2, text="models"),
    record="a record of models",
    why="same-second",
)


def test_a_witness_decides_only_where_the_manifest_lets_it() -> None:
    """What the action does is asked by another leg; what the facts do not show is no answer."""
    kept = MANIFEST.model_dump(mode="json", exclude_defaults=True)
    left_out = {name: why for name, why in MANIFEST.left_out.items() if name != "P-3"}
    fields = {**kept, "left_out": left_out, "documents": ["docs/*.md"]}
    strict = Manifest.model_validate({**fields, "findings": {rule.ROW: "fail"}})
    plain = Manifest.model_validate(fields)

    def outcome(own: Manifest, *, hidden: bool = False) -> Outcome:
        facts = UnapprovedFacts(rows=[ROW, ROW])
        against = [] if hidden else rule.contradictions(facts)
        facts = facts.model_copy(update={"contradictions": against})
        pieces = [
            evidence_for(("safety-mode", "tree")),
            evidence_for(("unapproved", "release"), facts=facts.to_json()),
        ]
        decision = decide(replace(case_of([*all_good(), *pieces]), manifest=own))
        shown = [entry.sentence for entry in decision.contradictions]
        assert hidden or "and 1 more of this file" in shown[0]
        return decision.criterion("P-3").outcome

    assert outcome(plain) is Outcome.PASS
    assert outcome(strict) is Outcome.FAIL
    assert outcome(plain, hidden=True) is Outcome.INCONCLUSIVE
    assert [entry.criterion for entry in loosenings(strict, plain)] == ["P-3"]


def test_that_nothing_speaks_against_an_approval_shows_none() -> None:
    """P-3 passes by what was asked of the action, and by nothing that was only not found."""
    kept = MANIFEST.model_dump(mode="json", exclude_defaults=True)
    left_out = {name: why for name, why in MANIFEST.left_out.items() if name != "P-3"}
    own = Manifest.model_validate({**kept, "left_out": left_out, "documents": ["docs/*.md"]})
    silent = evidence_for(("unapproved", "release"), facts=UnapprovedFacts().to_json())
    none = evidence_for(("safety-mode", "tree"), facts={"not_applicable": "no package"})
    case = replace(case_of([*all_good(), silent, none]), manifest=own)
    result = decide(case).criterion("P-3")
    assert [leg.outcome for leg in result.legs] == [None, None, None]
    assert result.outcome is Outcome.INCONCLUSIVE
