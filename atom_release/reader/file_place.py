"""Where a path stands: among work that was done, among tests that ran, or in a list of what there is.

Told by the titles over it and by the report's own; what the line itself says is in `making`.
"""

from __future__ import annotations

from functools import lru_cache

from atom_release.reader.facts import Document, Fact
from atom_release.reader.sections import Section, topic
from atom_release.reader.vocabulary import name_of, words
from atom_release.reader.words import has_warning, ticked

_LOOKED_AT = ("t_files_looked_at", "t_not_made", "t_looked", "t_unchanged", "t_merits")
_MENDING = ("mended", "verb_made", "t_solution", "t_fixes")
"""What a report's own title must say; that it is complete says nothing of a fault in it."""
_PUT_RIGHT = ("mended", "t_work_done", "verb_made", "t_solution", "t_fixes", "pass")


def is_tested_report(document: Document) -> bool:
    """Return whether a report is one of tests that ran, and not of tests that were written."""
    title = document.title or ""
    return topic(title).testing and words("t_building").search(title.lower()) is None


def is_of_tests(fact: Fact, *, tested: bool) -> bool:
    """Return whether a line stands in a report of tests, or below a title about them."""
    return tested or fact.section.inherited.testing


def of_what_was_made(section: Section) -> bool:
    """Return whether a section, or the one above it, is about what was made or changed."""
    above = section.parent
    if section.topic.made or (above is not None and above.topic.made):
        return True
    return _is_solution(section) or (above is not None and _is_solution(above))


def _is_solution(section: Section) -> bool:
    """Return whether a section tells the solution in a report that says of itself that it is done."""
    if words("t_solution").fullmatch(name_of(section.title)) is None:
        return False
    top = section
    while top.parent is not None:
        top = top.parent
    title = top.title.lower()
    return words("pass").search(title) is not None or words("t_building").search(title) is not None


def among_made(section: Section) -> bool:
    """Return whether a section or one of the two above it is about what was made, and it not about why.

    Nor about what was left as it was.
    """
    above = section.parent
    made = section.topic.made or (
        above is not None
        and of_what_was_made(above)
        and words("t_trouble").search(section.title.lower()) is None
    )
    return made and not was_left(section)


def work_was_done(section: Section) -> bool:
    """Return whether a section is about what was made, or its title has a tick as work does."""
    return of_what_was_made(section) or (section.topic.finished and lists_work(section))


def lists_work(section: Section) -> bool:
    """Return whether ticks in a section may stand for work that was done.

    Not where it tells where files are, that they were checked, or which documents there are.
    """
    return not _is_looked_at(section) and not _is_index_of_all(section)


def _is_index_of_all(section: Section) -> bool:
    above = section.parent
    index = is_index(section) or (above is not None and is_index(above))
    title = section.title.lower()
    finished = words("pass").search(title) or words("t_whole").search(title)
    ticks = section.topic.finished or (above is not None and above.topic.finished)
    return index and not (finished or ticks)


def is_index(section: Section) -> bool:
    """Return whether a section tells which documents there are, and not that they were made."""
    title = section.title.lower()
    documents = words("t_documents").search(title) is not None
    return documents and not (section.topic.made or words("verb_made").search(title))


def _is_looked_at(section: Section) -> bool:
    """Return whether a section, or one above it, tells where files are or that they were checked.

    Or left as they were, or what speaks for them.
    """
    title = section.title.lower()
    looked = any(words(name).search(title) for name in _LOOKED_AT)
    return looked or (section.parent is not None and _is_looked_at(section.parent))


@lru_cache(maxsize=1024)
def was_left(section: Section) -> bool:
    """Return whether a title above what a section tells says that it was there before, unchanged."""
    at: Section | None = section
    while at is not None and at.parent is not None:
        title = at.title.lower()
        if words("t_unchanged").search(title) and not words("verb_made").search(title):
            return True
        at = at.parent
    return False


def is_set_apart(fact: Fact) -> bool:
    """Return whether a heading warns of its file, or stands where files were left as they were."""
    warned = has_warning(fact.text) and ticked(fact.text) is not True
    return warned or was_left(fact.section)


@lru_cache(maxsize=1024)
def is_underway(section: Section) -> bool:
    """Return whether a section, or one above it, is of work that is not done yet.

    "In Progress", "What the setup will do", "Required Fix".
    """
    at: Section | None = section
    while at is not None and at.parent is not None:
        title = at.title.lower()
        if words("t_underway").search(title) and not at.topic.finished:
            return True
        at = at.parent
    return False


@lru_cache(maxsize=1024)
def tells_trouble(section: Section) -> bool:
    """Return whether a section is about what is wrong, and no title above it says that it was mended.

    The report's own title counts for that, too: a file of "Login error" in "Fixes" was changed.
    """
    wrong = False
    at: Section | None = section
    while at is not None:
        title = at.title.lower()
        mends = _PUT_RIGHT if at.parent is not None else _MENDING
        if at.topic.finished or any(words(name).search(title) for name in mends):
            return False
        wrong = wrong or words("n_trouble").search(title) is not None
        at = at.parent
    return wrong
