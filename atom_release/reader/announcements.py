"""A title, a heading right below it or one of the last, that announces the whole work as done.

"🎉 Implementation complete - dock router", "✅ Proyecto completado", "Phase 2 complete: docks". What
a part's heading says, or one that gives a share of the work, is none of these.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from atom_release.reader.facts import Document, Kind
from atom_release.reader.status_fields import SHALLOW, Rank, Stated, status_as_tainted
from atom_release.reader.vocabulary import words
from atom_release.reader.words import has_tick, unsigned

_TITLE_PARTS = re.compile(r"\s[-\u2013\u2014|]\s|[:：]\s?|[-\u2013\u2014]{2}")
_WIDE = re.compile(r"[\u2e80-\u9fff\uac00-\ud7a3]")
_FIRST_HEADINGS = 4
_LAST_HEADINGS = 2
_FEW_WORDS = 5
_DONE = ("t_done_last", "t_done", "t_finished")
_PART_OF_IT = re.compile(
    r"(?<![\d.])\d{1,2}(?:[.,]\d)?\s?%|(?<!\d)(\d{1,3})\s?/\s?(?!\1\b)\d{1,3}(?!\d)"
)


@cache
def _numbered_done() -> re.Pattern[str]:
    """Return what matches that a numbered unit of the work is done: "phase 2 complete"."""
    unit, done = words("n_numbered").pattern, words("numbered_done").pattern
    return re.compile(rf"(?:{unit})\s[\d.]{{1,6}}[a-z]?\s(?:is\s)?(?:{done})")


def stated_in_headings(document: Document) -> Iterator[Stated]:
    """Yield the status that one of the first or the last headings announces, if it does."""
    headings = [fact for fact in document.lines if fact.kind is Kind.HEADING]
    for fact in (*headings[:_FIRST_HEADINGS], *headings[_FIRST_HEADINGS:][-_LAST_HEADINGS:]):
        section = fact.section
        if section.level > SHALLOW or not section.own:
            continue
        if section.level != 1 and fact.text.isascii():
            continue  # without a sign
        text = _TITLE_PARTS.split(fact.text)[0] if section.level == 1 else fact.text
        if _announces(section.level, text):
            if not any(_PART_OF_IT.search(heading.text) for heading in headings[:_FIRST_HEADINGS]):
                status = status_as_tainted(fact, "completed")
                yield Stated(text.strip(), fact.line, status, Rank.TITLE)
            return


def _announces(level: int, text: str) -> bool:
    """Return whether a heading's text calls all of the work done, by its number or with a tick."""
    if text.isascii() or not has_tick(text):
        return level == 1 and _numbered_done().fullmatch(text.strip().lower()) is not None
    lowered = unsigned(text).strip().lower()
    return _numbered_done().fullmatch(lowered) is not None or _is_all_done(lowered)


def _is_all_done(lowered: str) -> bool:
    """Return whether a short text in lower case is a subject, the whole work, and that it is done."""
    text = lowered.strip(" .!\uff01\u3002*_:：")
    subject = words("t_subject").match(text) or words("n_trouble").match(text)
    wide = _WIDE.search(text) is not None
    if subject is None or words("t_work_open").search(text) or len(text.split()) > _FEW_WORDS:
        return False
    if wide and len(text) > 2 * _FEW_WORDS:
        return False
    rest = text[subject.end() :]
    return any(match.end() == len(rest) for name in _DONE for match in words(name).finditer(rest))
