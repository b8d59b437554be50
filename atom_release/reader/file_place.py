"""Where a path stands: among work that was done, among tests that ran, or in a list of what there is.

Told by the titles over it and by the report's own; what the line itself says is in `making`.
"""

from __future__ import annotations

from atom_release.reader.facts import Document, Fact
from atom_release.reader.sections import Section, topic
from atom_release.reader.vocabulary import name_of, words


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
    """Return whether a section or one of the two above it is about what was made, and it not about why."""
    if section.topic.made:
        return True
    above = section.parent
    return (
        above is not None
        and words("t_trouble").search(section.title.lower()) is None
        and of_what_was_made(above)
    )


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
    """Return whether a section, or one above it, tells where files are or that they were checked."""
    title = section.title.lower()
    looked = any(
        words(name).search(title) for name in ("t_files_looked_at", "t_not_made", "t_looked")
    )
    return looked or (section.parent is not None and _is_looked_at(section.parent))
