"""What came when, as the page draws it: a tag that is older than its evidence can be seen."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from atom_release.gate.facts.contradiction import Place
from atom_release.gate.facts.order import Event, Lacking, OrderFacts, StandingTag
from atom_release.pages.course import course_of
from atom_release.pages.html import page
from atom_release_tests.fixtures.page_inputs import HOSTILE, decided, page_input

DECIDED = datetime(2026, 11, 20, 12, tzinfo=UTC)


def event(name: str, day: int, kind: str = "evidence") -> Event:
    when = f"2026-01-{day:02}T10:00:00+00:00"
    return Event.model_validate({"kind": kind, "name": name, "commit": "c" * 40, "when": when})


def facts_of(*events: Event, late: str = "") -> OrderFacts:
    cited = Place(path="docs/final.md", line=3, text="x")
    lacking = [Lacking(path=late, cited=cited, after=True)] if late else []
    tag = StandingTag(
        name="v1",
        commit="t" * 40,
        when="2026-01-03T10:00:00+00:00",
        annotated=True,
        evidence=2,
        lacking=lacking,
    )
    return OrderFacts(events=[*events], tags=[tag])


def test_events_stand_in_their_order_and_the_late_ones_say_so() -> None:
    """The first at the beginning, the last before the edge, the decision at it."""
    facts = facts_of(event("b.json", 5), event("a.md", 1, "report"), late="b.json")
    course = course_of(facts, DECIDED)
    assert course is not None
    assert [(mark.name, mark.left) for mark in course.marks] == [
        ("a.md", 0.0),
        ("v1", 46.0),
        ("b.json", 92.0),
        ("decision", 100.0),
    ]
    assert [mark.name for mark in course.late] == ["b.json"]
    assert [mark.name for mark in course.tags] == ["v1"]


def test_what_came_too_late_is_drawn_before_what_did_not() -> None:
    """There is room for some; the table has all."""
    many = [event(f"early-{number}.json", 1) for number in range(60)]
    course = course_of(facts_of(*many, event("late.json", 9), late="late.json"), DECIDED)
    assert course is not None
    drawn = [mark.name for mark in course.drawn]
    assert len(drawn) == 40
    assert {"late.json", "v1", "decision"} <= {*drawn}
    assert course.undrawn == len(course.marks) - 40


def test_the_page_draws_it_with_a_table_beneath() -> None:
    """What others wrote is text there; without a history nothing is drawn."""
    facts = facts_of(event(HOSTILE, 5), event("a.md", 1, "report"), late=HOSTILE)
    plain = page_input(decided())
    shown = page(replace(plain, course=course_of(facts, DECIDED))).decode()
    assert '<svg class="course"' in shown
    assert "1 file that the tag stands on came after it" in shown
    assert "<script>alert" not in shown
    assert "The same as a table, 4 rows" in shown
    assert course_of(OrderFacts(history="shallow"), DECIDED) is None
    assert "What came when" not in page(plain).decode()
