"""Where a field, or a heading with one, speaks of the report's own status, and how directly.

A component's status, that of a section about something else, or a cell of some table has no rank.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum
from functools import cache

from atom_release.gate.claims.record import ReportStatus
from atom_release.reader.facts import Document, Fact
from atom_release.reader.vocabulary import concepts, words
from atom_release.reader.words import LONGEST, status_of

LAST_LINES = 5
SHALLOW = 2
BARE_WORDS = 8
_SHORT_KEY = 8
_LETTER = re.compile(r"[^\W\d_]")
_BOLD = re.compile(r"\W*\*\*.*\*\*\W*")
_VERSION_FIRST = re.compile(r"^(?:version\s|v)\d[\w.\-+]{0,20}\s[-\u2013\u2014|]\s", re.IGNORECASE)
"""A version before the status: "v1.2.1 - Ready"."""


@cache
def _ready_for_next() -> re.Pattern[str]:
    """Return what matches that something next may begin: "ready for phase 2"."""
    ready, stage = words("n_ready").pattern, words("n_stage").pattern
    return re.compile(
        rf"\W*(?:{ready})\s+(?:to\s+)?\w+\s+(?:\w+\s+){{0,2}}(?:{stage})", re.IGNORECASE
    )


@cache
def _unit() -> re.Pattern[str]:
    """Return what matches a numbered unit of the work before the word: "phase 6 status"."""
    return re.compile(rf"^(?:{words('n_numbered').pattern})\s[\w.]{{1,8}}\s")


class Rank(IntEnum):
    """How directly a fact speaks of the whole report; lower speaks first."""

    HEADER = 0
    HEADING = 1
    CONCLUSION = 2
    FOOT = 3
    TITLE = 4
    SENTENCE = 5
    OF_ALL = 6


@dataclass(frozen=True)
class Stated:
    """A status as one place states it; None where it is not understood."""

    raw: str
    line: int
    status: ReportStatus | None
    rank: Rank

    @property
    def says_little(self) -> bool:
        """Whether another place that speaks is heard instead.

        It has no words, as a row of stars has none, or tells what may begin, as "ready for phase 2"
        does, and not how far this is.
        """
        wordless = self.status is None and _LETTER.search(self.raw) is None
        return wordless or _ready_for_next().match(self.raw) is not None


def stated_in_fields(document: Document, task_id: str | None) -> Iterator[Stated]:
    """Yield what each field says of the whole report's status."""
    tail = last_lines(document)
    for fact in document.fields:
        rank = _rank(fact, task_id, tail)
        if rank is not None and len(fact.text) <= LONGEST:
            text = _VERSION_FIRST.sub("", fact.text)
            yield Stated(fact.text, fact.line, status_as_tainted(fact, text), rank)


def status_as_tainted(fact: Fact, text: str) -> ReportStatus | None:
    """Return the status of a text, as the titles above it taint it."""
    status = status_of(text)
    tainted = fact.section.inherited.tainted
    return ReportStatus.SIMULATED if status is ReportStatus.PASS and tainted else status


def last_lines(document: Document) -> set[int]:
    """Return the numbers of the last lines with text."""
    return {fact.line for fact in document.lines[-LAST_LINES:]}


def _named(key: str) -> bool:
    """Return whether a key names a status, also that of "Phase 6"."""
    return "status" in concepts(key) or "status" in concepts(_unit().sub("", key))


def _rank(fact: Fact, task_id: str | None, tail: set[int]) -> Rank | None:
    section = fact.section
    strong = words("n_weak_status").fullmatch(fact.key) is None
    if not section.own:
        last = fact.line in tail and not fact.item and not section.inherited.history
        return Rank.FOOT if last and (strong or is_bold(fact.raw)) and _named(fact.key) else None
    if "progress" in concepts(fact.key):
        partly = status_of(fact.text) is ReportStatus.PARTIAL
        return Rank.HEADER if partly and section.header and not section.foot else None
    if not _named(fact.key):
        if _ends_in_status(fact):
            return Rank.HEADER
        return Rank.CONCLUSION if _is_of_task(fact, task_id) else None
    if fact.heading:
        return Rank.HEADING if _is_shallow(fact) and _heading_speaks(fact) else None
    clear = strong or status_of(fact.text) is not None
    return _place(fact, tail, strong=strong) if clear else None


def _ends_in_status(fact: Fact) -> bool:
    """Return whether a key of the header ends in the word, as those of some scripts do.

    How the build went, or whether it is deployed, is no status of the work.
    """
    section = fact.section
    if words("n_build").search(fact.key):
        return False
    return (
        section.header
        and not section.foot
        and len(fact.key) <= _SHORT_KEY
        and any(match.end() == len(fact.key) for match in words("n_status_last").finditer(fact.key))
        and status_of(fact.text) is not None
    )


def _is_shallow(fact: Fact) -> bool:
    """Return whether a heading may speak of the whole: one level deeper only if it says so."""
    level = fact.section.level
    return level <= SHALLOW or (
        level == SHALLOW + 1 and words("whole").search(fact.key) is not None
    )


def is_bold(raw: str) -> bool:
    """Return whether a whole line is bold."""
    return _BOLD.fullmatch(raw.strip()) is not None


def _place(fact: Fact, tail: set[int], *, strong: bool) -> Rank | None:
    section = fact.section
    if section.header and not section.foot:
        return Rank.HEADER
    apart = _elsewhere(fact) and not words("whole").search(fact.key)
    if (section.topic.conclusion or section.topic.verdict) and not apart:
        return Rank.CONCLUSION
    at_the_end = fact.line in tail and not fact.item
    return Rank.FOOT if (section.foot or at_the_end) and strong else None


def _heading_speaks(fact: Fact) -> bool:
    return status_of(fact.text) is not None or len(fact.text.split()) <= BARE_WORDS


def _elsewhere(fact: Fact) -> bool:
    above = fact.section.inherited
    return above.testing or above.compliance or above.environment or above.files


def _is_of_task(fact: Fact, task_id: str | None) -> bool:
    """Return whether the key is this task by name, as in "Phase C.2 Performance Profiler: COMPLETE"."""
    return (
        task_id is not None
        and fact.section.topic.verdict
        and re.match(
            rf"(?:phase |task )?{re.escape(task_id.lower())}\b(?! (?:tests?|and|to|through)\b)",
            fact.key,
        )
        is not None
        and status_of(fact.text) is not None
    )
