"""Where a report states counts of tests: each place with its rank and section.

What the places come to, which of them speaks for the suite, is `counts`. A statement about another
task, another release or an earlier state is never the suite's, and is left out here.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from enum import IntEnum
from functools import cached_property

from atom_release.reader import phrases, rates, runners
from atom_release.reader.count_tables import add_rated, count_tables, keyed_counts
from atom_release.reader.facts import Document, Fact, Kind
from atom_release.reader.forms import Form
from atom_release.reader.leads import find_leads
from atom_release.reader.sections import Section, Topic
from atom_release.reader.tally import UNITS, Counts
from atom_release.reader.vocabulary import concepts, name_of, words

_DIGIT = re.compile(r"\d")
_OTHER_TASK = re.compile(r"(?<![\w.])[A-Z]{1,3}\.\d{1,3}(?![\w.]*\.(?:py|md|sql))")
_OTHER_VERSION = re.compile(r"\(\s*v?\d{1,4}(?:\.\d{1,6}){1,3}[^()\n]{0,20}\)\W{0,4}[:：]")
_LABEL = re.compile(r"^[^:：]{1,60}[:：]\s")
_FEW_WORDS = 3
_ALL_FIRST = re.compile(r"\W{0,6}all \d{1,6} tests? (?:pass|are passing|passed)")
_KINDS = ("k_unit", "k_integration", "k_end")
_LETTERS = re.compile(r"[^\W\d_]{2}|[\u2e80-\u9fff\uac00-\ud7a3]")
_SHALLOW = 2
_FIRST_LINES = 15


class Rank(IntEnum):
    """How directly a statement speaks for the whole suite; lower speaks first."""

    FIELD = 0
    TOTAL = 1
    HEADING = 2
    LINE = 3
    RUN = 4


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
        deep = self.section.level > _SHALLOW
        if self.rank is Rank.HEADING:
            part = self.named or self.section.level > _SHALLOW + 1
            return Form.TESTS_HEADING_OF_PART if part else Form.TESTS_HEADING
        of_all = _is_of_all_tests(self.section)
        if self.rank is Rank.LINE:
            topic = self.section.topic
            summed_up = of_all or topic.verdict or topic.conclusion
            sure = self.section.header or (of_all and not deep) or (self.all_pass and summed_up)
            sure = sure and not self.named
            return Form.TESTS_LINE_OF_ALL if sure else Form.TESTS_LINE
        if self.rank is Rank.RUN:
            whole = of_all or self.section.topic.verdict
            return Form.TESTS_RUN_OF_PART if deep and not whole else Form.TESTS_RUN
        return Form.TESTS_TOTAL if self.rank is Rank.TOTAL else Form.TESTS_FIELD


def read_statements(
    document: Document, task_id: str | None
) -> tuple[list[Statement], list[str], int | None]:
    """Return every statement, by rank and then by line, with what was found on the way.

    Returns:
        The statements; what of the tables of counts does not add up; the first line that says that
        all tests pass, None without one.
    """
    return _Reading(document, task_id).run()


class _Reading:
    """One pass over the facts of each kind."""

    def __init__(self, document: Document, task_id: str | None) -> None:
        self.document = document
        self.task_id = task_id
        self.statements: list[Statement] = []
        self.all_pass: int | None = None
        self.taken: set[int] = set()
        self.about = words("test_noun").search((document.title or "").lower()) is not None

    def run(self) -> tuple[list[Statement], list[str], int | None]:
        tables, findings = count_tables(self.document)
        self.statements += [
            Statement(counts, Rank.TOTAL, table.section) for counts, table in tables
        ]
        self._runs()
        self._singles()
        self._fields()
        self._lines()
        if not self.statements:
            self._only_kind()
        self.statements.sort(key=lambda statement: (statement.rank, statement.counts.line))
        return self.statements, findings, self.all_pass

    def _add(
        self,
        counts: Counts,
        rank: Rank,
        section: Section,
        *,
        named: bool = False,
        all_pass: bool = False,
    ) -> None:
        self.taken.add(counts.line)
        self.statements.append(Statement(counts, rank, section, named, all_pass))

    def _runs(self) -> None:
        """Read what runners printed; beside a run of some tests, only where a command tells of what."""
        blocks = {
            key: [(fact.line, fact.text) for fact in block]
            for key, block in self.document.blocks.items()
            if block[0].section.own
        }
        some = {key for key, lines in blocks.items() if runners.selects(lines)}
        first = min(some, default=None)
        for key, lines in blocks.items():
            section = self.document.blocks[key][0].section
            below = first is not None and key > first  # what is shown above was not selected there
            if key in some or (below and not runners.names_call(lines)):
                continue
            ran = (
                list(runners.runs(lines))
                or (list(keyed_counts(lines)) if runners.counts_tests(lines) else [])
                or list(runners.summed(lines))
            )
            for counts in ran:
                self._add(counts, Rank.RUN, section)
            if ran or runners.speaks(lines):
                self.document.examined.update(number for number, _ in lines)

    def _own(self, fact: Fact) -> bool:
        """Return whether a fact speaks of this report's suite as it is now."""
        section = fact.section
        if not section.own or section.inherited.compliance or _OTHER_VERSION.search(fact.raw):
            return False
        lead = self._leads.get(fact.line)
        if lead is not None and (lead.history or lead.foreign or lead.budget):
            return False
        return all(other == self.task_id for other in _OTHER_TASK.findall(fact.text))

    def _singles(self) -> None:
        """Read fields that hold one count each: "Passed: 7", grouped by their section."""
        groups: dict[tuple[int, int], list[Fact]] = defaultdict(list)
        for fact in self.document.fields:
            if fact.source and fact.source.kind in {Kind.ROW, Kind.HEADING}:
                continue
            if concepts(fact.key) & {*UNITS, "rate", "other_total"} and self._own(fact):
                groups[fact.section.line, fact.section.level].append(fact)
        for group in groups.values():
            self._group(group)

    def _group(self, group: list[Fact]) -> None:
        numbers: dict[str, int] = {}
        lines: dict[str, int] = {}
        section = group[0].section
        about = section.inherited.testing or (
            self.about and (section.header or section.topic.verdict)
        )
        everything = other = False
        rated: tuple[int, int] | None = None
        for fact in group:
            units = [unit for unit in UNITS if fact.is_a(unit)]
            number, whole_of = _leading(fact, units)
            everything |= fact.is_a("rate") and rates.is_everything(fact.text)
            rated = (rates.rated_share(fact.text) if fact.is_a("rate") else None) or rated
            other |= _is_of_others(fact, number, units)
            if not units or number is None or not _counts_now(fact):
                continue
            about |= bool(words("test_noun").search(f"{fact.key} {fact.text.lower()}"))
            if numbers.setdefault(units[0], number) != number:
                return  # parts, each with counts of its own
            lines.setdefault(units[0], fact.line)
            if whole_of is not None and numbers.setdefault("total", whole_of) != whole_of:
                return
            numbers |= {
                unit: count
                for unit, count in phrases.read_phrase(fact.text).numbers.items()
                if unit not in numbers
            }
        add_rated(numbers, rated)
        if (
            not about
            or not {"passed", "total"} & set(numbers)
            or (other and "total" not in numbers)
        ):
            return
        if set(numbers) == {"total"} and not numbers["total"]:
            return  # none were written yet
        printed = _printed(group, numbers, tuple(unit for unit in UNITS if unit in lines))
        if everything and "total" in numbers and not numbers.get("failed"):
            numbers.setdefault("failed", 0)
            if not numbers.get("skipped"):
                numbers.setdefault("passed", numbers["total"])
        self.taken.update(fact.line for fact in group)
        self.statements.append(
            Statement(
                Counts.from_numbers(min(lines.values()), numbers, printed, lines),
                Rank.FIELD,
                section,
            )
        )

    def _fields(self) -> None:
        """Read fields whose value counts: "Tests: 7 passed, 0 failed"."""
        for fact in self.document.fields:
            if (
                not ("tests" in concepts(fact.key) or _status_of_tests(fact))
                or fact.line in self.taken
                or fact.heading
                or not self._own(fact)
            ):
                continue
            if not phrases.speaks_of_now(fact.text) or _of_something_else(fact):
                continue
            self._pasted(fact)
            phrase = phrases.read_phrase(fact.text)
            self._note(phrase, fact)
            numbers = dict(phrase.numbers)
            about = words("test_noun").search(f"{fact.key} {fact.text.lower()}")
            of_all = self.about and _in_summary(fact.section)
            if not (about or fact.section.inherited.testing or of_all):
                continue
            if not {"passed", "failed"} & set(numbers) or fact.line in self.taken:
                continue
            if "total" in concepts(fact.key) and (lead := phrases.leading_number(fact.text)):
                numbers.setdefault("total", lead)
            if set(numbers) == {"passed"} and words("n_total_in").search(fact.key):
                numbers["total"] = numbers["passed"]
            self._add(_counts(fact, numbers), Rank.FIELD, fact.section)

    def _only_kind(self) -> None:
        """Read a field of one kind of tests, "Unit tests: 56/56 passing", of a report that has no other."""
        stated: dict[tuple[int, ...], tuple[Fact, dict[str, int]]] = {}
        for fact in self.document.fields:
            if "part" not in concepts(fact.key) or fact.heading or not self._own(fact):
                continue
            numbers = phrases.read_phrase(fact.text).numbers
            if {"passed", "total"} <= set(numbers) and phrases.speaks_of_now(fact.text):
                stated[tuple(numbers.values())] = fact, dict(numbers)
        if len(stated) == 1 and self._kinds <= 1:
            ((fact, numbers),) = stated.values()
            self._add(_counts(fact, numbers), Rank.FIELD, fact.section)

    def _pasted(self, fact: Fact) -> None:
        for counts in runners.pasted(fact.line, fact.text):
            self._add(counts, Rank.RUN, fact.section)

    def _lines(self) -> None:
        stacked: dict[int, list[tuple[Fact, dict[str, int]]]] = defaultdict(list)
        for fact in self.document.lines:
            if fact.line in self.taken or not _worth_reading(fact) or not self._own(fact):
                continue
            self._pasted(fact)
            if fact.line in self.taken:
                continue
            for clause in phrases.clauses(fact.text):
                now = phrases.speaks_of_now(phrases.without_remarks(clause))
                if now or fact.kind is Kind.HEADING:
                    self._clause(fact, clause, stacked)
        for entries in stacked.values():
            self._stacked(entries)

    def _clause(
        self,
        fact: Fact,
        clause: str,
        stacked: dict[int, list[tuple[Fact, dict[str, int]]]],
    ) -> None:
        phrase = phrases.read_phrase(clause)
        self._note(phrase, fact)
        numbers = phrase.numbers
        if not numbers or not {"passed", "failed", "skipped"} & set(numbers):
            return
        single = len(numbers) == 1 and fact.item and len(phrase.left_words) == 0
        if not {"passed", "total"} & set(numbers) and not single:
            return
        lowered = clause.lower()
        if not self._counts_tests(fact, phrase, lowered) or self._is_of_part(fact, clause, lowered):
            return
        counts = _counts(fact, numbers)
        if fact.kind is Kind.HEADING:
            self._add(counts, Rank.HEADING, fact.section, named=_names_part(phrase.left.lower()))
        elif single:
            stacked[fact.section.line].append((fact, numbers))
        elif (len(phrase.left_words) <= _FEW_WORDS or _ALL_FIRST.match(lowered)) and (
            _testing(fact) or _in_summary(fact.section)
        ):
            of_kind = any(words(kind).search(lowered) for kind in _KINDS)
            every = phrase.all_pass and not phrase.parts
            self._add(counts, Rank.LINE, fact.section, named=of_kind, all_pass=every)

    def _counts_tests(self, fact: Fact, phrase: phrases.Phrase, lowered: str) -> bool:
        """Return whether a clause counts tests that ran.

        A bare share may be of anything, "256/256 buckets"; "Tests implemented (8/8)" says that they
        were written.
        """
        noun = words("test_noun").search(lowered)
        titled = fact.kind is Kind.HEADING and fact.section.topic.testing
        about = noun or titled or _testing(fact) or (self.about and _in_summary(fact.section))
        if not about or (words("not_tests").search(lowered) and not noun):
            return False
        return phrase.named or (noun is not None and not words("written").search(lowered))

    def _is_of_part(self, fact: Fact, clause: str, lowered: str) -> bool:
        """Return whether a clause counts some of the tests: of its label, of one kind, or by a name."""
        noun = words("test_noun").search(lowered)
        heading = fact.kind is Kind.HEADING
        label = _LABEL.match(clause)
        titled = heading and (noun or fact.section.topic.testing)
        if label is not None and not titled and not _counts_itself(label[0]):
            return True
        return not heading and (phrases.names_some(lowered) or self._is_of_one_kind(lowered))

    @cached_property
    def _leads(self) -> dict[int, Topic]:
        return find_leads(self.document)

    @cached_property
    def _kinds(self) -> int:
        """How many kinds of tests the report speaks of: of units, of their integration, end to end."""
        text = " ".join(fact.text.lower() for fact in self.document.lines)
        return sum(words(kind).search(text) is not None for kind in _KINDS)

    def _is_of_one_kind(self, lowered: str) -> bool:
        """Return whether a clause counts one kind of tests of a report that has several."""
        named = sum(words(kind).search(lowered) is not None for kind in _KINDS)
        return named == 1 and self._kinds > 1

    def _stacked(self, entries: list[tuple[Fact, dict[str, int]]]) -> None:
        """Read items that hold one count each: "- 12 passed", "- 1 failed"."""
        numbers: dict[str, int] = {}
        lines: dict[str, int] = {}
        for fact, single in entries:
            for unit, count in single.items():
                if numbers.setdefault(unit, count) != count:
                    return
                lines.setdefault(unit, fact.line)
        if "passed" not in numbers:
            return
        first = entries[0][0]
        self._add(
            Counts.from_numbers(min(lines.values()), numbers, tuple(lines), lines),
            Rank.LINE,
            first.section,
        )

    def _note(self, phrase: phrases.Phrase, fact: Fact) -> None:
        if phrase.all_pass and self.all_pass is None and fact.section.own:
            self.all_pass = fact.line


