"""What the order of commits speaks against, as a pure function, and how AC5 takes it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from atom_release.gate.decision.decide import decide
from atom_release.gate.facts.contradiction import Place
from atom_release.gate.facts.order import Lacking, OrderFacts, StandingTag, StatedDate
from atom_release.gate.manifest import Manifest
from atom_release.gate.rules import order as rule
from atom_release.gate.rules.ratchet import loosenings
from atom_release.gate.vocabulary import Answer, Outcome
from atom_release_tests.fixtures.cases import MANIFEST, all_good, case_of, evidence_for

CITED = Place(path="docs/final.md", line=12, text="| X.1 | PASS | run.json |")


def tag(*, own: bool, after: bool = True) -> OrderFacts:
    lacking = Lacking(
        path="run.json",
        cited=CITED,
        commit="c" * 40,
        added="2026-01-01T13:39:00+00:00",
        after=after,
    )
    standing = StandingTag(
        name="v1",
        commit="b" * 40,
        when="2026-01-01T12:00:00+00:00",
        annotated=False,
        own=own,
        evidence=3,
        lacking=[lacking],
    )
    return OrderFacts(tags=[standing])


def date(stated: str, **fields: object) -> OrderFacts:
    defaults = {
        "place": CITED,
        "stated": stated,
        "commit": "c" * 40,
        "written": "2026-03-01T00:30:00+00:00",
        "authored": "2026-03-01T00:30:00+00:00",
        "before": 40,
        "first": "2026-01-01T00:00:00+00:00",
        "imported": False,
    }
    return OrderFacts(dates=[StatedDate.model_validate({**defaults, **fields})])


@pytest.mark.parametrize(
    ("facts", "kinds"),
    [
        (tag(own=True), [rule.TAG_BEFORE]),
        (tag(own=False, after=False), [rule.TAG_LACKS]),
        (date("2026-03-01"), []),
        (date("2026-03-03"), []),
        (date("2026-03-05"), [rule.DATE_AFTER]),
        (date("2025-12-30"), []),
        (date("2025-12-28"), [rule.DATE_BEFORE]),
        (date("2025-12-28", imported=True), []),
        (date("2025-12-28", before=3, authored="2026-01-01T06:00:00+00:00"), []),
        (date("2026-02-01", subject="a", subject_added="2026-02-08T00:00:00+00:00"), []),
        (
            date("2026-02-01", subject="a", subject_added="2026-02-20T00:00:00+00:00"),
            [rule.DATE_BEFORE_SUBJECT],
        ),
        (date("soon"), []),
    ],
)
def test_only_what_no_clock_and_no_zone_explains_is_named(
    facts: OrderFacts, kinds: list[str]
) -> None:
    """A bare date may be any zone's; work may lie about before it is committed."""
    assert [entry.id for entry in rule.contradictions(facts)] == kinds
    cut = facts.model_copy(update={"history": "the clone is shallow", "tags": []})
    assert rule.contradictions(cut) == []


def test_a_tag_is_told_with_both_places_and_the_time_between() -> None:
    """As a person needs it to see that it is wrong."""
    (entry,) = rule.contradictions(tag(own=True))
    assert "made before 1 of 3 files" in entry.sentence
    assert "docs/final.md:12" in entry.sentence
    assert "99 minutes later" in entry.sentence
    assert "git ls-tree" in entry.show
    assert (entry.decides, entry.criterion) == (True, "AC5")


def test_ac5_fails_where_its_own_tag_lacks_its_evidence() -> None:
    """Another tag only where the manifest lets it; what the facts do not show is no answer."""
    kept = MANIFEST.model_dump(mode="json", exclude_defaults=True)
    left_out = {name: why for name, why in MANIFEST.left_out.items() if name != "AC5"}
    fields = {**kept, "left_out": left_out, "documents": ["docs/*.md"]}
    strict = Manifest.model_validate({**fields, "findings": {rule.TAG_BEFORE: "fail"}})
    plain = Manifest.model_validate(fields)

    def outcome(own: Manifest, facts: OrderFacts, *, hidden: bool = False) -> Outcome:
        seen = [] if hidden else rule.contradictions(facts)
        facts_json = facts.model_copy(update={"contradictions": seen}).to_json()
        pieces = [
            evidence_for(("tag", "repository")),
            evidence_for(("order", "release"), facts=facts_json),
        ]
        case = replace(case_of([*all_good(), *pieces]), manifest=own)
        return decide(case).criterion("AC5").outcome

    assert outcome(plain, tag(own=True)) is Outcome.FAIL
    assert outcome(plain, tag(own=False)) is Outcome.PASS
    assert outcome(plain, OrderFacts()) is Outcome.PASS
    assert outcome(strict, tag(own=False)) is Outcome.FAIL
    assert outcome(plain, tag(own=True), hidden=True) is Outcome.INCONCLUSIVE
    (loosened,) = loosenings(strict, plain)
    assert (loosened.criterion, loosened.sentence) == ("AC5", f"findings without {rule.TAG_BEFORE}")


def test_an_unknown_order_does_not_count() -> None:
    """The leg is there, with its reason, and AC5 is decided without it."""
    facts = OrderFacts(history="shallow", not_applicable="the order is not known: shallow")
    piece = evidence_for(("order", "release"), Answer.YES, facts=facts.to_json())
    kept = MANIFEST.model_dump(mode="json", exclude_defaults=True)
    left_out = {name: why for name, why in MANIFEST.left_out.items() if name != "AC5"}
    own = Manifest.model_validate({**kept, "left_out": left_out, "documents": ["docs/*.md"]})
    case = replace(case_of([*all_good(), evidence_for(("tag", "repository")), piece]), manifest=own)
    result = decide(case).criterion("AC5")
    legs = {leg.question: leg.outcome for leg in result.legs}
    assert legs == {"tag": Outcome.PASS, "order": None}
    assert result.outcome is Outcome.PASS
