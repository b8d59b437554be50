"""The page says what the decision says, asks for nothing from elsewhere.

And shows what others wrote as text.
"""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest

from atom_release.gate.claims.ledger import LedgerRow
from atom_release.gate.decision.claims_summary import Account
from atom_release.gate.decision.decide import decide
from atom_release.gate.decision.decision import Decision
from atom_release.gate.documents import matrix
from atom_release.gate.vocabulary import Answer
from atom_release.pages.html import Told, page
from atom_release_tests.fixtures.cases import LEGS, MANIFEST, all_good, case_of, evidence_for

HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(1)>\"'&{{ 7 * 7 }}"
SVG = b"<svg xmlns='http://www.w3.org/2000/svg'/>"


def decided(answer: Answer = Answer.YES, reason: str = "asked", remedy: str = "") -> Decision:
    """Return a decision in which the last leg came to this."""
    last = evidence_for(LEGS[-1], answer, reason=reason, remedy=remedy)
    return decide(case_of([*all_good()[:-1], last]))


def page_input(decision: Decision, status: str = "PASS", title: str = "X Example v1") -> Told:
    row = LedgerRow.model_validate(
        {
            "kind": "status",
            "said": status,
            "found": "FAIL",
            "verdict": "CONTRADICTED",
            "where": "r.md:3",
            "decides": True,
            "reason": "1 of 1 runs",
        }
    )
    policies = [result for result in decision.criteria if result.asset == "policy_check"]
    return Told(
        title=title,
        tag="v1",
        decision=decision,
        accounts=[Account(service="X.1", rows=(row,), findings=(status,), lines=9, unexamined=2)],
        cells=matrix.cells(MANIFEST, policies),
        digests={"PhaseX_Snapshot.json": "d" * 64},
        names={"X.1": "one"},
        pictures={"Latency X 1": SVG},
    )


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
        if tag not in {"meta", "img", "br"}:
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
        assert result.reason in html.text
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
    assert not {"script", "iframe", "link", "object", "form"} & {tag for tag, _ in html.elements}
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
    assert all(value and value.startswith("data:image/svg+xml;base64,") for value in named)
    style = page(page_input(decided())).decode().partition("<style>")[2].partition("</style>")[0]
    assert "url(" not in style
    assert "@import" not in style
    policies = [
        attributes["content"]
        for tag, attributes in html.elements
        if attributes.get("http-equiv") == "Content-Security-Policy"
    ]
    assert policies == ["default-src 'none'; img-src data:; style-src 'unsafe-inline'"]


def test_the_same_decision_gives_the_same_page() -> None:
    assert page(page_input(decided())) == page(page_input(decided()))
