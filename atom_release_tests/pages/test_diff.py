"""Two decisions on one page: what got worse comes first, and what others wrote is text."""

from __future__ import annotations

import re

from atom_release.gate.decision.decide import decide
from atom_release.gate.decision.decision import Decision
from atom_release.gate.vocabulary import Answer
from atom_release.pages.diff import Compared, diff_page
from atom_release.pages.html import page_script, policy_digest
from atom_release_tests.fixtures.cases import LEGS, all_good, case_of, evidence_for

HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(1)>\"'&{{ 7 * 7 }}"


def decided(answer: Answer = Answer.YES, reason: str = "asked") -> Decision:
    last = evidence_for(LEGS[-1], answer, reason=reason)
    return decide(case_of([*all_good()[:-1], last]))


def page_of(before: Decision, after: Decision, *, verified: bool = True) -> str:
    places = ("before.zip", "after.zip")
    return diff_page(Compared(before, after, places, verified=verified)).decode()


def test_what_got_worse_is_told_with_both_reasons() -> None:
    html = page_of(decided(), decided(Answer.NO, "it does not answer"))
    (row,) = re.findall(r'<tr data-state="([^"]+)">', html)
    assert row == "worse"
    assert "it does not answer" in html
    assert "<title>GREEN to RED" in html
    assert "verified with the key" in html
    back = page_of(decided(Answer.NO, "it does not answer"), decided(), verified=False)
    assert re.findall(r'<tr data-state="([^"]+)">', back) == ["better"]
    assert "no key was given" in back


def test_two_equal_decisions_differ_in_nothing() -> None:
    html = page_of(decided(), decided())
    assert "Nothing differs" in html
    assert "<tr data-state" not in html


def test_a_criterion_that_one_of_them_lacks_is_told() -> None:
    whole = decided()
    less = whole.model_copy(update={"criteria": whole.criteria[1:]})
    assert 'data-state="not asked now"' in page_of(whole, less)
    assert 'data-state="asked now"' in page_of(less, whole)


def test_it_asks_for_nothing_and_what_others_wrote_is_text() -> None:
    html = page_of(decided(), decided(Answer.NO, HOSTILE))
    assert "<script>alert" not in html
    assert "onerror=alert(1)&gt;" in html
    assert not re.findall(r'(?:src|href)="(?!#|data:)[^"]*"', html)
    assert "url(" not in html
    assert policy_digest(page_script()) in html.replace("&#43;", "+")
