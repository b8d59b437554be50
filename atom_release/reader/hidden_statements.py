"""Which places state something that nobody sees who reads the rendered report.

What is hidden is `hidden`; what speaks against a PASS is `contrary`.
"""

from __future__ import annotations

from collections.abc import Iterator

from atom_release.reader import phrases
from atom_release.reader.facts import Document, Kind
from atom_release.reader.leading_counts import leading_number
from atom_release.reader.vocabulary import concepts, name_of, words
from atom_release.reader.words import status_of


def find_hidden(document: Document) -> Iterator[str]:
    """Yield the places that state something and that nobody sees who reads the report."""
    unseen = [fact for fact in document.facts if fact.kind is Kind.UNSEEN]
    for where, facts in (("a hidden element", unseen), ("a comment", document.commented)):
        stated = [fact.line for fact in facts if _states(fact.text)]
        if stated:
            yield (
                f"line {stated[0]} stands in {where}, which nobody sees who reads the report, and"
                " states nothing for it"
            )


def _states(text: str) -> bool:
    """Return whether a line states what would be read as a status, a count or a record."""
    if "release-claims" in text:
        return True
    key, _, value = text.partition(":")
    named = concepts(name_of(key))
    if "status" in named:
        return status_of(value) is not None
    counted = named & {"tests", "passed", "failed", "total"}
    numbers = phrases.read_phrase(text).numbers
    return bool(counted and leading_number(value)) or (
        bool(numbers) and (len(numbers) > 1 or words("test_noun").search(text.lower()) is not None)
    )
