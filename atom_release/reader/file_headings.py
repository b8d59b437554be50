"""Files in headings: one below a title of files, a file's name as a heading of work, "Updated a.yml"."""

from __future__ import annotations

import re
from collections.abc import Iterator

from atom_release.reader.facts import Fact
from atom_release.reader.file_place import is_of_tests, of_what_was_made
from atom_release.reader.forms import Form
from atom_release.reader.making import bracketed_path, delivers
from atom_release.reader.paths import first_paths, has_position, lead_path, path_of
from atom_release.reader.sections import says_made
from atom_release.reader.vocabulary import name_of, words
from atom_release.reader.words import ticked, unsigned

_KIND_OF_FILE = re.compile(r"\.[A-Za-z]{2,14}")
"""A name that is all ending, as `.env`: in a bracket of a title it says what kind of file is meant."""
_TEST_FILE = re.compile(r"test|spec", re.IGNORECASE)
_NUMBER = re.compile(r"^\W*\d{1,3}[.)]\s+")
_REMARK = re.compile(r"\s*[(（][^()（）]{1,60}[)）]\W*$")


def paths_of_heading(fact: Fact, *, tested: bool, plan: bool) -> Iterator[tuple[str, Form]]:
    """Yield the paths of a heading below one about files, or of a part that was made, with their form.

    `tested` is whether the report is one of tests, `plan` whether it is a plan.
    """
    if has_position(fact.raw):
        return
    above = fact.section.parent
    files = above is not None and above.own and above.inherited.files
    listed = files or (above is not None and above.own and of_what_was_made(above))
    of_tests = is_of_tests(fact, tested=tested)
    part = fact.section.own and not of_tests
    named = ticked(fact.text) is True and fact.section.own and path_of(unsigned(fact.text))
    named = named if part or not (named and _TEST_FILE.search(named)) else None
    listed = listed or bool(named)
    by_verb = _named_by_verb(fact) if fact.section.own and not plan and not named else None
    bracketed = bracketed_path(fact.raw) if listed and not (of_tests or named or by_verb) else None
    named = named or (None if bracketed and _KIND_OF_FILE.fullmatch(bracketed) else bracketed)
    form = Form.FILE_IN_HEADING if files else _form_of_heading(fact)
    if by_verb:
        yield by_verb, Form.FILE_SAID_MADE
    elif named:
        yield named, form
    elif (listed and "." in fact.text) or ("`" in fact.raw and part):
        paths, begin, end = first_paths(fact.raw)
        form = form if listed else Form.FILE_IN_OTHER_HEADING
        if delivers(fact, begin, end):
            yield from ((path, form) for path in paths if not path.endswith("/"))


def _named_by_verb(fact: Fact) -> str | None:
    """Return the file of a heading that says it was made: "Updated a.yml Navigation", "Created: a.py"."""
    text = name_of(fact.text)
    verb = words("verb_made").match(text)
    if verb:
        rest = fact.text[fact.text.lower().find(text[: verb.end()]) + verb.end() :]
        lead = lead_path(rest.strip(" :"), loose=True)
        if lead:
            return lead[0]
    before, sign, behind = fact.text.rpartition(":")
    made = sign and says_made(before.lower(), "n_file")
    return path_of(behind.strip(" `*")) if made else None


def _form_of_heading(fact: Fact) -> Form:
    """Return the form of a heading of work that names a file: whether it says nothing else."""
    name = _REMARK.sub("", _NUMBER.sub("", unsigned(fact.text))).strip()
    behind = fact.text.lower().partition(name.lower())[2] if name else ""
    counts_tests = words("test_noun").search(behind)
    alone = path_of(name) is not None and " " not in name and not counts_tests
    return Form.FILE_AS_WORK_HEADING if alone else Form.FILE_IN_WORK_HEADING
