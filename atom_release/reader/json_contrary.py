"""What a reader of a JSON report meets that speaks against its PASS.

Its texts are read as the lines of a report whose sections are its keys, so that the same is said
against a status there as in prose (`contrary`). Its values speak too: a test that failed, a verdict
that is false, an exit status, a list of what failed. What stands below a history, an example or a
plan is not of this release.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

from atom_release.gate.claims.record import ReportStatus
from atom_release.reader import sections
from atom_release.reader.contrary import find_contrary, place_against, speaks_of_this
from atom_release.reader.facts import Document, Fact, Kind
from atom_release.reader.json_counts import Keys
from atom_release.reader.json_lines import Leaf
from atom_release.reader.json_words import ABOUT, STATES, VERDICTS
from atom_release.reader.sections import Section
from atom_release.reader.tally import Counts
from atom_release.reader.vocabulary import concepts, words
from atom_release.reader.words import status_of

_DEEPEST = 12
_EXITS = frozenset({"exit code", "exit status", "return code", "returncode", "exitcode"})
_FAILED = frozenset(
    {"failed tests", "failures", "failed", "failing tests", "errors", "test failures", "failed checks"}
)  # fmt: skip
_PASSED = frozenset({"passed", "pass", "success", "ok"})
_SHALLOW = 2

Leaves = Sequence[tuple[Keys, Leaf]]


def find_json_contrary(document: Document, leaves: Leaves, counts: Counts | None) -> str | None:
    """Return the first place that speaks against a PASS, with its line, or None."""
    places = sorted(_values(leaves, counts))
    if places:
        return place_against(document, *places[0])
    return find_contrary(_prose(document, leaves), counts)


def _prose(document: Document, leaves: Leaves) -> Document:
    """Return the texts of a document as lines of a report with its keys as sections."""
    prose = Document(document.source)
    made: dict[Keys, Section] = {(): sections.start()}
    for keys, leaf in leaves:
        status = len(keys) == 1 and "status" in concepts(keys[-1])  # its statuses are compared
        if isinstance(leaf.value, str) and leaf.value.strip() and not status:
            section = _section(keys[:_DEEPEST], leaf.line, made)
            for text in leaf.value.split("\n"):
                prose.add(Fact(Kind.LINE, leaf.line, text.strip(), text, section))
    return prose


def _section(keys: Keys, line: int, made: dict[Keys, Section]) -> Section:
    named = tuple(key for key in keys if not key.isdigit())
    for depth in range(1, len(named) + 1):
        path = named[:depth]
        if path not in made:
            above = made[path[:-1]]
            parent = above if above.level else None
            made[path] = Section(path[-1], depth + 1, line, sections.topic(path[-1]), parent)
    return made[named]


def _values(leaves: Leaves, counts: Counts | None) -> Iterator[tuple[int, str]]:
    made: dict[Keys, Section] = {(): sections.start()}
    groups: dict[Keys, set[str]] = defaultdict(set)
    for keys, leaf in leaves:
        if keys and isinstance(leaf.value, int):
            groups[keys[:-1]] |= concepts(keys[-1])
    for keys, leaf in leaves:
        if keys and speaks_of_this(_section(keys[:-1][:_DEEPEST], leaf.line, made)):
            kind = _against(keys, leaf, groups[keys[:-1]], counts)
            if kind:
                yield leaf.line, kind


def _against(keys: Keys, leaf: Leaf, beside: set[str], counts: Counts | None) -> str | None:
    name, value = keys[-1], leaf.value
    whole = len(keys) == 1 or (len(keys) == _SHALLOW and keys[0] in ABOUT)
    if whole and name in VERDICTS and value is False:
        return "says that it did not pass"
    if whole and name in _EXITS and isinstance(value, int) and value:
        return "has an exit status that is not 0"
    listed = len(keys) > 1 and name.isdigit() and keys[-2] in _FAILED and len(keys) <= _SHALLOW + 1
    if listed and isinstance(value, str) and value.strip():
        return "lists what failed"
    about = any(words("test_noun").search(key) for key in keys)
    counted = "failed" in concepts(name) and (about or bool({"passed", "total"} & beside))
    taken = counts is not None and bool(counts.failed)
    if (
        counted
        and not taken
        and isinstance(value, int)
        and not isinstance(value, bool)
        and value > 0
    ):
        return "counts tests that fail"
    inside = about or any(key in {"results", "suites", "cases"} for key in keys[:-1])
    failed = isinstance(value, str) and status_of(value.replace("_", " ")) is ReportStatus.FAIL
    untrue = value is False and name in _PASSED
    if len(keys) > 1 and inside and ((name in STATES and failed) or untrue):
        return "is of a test that failed"
    return None
