"""Where a report states counts of tests: each place with its rank and section.

What the places come to, which of them speaks for the suite, is `counts`. A statement about another
task, another release or an earlier state is never the suite's, and is left out here.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, cached_property

from atom_release.reader import clauses, phrases, runners
from atom_release.reader.count_places import (
    KINDS,
    SHALLOW,
    Rank,
    Statement,
    counts_of,
    in_summary,
    is_of_all_tests,
    kinds_of,
    names_part,
    stands_in_tests,
)
from atom_release.reader.count_tables import count_tables, keyed_counts
from atom_release.reader.facts import Document, Fact, Kind
from atom_release.reader.leading_counts import leading_number
from atom_release.reader.leads import find_leads, lead_of_block
from atom_release.reader.sections import Section, Topic
from atom_release.reader.single_counts import counts_something_else, grouped_fields, stacked_items
from atom_release.reader.tally import Counts
from atom_release.reader.vocabulary import concepts, words

_DIGIT = re.compile(r"\d")
_OTHER_TASK = re.compile(r"(?<![\w.])[A-Z]{1,3}\.\d{1,3}(?![\w.]*\.(?:py|md|sql))")
_OTHER_VERSION = re.compile(r"\(\s*v?\d{1,4}(?:\.\d{1,6}){1,3}[^()\n]{0,20}\)\W{0,4}[:：]")
_LABEL = re.compile(r"^[^:：]{1,60}[:：]\s")
_FEW_WORDS = 3
_FIRST_LINES = 15


@cache
def _all_first() -> re.Pattern[str]:
    """Return what matches a line that begins with that all of so many tests pass."""
    passed = f"(?:{words('n_passed').pattern}|{words('pass').pattern})"
    return re.compile(
        rf"\W{{0,6}}(?:{words('all_of').pattern})\s?\d{{1,6}}\s?(?:{words('test_noun').pattern})\s(?:are\s)?{passed}"
    )


@dataclass(frozen=True)
class StatementsRead:
    """Every statement by rank and then by line, with what was found on the way.

    `findings` is what of the tables of counts does not add up, `all_pass` the first line that says
    that all tests pass, `owns` tells whether a line speaks of this report's suite as it is now.
    """

    statements: list[Statement]
    findings: list[str]
    all_pass: int | None
    owns: Callable[[Fact], bool]


def read_statements(document: Document, task_id: str | None) -> StatementsRead:
    """Return the places of a report that state counts of tests."""
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

    def run(self) -> StatementsRead:
        tables, findings = count_tables(self.document)
        self.statements += [
            Statement(counts, Rank.TOTAL, table.section) for counts, table in tables
        ]
        self._runs()
        for statement, lines in grouped_fields(self.document, self.owns, about=self.about):
            self.taken.update(lines)
            self.statements.append(statement)
        self._fields()
        self._lines()
        self.statements.sort(key=lambda statement: (statement.rank, statement.counts.line))
        return StatementsRead(self.statements, findings, self.all_pass, self.owns)

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
            if block[0].section.own and not self._is_of_another(block[0].line)
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

    def _is_of_another(self, first: int) -> bool:
        """Return whether the line above a block says that it is no output of this release's."""
        lead = lead_of_block(self.document, first)
        return lead is not None and (lead.foreign or lead.history)

    def owns(self, fact: Fact) -> bool:
        """Return whether a fact speaks of this report's suite as it is now."""
        section = fact.section
        if not section.own or section.inherited.compliance or _OTHER_VERSION.search(fact.raw):
            return False
        lead = self._leads.get(fact.line)
        if lead is not None and (lead.history or lead.foreign or lead.budget):
            return False
        return all(other == self.task_id for other in _OTHER_TASK.findall(fact.text))

    def _fields(self) -> None:
        """Read fields whose value counts: "Tests: 7 passed, 0 failed"."""
        for fact in self.document.fields:
            if (
                not ("tests" in concepts(fact.key) or _status_of_tests(fact))
                or fact.line in self.taken
                or fact.heading
                or not self.owns(fact)
            ):
                continue
            if not clauses.speaks_of_now(fact.text) or counts_something_else(fact):
                continue
            self._pasted(fact)
            phrase = phrases.read_phrase(fact.text)
            self._note(phrase, fact)
            numbers = dict(phrase.numbers)
            about = words("test_noun").search(f"{fact.key} {fact.text.lower()}")
            of_all = self.about and in_summary(fact.section)
            if not (about or fact.section.inherited.testing or of_all):
                continue
            if not {"passed", "failed"} & set(numbers) or fact.line in self.taken:
                continue
            if "total" in concepts(fact.key) and (lead := leading_number(fact.text)):
                numbers.setdefault("total", lead)
            if set(numbers) == {"passed"} and words("n_total_in").search(fact.key):
                numbers["total"] = numbers["passed"]
            self._add(counts_of(fact, numbers), Rank.FIELD, fact.section)

    def _pasted(self, fact: Fact) -> None:
        for counts in runners.pasted(fact.line, fact.text):
            self._add(counts, Rank.RUN, fact.section)

    def _lines(self) -> None:
        stacked: dict[int, list[tuple[Fact, dict[str, int]]]] = defaultdict(list)
        for fact in self.document.lines:
            if fact.line in self.taken or not _worth_reading(fact) or not self.owns(fact):
                continue
            self._pasted(fact)
            if fact.line in self.taken:
                continue
            for clause in clauses.clauses(fact.text):
                now = clauses.speaks_of_now(clauses.without_remarks(clause))
                if now or fact.kind is Kind.HEADING:
                    self._clause(fact, clause, stacked)
        self.statements += [
            statement for entries in stacked.values() if (statement := stacked_items(entries))
        ]

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
        counts = counts_of(fact, numbers)
        if fact.kind is Kind.HEADING:
            self._add(counts, Rank.HEADING, fact.section, named=names_part(phrase.left.lower()))
        elif single:
            stacked[fact.section.line].append((fact, numbers))
        elif (len(phrase.left_words) <= _FEW_WORDS or _all_first().match(lowered)) and (
            stands_in_tests(fact) or in_summary(fact.section)
        ):
            of_kind = any(words(kind).search(lowered) for kind in KINDS)
            every = phrase.all_pass and not phrase.parts
            self._add(counts, Rank.LINE, fact.section, named=of_kind, all_pass=every)

    def _counts_tests(self, fact: Fact, phrase: phrases.Phrase, lowered: str) -> bool:
        """Return whether a clause counts tests that ran.

        A bare share may be of anything, "256/256 buckets"; "Tests implemented (8/8)" says that they
        were written.
        """
        noun = words("test_noun").search(lowered)
        titled = fact.kind is Kind.HEADING and fact.section.topic.testing
        about = noun or titled or stands_in_tests(fact) or (self.about and in_summary(fact.section))
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
        return not heading and (clauses.names_some(lowered) or self._is_of_one_kind(lowered))

    @cached_property
    def _leads(self) -> dict[int, Topic]:
        return find_leads(self.document)

    @cached_property
    def _kinds(self) -> int:
        return kinds_of(self.document)

    def _is_of_one_kind(self, lowered: str) -> bool:
        """Return whether a clause counts one kind of tests of a report that has several."""
        named = sum(words(kind).search(lowered) is not None for kind in KINDS)
        return named == 1 and self._kinds > 1

    def _note(self, phrase: phrases.Phrase, fact: Fact) -> None:
        if phrase.all_pass and self.all_pass is None and fact.section.own:
            self.all_pass = fact.line


def _counts_itself(label: str) -> bool:
    """Return whether a label is itself a count of tests: "95/95 tests passing: none is left"."""
    phrase = phrases.read_phrase(label.rstrip(" :\uff1a"))
    return bool(phrase.named and phrase.numbers and phrase.numbers.get("total"))


def _status_of_tests(fact: Fact) -> bool:
    """Return whether a status of the header counts tests: "33/33 tests passed"."""
    early = fact.section.header or (fact.section.level <= SHALLOW and fact.line <= _FIRST_LINES)
    if not ((early or is_of_all_tests(fact.section)) and "status" in concepts(fact.key)):
        return False
    lowered = fact.text.lower()
    return bool(words("test_noun").search(lowered) and words("n_passed").search(lowered))


def _worth_reading(fact: Fact) -> bool:
    lowered = fact.text.lower()
    return "test" in lowered or (_DIGIT.search(lowered) is not None and phrases.may_count(lowered))
