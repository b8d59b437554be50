"""A title that counts the files of its list, held against that list: "Modified Files (4)" above five.

Told only where it is certain: the list is all that stands below the title, each of its items begins
with another file, and nothing says that it is cut short.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from functools import cache

from atom_release.reader.facts import Document, Fact, Kind
from atom_release.reader.file_blocks import lone_paths
from atom_release.reader.paths import lead_path
from atom_release.reader.vocabulary import spelled, words

_CUT_SHORT = re.compile(r"\.{3}|…|\*")
_LEAST = 2


@cache
def _counted() -> re.Pattern[str]:
    """Return what matches the count of files at a title's end: "(3 files)"."""
    files = rf"(?:\s?(?:new |modified )?(?:{spelled('n_files_counted')}))?"
    return re.compile(rf"[(（]\s?(\d{{1,3}}){files}\s?[)）]\W*$", re.IGNORECASE)


def _is_cut_short(lowered: str) -> bool:
    """Return whether a line says that there are more: "...", "etc."."""
    return _CUT_SHORT.search(lowered) is not None or words("and_more").search(lowered) is not None


def miscounted_lists(document: Document) -> Iterator[str]:
    """Yield each title whose count of files is not that of the list below it, with its lines."""
    titles = [fact for fact in document.lines if fact.kind is Kind.HEADING]
    counted = [fact for fact in titles if fact.section.own and _counted().search(fact.text)]
    if not counted:
        return
    parents = {id(fact.section.parent) for fact in titles}
    below: dict[int, list[Fact]] = defaultdict(list)
    for fact in document.facts:
        if fact.kind not in {Kind.HEADING, Kind.FIELD}:
            below[id(fact.section)].append(fact)
    for title in counted:
        match = _counted().search(title.text)
        if match is None or id(title.section) in parents or not _is_of_files(title):
            continue
        lines = _listed(below[id(title.section)])
        if len(lines) >= _LEAST and len(lines) != int(match[1]):
            yield (
                f"{match[1]} files are counted on line {title.line}, and {len(lines)} are listed"
                f" below it, the last on line {lines[-1]}"
            )


def _is_of_files(title: Fact) -> bool:
    return words("n_file").search(title.text.lower()) is not None


def _listed(facts: list[Fact]) -> list[int]:
    """Return the lines of the files of a list, none where more than a list of files stands there."""
    if any(_is_cut_short(fact.text.lower()) for fact in facts):
        return []
    paths = _items(facts) if not any(fact.block for fact in facts) else _block(facts)
    return list(paths.values()) if paths else []


def _items(facts: list[Fact]) -> dict[str, int] | None:
    """Return the files that the outer items begin with, None where one begins with none."""
    depth = min((fact.depth for fact in facts if fact.item), default=0)
    paths: dict[str, int] = {}
    for fact in facts:
        if fact.kind is Kind.ROW or (not fact.item and not paths):
            return None
        if fact.item and fact.depth == depth:
            lead = lead_path(fact.raw)
            if lead is None or lead[0].endswith("/") or lead[0] in paths:
                return None
            paths[lead[0]] = fact.line
    return paths


def _block(facts: list[Fact]) -> dict[str, int] | None:
    """Return the files of one block that lists one a line, None of any other."""
    if len({fact.block for fact in facts}) > 1:
        return None
    lines = [(fact.line, fact.text) for fact in facts]
    paths = dict(lone_paths(lines))
    return paths if len(paths) == len(lines) else None
