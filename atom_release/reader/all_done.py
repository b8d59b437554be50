"""A sentence or a heading that says of all the work, or of all tests, that it is done or passes.

"All steps were implemented", "Toutes les tâches sont complétées": whichever of the languages, as "all", what it is all of, and that it is done, in one short sentence. Told of a
list's item it is of that item, and behind it may stand a condition; then it is none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from atom_release.reader.facts import Document, Fact, Kind
from atom_release.reader.sections import Section
from atom_release.reader.status_fields import Rank, Stated, last_lines, status_as_tainted
from atom_release.reader.vocabulary import words
from atom_release.reader.words import has_cross, has_warning

_SENTENCE_END = re.compile(r"(?<=\w)[.!?](?:\s|$)|[。！？]")
_MOST_WORDS = 12
_MOST_SIGNS = 80
_DEEPEST = 3
_OF_WHAT = ("n_work", "test_noun", "n_trouble", "n_goal")
_DONE = ("t_work_done", "t_met", "n_passed")
_NOT_SO = (
    "t_work_open",
    "t_on_condition",
    "conditioned",
    "t_takes_back",
    "negation",
    "fail",
    "t_wanted",
)


def stated_of_all(document: Document) -> Iterator[Stated]:
    """Yield the first heading or sentence that says that all of it is done."""
    lines = _lines_with_all(document)
    if not lines:
        return
    for fact in _speaking(document, lines):
        if has_cross(fact.text) or has_warning(fact.text):
            continue
        if any(_says_all_done(sentence) for sentence in _SENTENCE_END.split(fact.text.lower())):
            yield Stated(fact.text, fact.line, status_as_tainted(fact, "completed"), Rank.OF_ALL)
            return


def _lines_with_all(document: Document) -> set[int]:
    """Return the lines that have the word, looked for in the whole text at once."""
    text = "\n".join(document.source).lower()
    lines, line, at = set(), 1, 0
    for match in words("all_alone").finditer(text):
        line += text.count("\n", at, match.start())
        at = match.start()
        lines.add(line)
    return lines


def _speaking(document: Document, lines: set[int]) -> Iterator[Fact]:
    """Yield, of these lines, headings, the first of a summary or conclusion, and the last ones."""
    tail = last_lines(document)
    above: Section | None = None
    for fact in document.lines:
        section = fact.section
        heading = fact.kind is Kind.HEADING
        first = not heading and section is not above
        above = above if heading else section
        if fact.line not in lines or fact.kind is Kind.ITEM or not section.own:
            continue
        topic = section.topic
        summed_up = first and (topic.conclusion or topic.verdict or section.header)
        if summed_up or fact.line in tail or (heading and section.level <= _DEEPEST):
            yield fact


def _says_all_done(sentence: str) -> bool:
    """Return whether a short sentence in lower case says that all of something is done."""
    every = words("all_alone").search(sentence)
    if every is None or len(sentence.split()) > _MOST_WORDS or len(sentence) > _MOST_SIGNS:
        return False
    if not any(words(name).search(sentence) for name in _OF_WHAT):
        return False
    done = [match for name in _DONE if (match := words(name).search(sentence, every.end()))]
    return bool(done) and not any(words(name).search(sentence) for name in _NOT_SO)
