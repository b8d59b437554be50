"""A place of a report that states counts of tests: how directly it speaks for the suite, and its form.

By where it stands: below which title, and whether that names a part or one kind of tests.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import IntEnum

from atom_release.reader.clauses import with_digits
from atom_release.reader.facts import Document, Fact, Kind
from atom_release.reader.forms import Form
from atom_release.reader.sections import Section
from atom_release.reader.tally import UNITS, Counts
from atom_release.reader.vocabulary import name_of, words

KINDS = ("k_unit", "k_integration", "k_end")
SHALLOW = 2
_LETTERS = re.compile(r"[^\W\d_]{2}|[\u2e80-\u9fff\uac00-\ud7a3]")


class Rank(IntEnum):
    """How directly a statement speaks for the whole suite; lower speaks first."""

    FIELD = 0
    TOTAL = 1
    HEADING = 2
    LINE = 3
    RUN = 4
    LONE = 5


@dataclass(frozen=True)
class Statement:
    """Counts of one place with their rank and section.

    `named` is whether a heading has words of its own beside the tests and how they went, or a line
    names one kind of tests; `all_pass` whether a line says that all of so many pass.
    """

    counts: Counts
    rank: Rank
    section: Section
    named: bool = False
    all_pass: bool = False

    @property
    def form(self) -> Form:
        """The form in which the counts stand."""
        deep = self.section.level > SHALLOW
        if self.rank is Rank.HEADING:
            part = self.named or self.section.level > SHALLOW + 1
            return Form.TESTS_HEADING_OF_PART if part else Form.TESTS_HEADING
        of_all = is_of_all_tests(self.section)
        if self.rank is Rank.LINE:
            topic = self.section.topic
            summed_up = of_all or topic.verdict or topic.conclusion
            sure = self.section.header or (of_all and not deep) or (self.all_pass and summed_up)
            sure = sure and not self.named
            return Form.TESTS_LINE_OF_ALL if sure else Form.TESTS_LINE
        if self.rank is Rank.RUN:
            whole = of_all or self.section.topic.verdict
            return Form.TESTS_RUN_OF_PART if deep and not whole else Form.TESTS_RUN
        if self.rank is Rank.LONE:
            return Form.TESTS_LONE
        return Form.TESTS_TOTAL if self.rank is Rank.TOTAL else Form.TESTS_FIELD


def is_of_all_tests(section: Section) -> bool:
    """Return whether a title speaks of tests and names none of them: "Integration and tests"."""
    name = name_of(section.title)
    if not section.topic.testing or any(words(kind).search(name) for kind in KINDS):
        return False
    return not names_part(words("test_noun").sub(" ", name))


def names_part(lowered: str) -> bool:
    """Return whether words are left of a title in lower case beside those of tests and how they went."""
    rest = words("of_all_tests").sub(" ", words("t_tests").sub(" ", lowered))
    return _LETTERS.search(rest) is not None


def stands_in_tests(fact: Fact) -> bool:
    """Return whether the section that a fact stands in, a heading's own left out, is about tests."""
    section: Section | None = fact.section
    if fact.kind is Kind.HEADING:
        section = fact.section.parent
    return section is not None and section.inherited.testing


def in_summary(section: Section) -> bool:
    """Return whether a section, or one above it, is the header or a summary."""
    above = section.parent
    return section.header or section.topic.verdict or (above is not None and in_summary(above))


def kinds_of(document: Document) -> int:
    """Return how many kinds of tests a report speaks of: of units, of their integration, end to end."""
    text = " ".join(fact.text.lower() for fact in document.lines)
    return sum(words(kind).search(text) is not None for kind in KINDS)


def counts_of(fact: Fact, numbers: dict[str, int]) -> Counts:
    """Return the counts of a line, with which of them are printed there."""
    text = with_digits(fact.text.lower())
    printed = tuple(
        unit
        for unit in UNITS
        if unit in numbers and re.search(rf"(?<![\d]){_digits(numbers[unit])}(?!\d)", text)
    )
    return Counts.from_numbers(fact.line, numbers, printed)


def _digits(number: int) -> str:
    return r"[,.'\s]?".join(re.findall(r"\d{1,3}", f"{number:,}"))
