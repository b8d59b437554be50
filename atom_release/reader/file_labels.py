"""What a label over a list says became of its files: "Created:", "Removed:", "Changes in the queue:"."""

from __future__ import annotations

from atom_release.reader.facts import Fact
from atom_release.reader.file_fields import is_neutral
from atom_release.reader.file_place import of_what_was_made, work_was_done
from atom_release.reader.making import is_name, says_changed
from atom_release.reader.sections import says_made
from atom_release.reader.vocabulary import concepts, name_of, words
from atom_release.reader.words import has_warning

_FEW_WORDS = 2
_SHORT_LABEL = 4


def label_of(fact: Fact, text: str, *, tested: bool) -> str | None:
    """Return what a label says became of the files below it, None where it says nothing.

    `tested` is whether the report is one of tests.
    """
    lowered = text.lower()
    name = name_of(text)
    named = concepts(name)
    if "gone" in named or (not named and _names_no_made_files(lowered)):
        return "gone"
    if words("t_unchanged").search(lowered) and not words("verb_made").search(lowered):
        return "gone"
    unclear = tested or has_warning(fact.section.title)
    if "made" in named and not (is_neutral(name) and unclear):
        return "made"
    if not named and is_name(text):
        if says_made(lowered, "n_file") or words("verb_made").fullmatch(name):
            return "made"
        if says_changed(lowered):
            return "changes"
    return None


def groups_files(fact: Fact, text: str) -> bool:
    """Return whether a label only names files again, or a group of them, where they were made."""
    section = fact.section
    if section.inherited.files:
        return "：" not in text and len(text.split()) <= _FEW_WORDS
    if "file" in concepts(name_of(text)) and of_what_was_made(section):
        return True
    named = words("n_file").search(text.lower()) and len(text.split()) <= _SHORT_LABEL
    return bool(named) and work_was_done(section) and not section.inherited.testing


def _names_no_made_files(lowered: str) -> bool:
    """Return whether a label names files that are gone, or that are only looked at."""
    if words("removed").search(lowered):
        return True
    files = words("n_file").search(lowered) and words("t_not_made").search(lowered)
    return bool(files)
