"""The page says what the decision says, asks for nothing from elsewhere.

And shows what others wrote as text.
"""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import replace
from datetime import UTC, datetime
from html.parser import HTMLParser

import pytest

from atom_release.gate.catalogue.lineage import upstreams
from atom_release.gate.vocabulary import Answer
from atom_release.pages.html import Observed, Told, page
from atom_release_tests.fixtures.cases import MANIFEST
from atom_release_tests.fixtures.page_inputs import HOSTILE, decided, page_input


class Read(HTMLParser):
    """All of its elements and all of its text."""

    def __init__(self, text: str) -> None:
        """Read the page."""
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.text = ""
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep it."""
        self.elements.append((tag, dict(attrs)))
        if tag not in {"meta", "img", "br", "input"}:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        """Close what was opened last."""
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        """Keep it."""
        self.text += data


def read(content: Told) -> Read:
    html = Read(page(content).decode())
    assert not html.open
    return html


def test_every_criterion_stands_there_with_outcome_reason_and_remedy() -> None:
    decision = decided(Answer.NO, "it was red", "Make it green.")
    html = read(page_input(decision))
    for result in decision.criteria:
        assert result.id in html.text
        assert result.title in html.text
        assert result.reason in html.text or result.outcome != "PASS"
    assert "it was red" in html.text
    assert "Make it green." in html.text
    assert "RED" in html.text
    assert decision.commit in html.text
    refused = [result for result in decision.criteria if result.outcome != "PASS"]
    assert len(refused) == 1
    assert refused[0].failure in html.text
    opened = [
        attributes
        for tag, attributes in html.elements
        if tag == "details" and "open" in attributes and attributes["class"] == "criterion"
    ]
    assert len(opened) == 1


def test_green_is_another_page() -> None:
    html = read(page_input(decided()))
    assert "GREEN" in html.text
    assert "RED" not in html.text
    assert not [
        attributes
        for tag, attributes in html.elements
        if tag == "details" and "open" in attributes and attributes["class"] == "criterion"
    ]


def test_claims_policies_pictures_and_digests_stand_there() -> None:
    html = read(page_input(decided()))
    assert "r.md:3" in html.text
    assert "2 of 9 lines" in html.text
    assert "d" * 64 in html.text
    assert {"secrets", "metrics", "prometheus"} <= set(re.findall(r"[a-z]+", html.text))
    assert [attributes["alt"] for tag, attributes in html.elements if tag == "img"] == [
        "Latency X 1"
    ]


@pytest.mark.parametrize("place", ["reason", "remedy", "said", "title"])
def test_what_others_wrote_is_text(place: str) -> None:
    words = {"reason": "asked", "remedy": "mend", "said": "PASS", "title": "X", place: HOSTILE}
    html = read(
        page_input(
            decided(Answer.NO, words["reason"], words["remedy"]), words["said"], words["title"]
        )
    )
    assert HOSTILE in html.text
    assert not {"iframe", "link", "object"} & {tag for tag, _ in html.elements}
    assert [attributes for tag, attributes in html.elements if tag == "script"] == [{}]
    assert not [
        attributes
        for _, attributes in html.elements
        if any(name.startswith("on") for name in attributes)
    ]


def test_it_asks_for_nothing_from_elsewhere() -> None:
    html = read(page_input(decided()))
    named = [
        value
        for _, attributes in html.elements
        for name, value in attributes.items()
        if name in {"src", "href", "action", "data"}
    ]
    assert named
    assert all(
        value == "#refuses" or (value and value.startswith("data:image/svg+xml;base64,"))
        for value in named
    )
    style = page(page_input(decided())).decode().partition("<style>")[2].partition("</style>")[0]
    assert "url(" not in style
    assert "@import" not in style
    policies = [
        attributes["content"]
        for tag, attributes in html.elements
        if attributes.get("http-equiv") == "Content-Security-Policy"
    ]
    script = page(page_input(decided())).decode().partition("<script>")[2].partition("</script>")[0]
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    rules = "default-src 'none'; img-src data:; style-src 'unsafe-inline'"
    assert policies == [f"{rules}; script-src 'sha256-{digest}'"]
    assert not re.findall(r"fetch|XMLHttp|import|eval|innerHTML|https?:", script)


def test_the_same_decision_gives_the_same_page() -> None:
    assert page(page_input(decided())) == page(page_input(decided()))


def test_contradictions_come_first_with_both_places_then_what_refuses_then_what_passed() -> None:
    content = page_input(decided(Answer.NO, "it was red", "Make it green."))
    (account,) = content.accounts
    row = account.rows[0].model_copy(update={"evidence": ("e" * 64,)})
    when = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    html = read(
        replace(
            content,
            accounts=[account.model_copy(update={"rows": (row,)})],
            observed={"e" * 64: Observed("suite", "X.1", when)},
            floor=("P-1", "AC5"),
        )
    )
    order = [
        html.text.index(text)
        for text in (
            "P-1, AC5",
            "Claims that the evidence contradicts",
            "r.md:3",
            "suite/X.1, 2026-01-02 03:04:05 UTC",
            "What refuses the release",
            "it was red",
            "What passed",
            "What the reports claim",
        )
    ]
    assert order == sorted(order)


def test_an_explanation_stands_with_what_refuses() -> None:
    html = read(page_input(decided(Answer.NO, "it was red", "Make it green.")))
    refused = html.text.partition("What refuses the release")[2].partition("What passed")[0]
    for label in ("Expected:", "wrong", "where", "next", "how sure", "Make it green."):
        assert label in refused
    passed = html.text.partition("What passed")[2]
    assert "how sure" not in passed


def test_what_stops_the_release_comes_before_its_criteria_one_by_one() -> None:
    text = read(page_input(decided(Answer.NO, "it was red", "Make it green."))).text
    problem, each = text.index("1. FAIL"), text.index("Each criterion that refuses")
    assert text.index("What refuses the release") < problem < each
    assert "Make it green." in text[problem:each]
    assert "Each criterion" not in read(page_input(decided())).text


def test_what_scrolls_can_be_reached_by_keyboard_and_has_a_name() -> None:
    regions = [
        attributes
        for _, attributes in read(page_input(decided())).elements
        if attributes.get("class") == "wide"
    ]
    assert regions
    assert all(region["tabindex"] == "0" and region["aria-label"] for region in regions)


def test_the_timeline_has_each_question_once_in_the_order_of_time() -> None:
    start = datetime(2026, 1, 2, tzinfo=UTC)
    observed = {
        "a": Observed("suite", "X.1", start.replace(minute=2)),
        "b": Observed("secrets", "tree", start),
        "c": Observed("suite", "X.2", start.replace(minute=4)),
    }
    spans = replace(page_input(decided()), observed=observed).timeline
    assert [(span.question, span.pieces, span.left, span.width) for span in spans] == [
        ("secrets", 1, 0.0, 0.0),
        ("suite", 2, 50.0, 50.0),
    ]


def test_the_lineage_stands_there_as_a_picture_and_as_a_table() -> None:
    """Each step with what it stands on and the worst outcome that it shows."""
    decision = decided(Answer.NO)
    content = replace(page_input(decision), lineage=upstreams(MANIFEST))
    html = read(content)
    (drawn,) = [
        base64.b64decode(str(attributes["src"]).partition("base64,")[2]).decode()
        for name, attributes in html.elements
        if name == "img" and "Lineage" in str(attributes["alt"])
    ]
    assert {"policy_check", "service_evidence", "snapshot"} <= set(
        re.findall(r">(\w+)</text>", drawn)
    )
    failing = next(result for result in decision.criteria if result.outcome == "FAIL")
    assert content.worst[failing.asset] == "FAIL"
    assert ">FAIL</text>" in drawn
    assert "shows none" in html.text
    assert "Lineage" not in page(page_input(decision)).decode()
