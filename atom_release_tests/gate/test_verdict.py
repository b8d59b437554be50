"""What a person may write for a verdict, and how a value of a document compares."""

from __future__ import annotations

import pytest

from atom_release.gate.manifest.verdict import NoVerdict, Verdict, parse_verdict


def test_the_three_words_and_a_comparison_are_verdicts() -> None:
    """A pointer is of RFC 6901; what it is compared with is JSON."""
    assert parse_verdict("exit") == Verdict("exit")
    assert parse_verdict("sarif") == Verdict("sarif")
    assert parse_verdict("/a/b >= 80.5") == Verdict("json", "/a/b", ">=", 80.5)
    assert parse_verdict('/a == "two words"') == Verdict("json", "/a", "==", "two words")


@pytest.mark.parametrize(
    "text", ["", "exit status", "a >= 1", "/a ~ 1", "/a == word", "/a >= true", "/a >= [1]", "/a >"]
)
def test_what_cannot_be_read_or_ordered_is_no_verdict(text: str) -> None:
    """It is told when it is written, not when it is asked."""
    with pytest.raises(NoVerdict):
        parse_verdict(text)


@pytest.mark.parametrize(
    ("text", "document", "holds"),
    [
        ("/a/1 == 2", {"a": [1, 2]}, True),
        ("/a/1 == 2.0", {"a": [1, 2]}, True),
        ("/x~1y~0 < 3", {"x/y~": 3}, False),
        ("/a == true", {"a": 1}, False),
        ("/a != true", {"a": 1}, True),
        ("/a == []", {"a": []}, True),
        ("/a == null", {"a": None}, True),
        ('/a <= "2026"', {"a": "2025"}, True),
    ],
)
def test_a_value_compares_with_its_own_kind(text: str, document: object, holds: object) -> None:
    """One is not true, and a text is ordered with a text."""
    assert parse_verdict(text).holds(document)[0] is holds


@pytest.mark.parametrize(
    ("text", "document"),
    [
        ("/a/b == 1", {"a": 1}),
        ("/a/2 == 1", {"a": [1, 2]}),
        ("/a >= 1", {"a": "1"}),
        ("/a >= 1", {"a": True}),
    ],
)
def test_a_value_that_is_not_there_or_has_no_order_is_no_answer(
    text: str, document: object
) -> None:
    """Neither yes nor no is made of it."""
    with pytest.raises(NoVerdict):
        parse_verdict(text).holds(document)
