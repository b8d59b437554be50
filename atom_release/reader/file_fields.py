"""Files in "key: value" lines of a report: "File: `path`", "Location: `path`", "Updated: a.py, b.py"."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from atom_release.reader.facts import Document, Fact
from atom_release.reader.file_place import is_of_tests, of_what_was_made, tells_trouble
from atom_release.reader.forms import Form
from atom_release.reader.making import delivers
from atom_release.reader.paths import first_paths, has_position, lead_path, path_of
from atom_release.reader.vocabulary import name_of, words
from atom_release.reader.words import has_tick

_TEST_FILE = re.compile(r"test|spec", re.IGNORECASE)
_BUILT = re.compile(r"(?:build|dist|target|out|coverage|htmlcov|node_modules)/")
_COUNTED = re.compile(r"\W{0,6}\d{1,4}\s[^()]{1,40}[(（]([^()（）]{3,400})[)）]")
_VALUE = re.compile(r"[:：][\s*_]*")
_SHORT_KEY = 4


@cache
def _lines() -> re.Pattern[str]:
    """Return what matches a place within a file: what is there is looked at."""
    return re.compile(rf"[(（,]\s?(?:{words('n_line').pattern})\s?\d", re.IGNORECASE)


def is_neutral(name: str) -> bool:
    """Return whether a list's name does not say what became of its files: "files"; of tests, they ran."""
    return words("l_neutral").fullmatch(name) is not None


def paths_of_fields(document: Document, fact: Fact, *, tested: bool) -> Iterator[tuple[str, Form]]:
    """Yield the paths that the fields of one line deliver, with their form.

    `tested` is whether the report is one of tests.
    """
    if fact.line not in document.fields_of or has_position(fact.raw):
        return
    for pair in document.fields_of[fact.line]:
        yield from _paths_of_field(fact, pair, tested=tested)


def _paths_of_field(fact: Fact, pair: Fact, *, tested: bool) -> Iterator[tuple[str, Form]]:
    title = fact.section.title.lower()
    of_tests = is_of_tests(fact, tested=tested)
    listed = (pair.is_a("made") and not is_neutral(pair.key)) or fact.section.inherited.files
    verb = words("verb_made").search(pair.key) is not None and not of_tests
    work = of_what_was_made(fact.section)
    mended = work or words("mended").search(title) is not None
    done = mended or has_tick(title)
    part = work and not tested
    documents = fact.section.topic.made and words("t_documents").search(title) is not None
    named = part and (documents or _names_part(pair.key))
    if not (pair.is_a("file") or pair.is_a("made") or verb or named):
        return
    if (of_tests and not (listed or done)) or (
        not (listed or verb) and tells_trouble(fact.section)
    ):
        return
    if pair.is_a("location") and (not (listed or done) or _lines().search(fact.text)):
        return  # it says where something is, which may be still to be made
    sure = listed or verb or done or named or pair.is_a("made")
    if not sure and words("verb_make").match(name_of(title)):
        return  # what is to be done there
    form = Form.FILE_IN_SLOT if sure else Form.FILE_IN_OTHER_SLOT
    for path in _paths_of_value(fact, alone=listed or verb, whole=pair.is_a("file") and mended):
        ran = of_tests and not (listed or mended) and _TEST_FILE.search(path)
        if not (ran or path.endswith("/") or (verb and _BUILT.match(path))):
            yield path, form


def _names_part(key: str) -> bool:
    """Return whether a key names a part of a project, as a file may be: "Model", "Migration"."""
    return (
        len(key.split()) <= _SHORT_KEY
        and (words("n_part").search(key) or words("n_file").search(key)) is not None
        and words("t_not_made").search(key) is None
    )


def _paths_of_value(fact: Fact, *, alone: bool, whole: bool) -> list[str]:
    """Return the paths of a field's value: in code marks or linked, or the whole of it.

    Args:
        fact: the line.
        alone: whether a bare name may be the whole value.
        whole: whether a path with its folder may.
    """
    mark = _VALUE.search(fact.raw)
    if mark is None:
        return []
    value = fact.raw[mark.end() :]
    counted = _COUNTED.match(value) if alone else None
    if counted:
        names = [path_of(name.strip(" `")) for name in re.split(r"[,，、]", counted[1])]
        return [name for name in names if name] if all(names) else []
    paths, begin, end = first_paths(value)
    lead = lead_path(value, any_ending=True) if not paths and value.startswith("`") else None
    if lead and "/" in lead[0]:
        paths, begin, end = [lead[0]], 0, lead[1]
    path = path_of(value.strip(" *"))
    stands = path is not None and (alone or (whole and "/" in path))
    if not (value.startswith(("`", "[")) or stands):
        return []
    return paths if delivers(fact, mark.end() + begin, mark.end() + end) else []
