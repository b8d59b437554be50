"""Lines that look like claims and were not read, for a person to look at.

A name that the lexicon has for a claim, a count beside a word for tests, a share or a time beside a
word for a score or a latency. Looked for only where somebody asks: it decides nothing.
"""

from __future__ import annotations

import re
from collections.abc import Collection

from atom_release.reader.facts import Document, Fact, Kind
from atom_release.reader.phrases import read_phrase
from atom_release.reader.vocabulary import concepts, words

_NAMES = frozenset(
    {"status", "date", "branch", "commit", "version", "tests", "part", "passed", "failed", "skipped",
     "total", "rate", "coverage"}
)  # fmt: skip
_MEASURED = re.compile(r"\d\s?(?:%|ms\b|s\b|rps\b)")
_MEASURES = ("latency", "coverage", "accuracy", "precision", "recall", "f1")
_MOST = 100


def find_unread_lines(document: Document, read: Collection[int]) -> tuple[int, ...]:
    """Return the numbers of the lines that look like claims and are not among those read."""
    seen = set(read)
    lines = [
        fact.line
        for fact in document.facts
        if fact.kind is not Kind.RUN and fact.line not in seen and _looks_like_a_claim(fact)
    ]
    lines += document.withheld.keys() - seen
    return tuple(sorted(set(lines))[:_MOST])


def _looks_like_a_claim(fact: Fact) -> bool:
    if fact.kind is Kind.FIELD:
        return bool(_NAMES & concepts(fact.key))
    if not any(character.isdigit() for character in fact.text):
        return False
    lowered = fact.text.lower()
    if words("test_noun").search(lowered) and read_phrase(lowered).numbers:
        return True
    measured = _MEASURED.search(lowered) is not None
    return measured and any(words(name).search(lowered) for name in _MEASURES)
