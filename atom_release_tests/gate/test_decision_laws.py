"""The laws of the decision, on arbitrary evidence.

Total, independent of order, monotone, and never GREEN from nothing.
"""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from atom_release.gate.catalogue import criteria
from atom_release.gate.decision.decide import decide
from atom_release.gate.facts.evidence import Evidence
from atom_release.gate.manifest import CriterionPolicy
from atom_release.gate.vocabulary import (
    Answer,
    BlockedPolicy,
    Outcome,
    Verdict,
)
from atom_release_tests.fixtures.arbitrary import BADNESS, bodies, some_evidence
from atom_release_tests.fixtures.asking import left_out
from atom_release_tests.fixtures.cases import (
    LEGS,
    MANIFEST,
    all_good,
    case_of,
    evidence_for,
)


def test_complete_good_evidence_is_green() -> None:
    """The positive control of every law below: GREEN can be reached."""
    assert decide(case_of(all_good())).verdict is Verdict.GREEN


@given(bodies)
def test_total(evidence: list[Evidence]) -> None:
    """Whatever the evidence, there is a verdict and an outcome for each expected criterion."""
    decision = decide(case_of(evidence))
    assert [result.id for result in decision.criteria] == [
        criterion.id for criterion in criteria.expected(MANIFEST)
    ]


@given(bodies, st.randoms())
def test_order_does_not_matter(evidence: list[Evidence], random: object) -> None:
    """The evidence is a set."""
    case = case_of(evidence)
    items = list(case.evidence.items())
    random.shuffle(items)  # type: ignore[attr-defined]
    assert decide(replace(case, evidence=dict(items))) == decide(case)


@given(st.sets(st.integers(0, len(LEGS) - 1), min_size=1), bodies)
def test_removing_good_evidence_never_improves(removed: set[int], more: list[Evidence]) -> None:
    """Less good evidence is never better, whatever else is there."""
    good = all_good()
    fewer = [evidence for index, evidence in enumerate(good) if index not in removed]
    assert (
        BADNESS[decide(case_of(fewer + more)).verdict]
        >= BADNESS[decide(case_of(good + more)).verdict]
    )


@given(some_evidence, bodies)
@settings(max_examples=200)
def test_adding_evidence_never_improves_what_was_answered(
    added: Evidence, more: list[Evidence]
) -> None:
    """Evidence beside evidence on the same leg never improves it.

    There is no retry until green inside one case.
    """
    before = all_good() + more
    assert (
        BADNESS[decide(case_of([*before, added])).verdict]
        >= BADNESS[decide(case_of(before)).verdict]
    )


@given(st.sampled_from(LEGS), bodies)
def test_fail_replaced_by_blocked_is_never_green_unless_noted(
    leg: tuple[str, str], more: list[Evidence]
) -> None:
    """Absence cannot launder a failure.

    Only an observing system of a criterion that notes it can be absent in a GREEN.
    """
    rest = [evidence for evidence in all_good() if evidence.leg != leg] + [
        evidence for evidence in more if evidence.leg != leg
    ]
    observing = leg in {("prometheus", "prometheus"), ("forge", "forge")}
    assert decide(case_of([*rest, evidence_for(leg, Answer.NO)])).verdict is Verdict.RED
    if not observing:
        assert (
            decide(case_of([*rest, evidence_for(leg, Answer.ABSENT)])).verdict is not Verdict.GREEN
        )


def test_noted_absence_is_green_and_refused_absence_is_blocked() -> None:
    """The same absence is noted or refuses, as the manifest says."""
    evidence = [
        evidence for evidence in all_good() if evidence.leg != ("prometheus", "prometheus")
    ] + [evidence_for(("prometheus", "prometheus"), Answer.ABSENT)]
    noted = decide(case_of(evidence))
    assert (noted.verdict, noted.criterion("P-4").outcome, noted.criterion("P-4").noted) == (
        Verdict.GREEN,
        Outcome.BLOCKED,
        True,
    )
    refusing = MANIFEST.model_copy(
        update={"criteria": {"P-4": CriterionPolicy(blocked=BlockedPolicy.REFUSE)}}
    )
    assert decide(case_of(evidence, refusing)).verdict is Verdict.BLOCKED


def test_noted_absence_with_nothing_decided_refuses() -> None:
    """A criterion of which nothing at all was asked successfully cannot be noted away."""
    p4 = [leg for leg in LEGS if leg[0] in {"health", "metrics", "prometheus"}]
    evidence = [evidence for evidence in all_good() if evidence.leg not in p4] + [
        evidence_for(leg, Answer.ABSENT) for leg in p4
    ]
    assert decide(case_of(evidence)).verdict is Verdict.BLOCKED


def test_a_roll_up_is_the_worst_of_its_members() -> None:
    """Good where all are, and as bad as the worst."""
    decision = decide(case_of(all_good()))
    first, *rest = (result.id for result in decision.criteria)
    assert decision.roll_up("A", [first, *rest]).outcome is Outcome.PASS
    failed = decision.model_copy(
        update={
            "criteria": (
                decision.criteria[0].model_copy(update={"outcome": Outcome.FAIL}),
                *decision.criteria[1:],
            )
        }
    )
    both = failed.roll_up("A", [first, *rest]).outcome, failed.roll_up("A", rest).outcome
    assert both == (Outcome.FAIL, Outcome.PASS)


def test_a_roll_up_with_a_member_that_was_not_asked_is_not_asked() -> None:
    """Part of a conjunction is no conjunction; and what is not asked refuses nothing."""
    decision = decide(case_of(all_good()))
    ids = [result.id for result in decision.criteria]
    rolled = decision.roll_up("A", [*ids, "P-5"])
    assert (rolled.outcome, rolled.not_asked) == (None, ["P-5"])
    assert decision.verdict is Verdict.GREEN
    ac3 = next(roll_up for roll_up in decision.rolled if roll_up.name == "AC3")
    assert (ac3.outcome, ac3.not_asked) == (None, ["P-1", "P-3", "P-5", "P-6"])


def test_empty_conjunctions_are_refused() -> None:
    """No expected criterion, no leg, no evidence: each is a refusal."""
    nothing = MANIFEST.model_copy(update={"left_out": left_out()})
    assert decide(case_of(all_good(), nothing)).verdict is Verdict.RED
    assert decide(case_of([])).verdict is Verdict.RED
    no_integration = MANIFEST.model_copy(update={"left_out": left_out("AC2")})
    assert (
        decide(case_of(all_good(), no_integration)).criterion("AC2").outcome is Outcome.INCONCLUSIVE
    )