def _leading(fact: Fact, units: list[str]) -> tuple[int | None, int | None]:
    """Return the count that a field begins with, and of how many where it is a share that passed."""
    number = phrases.leading_number(fact.text)
    if number is None and units[:1] == ["passed"]:
        return phrases.leading_share(fact.text)
    return number, None


def _is_of_others(fact: Fact, number: int | None, units: list[str]) -> bool:
    """Return whether a field counts what the tests stand in: "Total: 4 test suites"."""
    if fact.is_a("total") and phrases.names_no_tests(fact.text.lower()):
        return True
    return fact.is_a("other_total") and number is not None and not units


def _counts_now(fact: Fact) -> bool:
    return phrases.speaks_of_now(fact.text) and not _of_something_else(fact)


def _counts_itself(label: str) -> bool:
    """Return whether a label is itself a count of tests: "95/95 tests passing: none is left"."""
    phrase = phrases.read_phrase(label.rstrip(" :\uff1a"))
    return bool(phrase.named and phrase.numbers and phrase.numbers.get("total"))


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


def _counts(fact: Fact, numbers: dict[str, int]) -> Counts:
    printed = tuple(
        unit
        for unit in UNITS
        if unit in numbers and re.search(rf"(?<![\d]){_digits(numbers[unit])}(?!\d)", fact.text)
    )
    return Counts.from_numbers(fact.line, numbers, printed)


