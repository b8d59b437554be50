"""Counts of tests that stand one in a place, put together: fields of a section, items of a list.

"Total tests: 104", "Passed: 91/104", "Failed: 13/104" below each other are one statement.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from atom_release.reader import clauses, phrases, rates
from atom_release.reader.count_places import Rank, Statement
from atom_release.reader.count_tables import add_rated
from atom_release.reader.facts import Document, Fact, Kind
from atom_release.reader.leading_counts import leading_number, leading_share
from atom_release.reader.tally import UNITS, Counts
from atom_release.reader.vocabulary import concepts, words

_SHARED = frozenset({"passed", "failed", "skipped"})


def grouped_fields(
    document: Document, owns: Callable[[Fact], bool], *, about: bool
) -> Iterator[tuple[Statement, list[int]]]:
    """Yield what the fields of each section count together, with the lines of those fields.

    `about` is whether the report is about tests.
    """
    groups: dict[tuple[int, int], list[Fact]] = defaultdict(list)
    for fact in document.fields:
        if fact.source and fact.source.kind in {Kind.ROW, Kind.HEADING}:
            continue
        if concepts(fact.key) & {*UNITS, "rate", "other_total"} and owns(fact):
            groups[fact.section.line, fact.section.level].append(fact)
    for group in groups.values():
        section = group[0].section
        of_tests = section.inherited.testing or (
            about and (section.header or section.topic.verdict)
        )
        statement = _Group(group, about=of_tests).statement()
        if statement is not None:
            yield statement, [fact.line for fact in group]


@dataclass
class _Group:
    """The fields of one section, and what has been read of them."""

    facts: list[Fact]
    about: bool
    numbers: dict[str, int] = field(default_factory=dict)
    lines: dict[str, int] = field(default_factory=dict)
    everything: bool = False
    other: bool = False
    rated: tuple[int, int] | None = None

    def statement(self) -> Statement | None:
        """Return what the fields count, None where they are parts or count nothing of tests."""
        if not all(self._take(fact) for fact in self.facts):
            return None  # parts, each with counts of its own
        numbers = self.numbers
        add_rated(numbers, self.rated)
        counts_all = bool({"passed", "total"} & set(numbers))
        if not (self.about and counts_all) or (self.other and "total" not in numbers):
            return None
        if set(numbers) == {"total"} and not numbers["total"]:
            return None  # none were written yet
        printed = _printed(self.facts, numbers, tuple(unit for unit in UNITS if unit in self.lines))
        if self.everything and "total" in numbers and not numbers.get("failed"):
            numbers.setdefault("failed", 0)
            if not numbers.get("skipped"):
                numbers.setdefault("passed", numbers["total"])
        first = min(self.lines.values())
        counts = Counts.from_numbers(first, numbers, printed, self.lines)
        return Statement(counts, Rank.FIELD, self.facts[0].section)

    def _take(self, fact: Fact) -> bool:
        """Take what one field counts, and return whether it agrees with those before it."""
        units = [unit for unit in UNITS if fact.is_a(unit)]
        number, whole_of = _leading(fact, units)
        if fact.is_a("rate"):
            self.everything |= rates.is_everything(fact.text)
            self.rated = rates.rated_share(fact.text) or self.rated
        self.other |= _is_of_others(fact, number, units)
        if not units or number is None or not counts_now(fact):
            return True
        self.about |= bool(words("test_noun").search(f"{fact.key} {fact.text.lower()}"))
        if self.numbers.setdefault(units[0], number) != number:
            return False
        self.lines.setdefault(units[0], fact.line)
        if whole_of is not None and self.numbers.setdefault("total", whole_of) != whole_of:
            return False
        beside = phrases.read_phrase(fact.text).numbers
        self.numbers |= {unit: count for unit, count in beside.items() if unit not in self.numbers}
        return True


def stacked_items(entries: list[tuple[Fact, dict[str, int]]]) -> Statement | None:
    """Return what items that hold one count each count together: "- 12 passed", "- 1 failed"."""
    numbers: dict[str, int] = {}
    lines: dict[str, int] = {}
    for fact, single in entries:
        for unit, count in single.items():
            if numbers.setdefault(unit, count) != count:
                return None
            lines.setdefault(unit, fact.line)
    if "passed" not in numbers:
        return None
    counts = Counts.from_numbers(min(lines.values()), numbers, tuple(lines), lines)
    return Statement(counts, Rank.LINE, entries[0][0].section)


def counts_now(fact: Fact) -> bool:
    """Return whether a field's value counts tests of this suite, as it is now."""
    return clauses.speaks_of_now(fact.text) and not counts_something_else(fact)


def counts_something_else(fact: Fact) -> bool:
    """Return whether a field's value counts what is no test: "5/5 fixes", "9 test scenarios"."""
    lowered = clauses.without_places(re.sub(r"[(（][^()（）]*[)）]", " ", fact.text.lower()))
    if words("not_tests").search(lowered) is None:
        return False
    return words("test_noun").search(f"{fact.key} {lowered}") is None or phrases.names_no_tests(
        lowered
    )


def _leading(fact: Fact, units: list[str]) -> tuple[int | None, int | None]:
    """Return the count that a field begins with, and of how many where it is a share."""
    number = leading_number(fact.text)
    if number is None and units and units[0] in _SHARED:
        return leading_share(fact.text)
    return number, None


def _is_of_others(fact: Fact, number: int | None, units: list[str]) -> bool:
    """Return whether a field counts what the tests stand in: "Total: 4 test suites"."""
    if fact.is_a("total") and phrases.names_no_tests(fact.text.lower()):
        return True
    return fact.is_a("other_total") and number is not None and not units


def _printed(
    group: list[Fact], numbers: dict[str, int], single: tuple[str, ...]
) -> tuple[str, ...]:
    """Return the counts that stand as numbers in a group's lines."""
    text = " ".join(fact.text for fact in group)
    return tuple(
        unit
        for unit in UNITS
        if unit in single or (unit in numbers and re.search(rf"(?<!\d){numbers[unit]}(?!\d)", text))
    )
