"""The one result of tests that a whole report tells, where no place of it speaks for the suite.

A row of some table, a line within a part, a box that a program printed: none of them speaks for the
suite by where it stands, and each is often a part's. Where all results that a report tells anywhere
agree, though, and it names no more tests than they count, there is nothing else they could be of.
Told must be how many passed of how many, or that all did.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import cache

from atom_release.reader import clauses, phrases
from atom_release.reader.count_places import (
    KINDS,
    Rank,
    Statement,
    counts_of,
    kinds_of,
    names_part,
)
from atom_release.reader.facts import Document, Fact, Kind
from atom_release.reader.numbers import WHOLE, whole
from atom_release.reader.sections import Section
from atom_release.reader.vocabulary import concepts, may_hold, name_of, spelled, words

_LONGEST = 300
_RESULTS = frozenset({"passed", "failed"})
_TOLD_IN = frozenset({Kind.LINE, Kind.ITEM, Kind.ROW, Kind.HEADING, Kind.RUN})
_DIGIT = re.compile(r"\d")


@cache
def _named_tests() -> re.Pattern[str]:
    """Return what matches how many tests a text speaks of: "73 new tests"."""
    return re.compile(
        rf"(?<![\w.,/])({WHOLE})\s?(?:{spelled('counter')})?\s?(?:[\u3040-\u309f]|[^\W\d_]+\s)?(?:{words('test_noun').pattern})(?![\s-]?(?:{words('not_tests').pattern}))"
    )


def most_named(document: Document) -> int:
    """Return the largest number of tests that a line of a report speaks of, 0 where none does."""
    return max(
        (
            whole(match[1])
            for fact in document.lines
            if fact.section.own and not fact.section.inherited.history
            for match in _named_tests().finditer(clauses.without_places(fact.text.lower()))
        ),
        default=0,
    )


def lone_result(
    document: Document, statements: list[Statement], owns: Callable[[Fact], bool]
) -> Statement | None:
    """Return the one result that the report tells, None where it tells none or several.

    Args:
        document: the report.
        statements: the places that state counts by where they stand.
        owns: whether a line speaks of this report's suite as it is now.
    """
    results = [entry for entry in statements if _RESULTS & set(entry.counts.names())]
    results += _told_anywhere(document, {entry.counts.line for entry in results}, owns)
    whole_results = [entry for entry in results if _is_whole(document, entry)]
    fullest = max(
        whole_results, key=lambda entry: (_total(entry), len(entry.counts.names())), default=None
    )
    if fullest is None or not all(fullest.counts.agrees(entry.counts) for entry in results):
        return None
    total = _total(fullest)
    return fullest if total and most_named(document) <= total else None


def _total(statement: Statement) -> int:
    """Return how many tests a statement counts, as far as it says."""
    counts = statement.counts.completed()
    return max(counts.total or 0, counts.passed or 0)


def lone_kind(document: Document, owns: Callable[[Fact], bool]) -> Statement | None:
    """Return what a field counts of one kind of tests, of a report that speaks of no other.

    "Unit tests: 56/56 passing".
    """
    stated: dict[tuple[int, ...], tuple[Fact, dict[str, int]]] = {}
    for fact in document.fields:
        if "part" not in concepts(fact.key) or fact.heading or not owns(fact):
            continue
        numbers = phrases.read_phrase(fact.text).numbers
        if {"passed", "total"} <= set(numbers) and clauses.speaks_of_now(fact.text):
            stated[tuple(numbers.values())] = fact, dict(numbers)
    if len(stated) != 1 or kinds_of(document) > 1:
        return None
    ((fact, numbers),) = stated.values()
    if most_named(document) > numbers["total"]:
        return None
    return Statement(counts_of(fact, numbers), Rank.LONE, fact.section)


def _is_whole(document: Document, statement: Statement) -> bool:
    """Return whether a statement tells how many passed of how many, and names them tests."""
    counts = statement.counts.completed()
    if None in {counts.passed, counts.total}:
        return False
    if statement.named and (statement.rank is not Rank.LINE or kinds_of(document) > 1):
        return False
    return statement.all_pass or not _names_tests(statement.section)


def _told_anywhere(
    document: Document, seen: set[int], owns: Callable[[Fact], bool]
) -> Iterator[Statement]:
    """Yield the results that lines, rows and outputs tell which speak for no suite where they stand.

    Of one that nothing says is of tests, or that says no more than how many passed, only that it is
    told: `named` keeps it from being the one.
    """
    for fact in document.facts:
        if fact.kind not in _TOLD_IN or fact.line in seen or not _DIGIT.search(fact.text):
            continue
        if len(fact.text) <= _LONGEST and may_hold(fact.text.lower(), "test_noun") and owns(fact):
            yield from _told_in(document, fact)


def _told_in(document: Document, fact: Fact) -> Iterator[Statement]:
    for clause in clauses.clauses(fact.text):
        lowered = clause.lower()
        now = clauses.speaks_of_now(clauses.without_remarks(clause))
        if not now or words("test_noun").search(lowered) is None or clauses.names_some(lowered):
            continue
        phrase = phrases.read_phrase(clause)
        if not _RESULTS & set(phrase.numbers):
            continue
        numbers = dict(phrase.numbers)
        if set(numbers) == {"passed"} and words("n_total").search(lowered):
            numbers["total"] = numbers["passed"]
        sure = phrase.all_pass or phrase.named or words("n_passed").search(lowered) is not None
        of_kind = any(words(kind).search(lowered) for kind in KINDS) and kinds_of(document) > 1
        yield Statement(
            counts_of(fact, numbers),
            Rank.LONE,
            fact.section,
            named=of_kind or not sure,
            all_pass=phrase.all_pass,
        )


def _names_tests(section: Section) -> bool:
    """Return whether a title names some of the tests: "3. Authentication tests"."""
    name = name_of(section.title)
    if any(words(kind).search(name) for kind in KINDS):
        return True
    noun = words("test_noun").search(name)
    return noun is not None and names_part(words("test_noun").sub(" ", name))