def _status_of_tests(fact: Fact) -> bool:
    """Return whether a status of the header counts tests: "33/33 tests passed"."""
    early = fact.section.header or (fact.section.level <= _SHALLOW and fact.line <= _FIRST_LINES)
    if not ((early or _is_of_all_tests(fact.section)) and "status" in concepts(fact.key)):
        return False
    lowered = fact.text.lower()
    return bool(words("test_noun").search(lowered) and words("n_passed").search(lowered))


def _is_of_all_tests(section: Section) -> bool:
    """Return whether a title speaks of tests and names none of them: "Integration and tests"."""
    name = name_of(section.title)
    if not section.topic.testing or any(words(kind).search(name) for kind in _KINDS):
        return False
    return not _names_part(words("test_noun").sub(" ", name))


def _names_part(lowered: str) -> bool:
    """Return whether words are left of a title in lower case beside those of tests and how they went."""
    rest = words("of_all_tests").sub(" ", words("t_tests").sub(" ", lowered))
    return _LETTERS.search(rest) is not None


def _of_something_else(fact: Fact) -> bool:
    """Return whether a field's value counts what is no test: "5/5 fixes", "9 test scenarios"."""
    lowered = phrases.without_places(re.sub(r"[(（][^()（）]*[)）]", " ", fact.text.lower()))
    if words("not_tests").search(lowered) is None:
        return False
    return words("test_noun").search(f"{fact.key} {lowered}") is None or phrases.names_no_tests(
        lowered
    )


def _digits(number: int) -> str:
    return r"[,.'\s]?".join(re.findall(r"\d{1,3}", f"{number:,}"))


def _worth_reading(fact: Fact) -> bool:
    lowered = fact.text.lower()
    return "test" in lowered or (_DIGIT.search(lowered) is not None and phrases.may_count(lowered))


def _testing(fact: Fact) -> bool:
    """Return whether the section that a fact stands in, a heading's own left out, is about tests."""
    section: Section | None = fact.section
    if fact.kind is Kind.HEADING:
        section = fact.section.parent
    return section is not None and section.inherited.testing


def _in_summary(section: Section) -> bool:
    """Return whether a section, or one above it, is the header or a summary."""
    above = section.parent
    return section.header or section.topic.verdict or (above is not None and _in_summary(above))
