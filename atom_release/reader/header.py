"""Whose report this is, of when, of which version, and on which branch and commit."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from atom_release.gate.claims.record import Claim, ClaimKind
from atom_release.reader.dates import iso
from atom_release.reader.facts import Document, Fact
from atom_release.reader.forms import is_given, why_withheld
from atom_release.reader.unnamed import lone_date, titled_date, told_branch, told_date
from atom_release.reader.versions import (
    form_of_version,
    headed_version,
    installed_version,
    titled_version,
    version_of,
    version_of_product,
)
from atom_release.reader.vocabulary import concepts, is_english, name_of, words

_TASK = re.compile(r"(?<![\w.])([A-Z]{1,3}\.\d{1,3}(?:\.\d{1,3})*)(?![\w]|\.\d)")
_NAMED = re.compile(r"[A-Za-z0-9]{1,20}(?:\.[A-Za-z0-9]{1,20}){0,4}")
_FILE_TASK = re.compile(r"0?([A-Z]\.\d{1,3}(?:\.\d{1,3})?)[_\- ]")
_BRANCH = re.compile(r"(?!/|-)[^\s~^:?*\[\\,;()（）]{1,200}(?<![/.,])")
_NO_BRANCH = frozenset({"n/a", "none", "tbd", "-", "merged", "current", "the"})
_COMMIT = re.compile(r"\W{0,6}([0-9a-f]{7,40})(?![\w])", re.IGNORECASE)
_LONGEST_NAME = 100
_OWN = frozenset({"branch", "commit", "version", "date"})
"""What a section may be named after that holds nothing else."""
_TAIL = 8
_ASKED = 2
_EARLY = 12


@dataclass
class HeaderRead:
    """What the head and the foot of the report say."""

    service: str | None = None
    branch: str | None = None
    date: str | None = None
    claims: list[Claim] = field(default_factory=list)
    reasons: dict[str, str] = field(default_factory=dict)


def task_id(document: Document, path: str) -> tuple[str | None, tuple[str, ...]]:
    """Return the task the report names.

    In its own field, else in its title, else in its file's name; and what disagrees.
    """
    named = _field_task(document)
    titled = next(iter(_TASK.findall(document.title or "")), None)
    findings = (
        (f"the report is of task {named[0]} on line {named[1]} and of {titled} in its title",)
        if named and titled and named[0] != titled
        else ()
    )
    filed = _FILE_TASK.match(PurePosixPath(path).name)
    return (named[0] if named else titled or (filed[1] if filed else None)), findings


def _field_task(document: Document) -> tuple[str, int] | None:
    for fact in document.named("task"):
        if not fact.section.header:
            continue
        match = _TASK.search(fact.text)
        if match:
            return match[1], fact.line
        if fact.key.endswith("id") and _NAMED.fullmatch(fact.text):
            return fact.text, fact.line
    return None


def read_header(document: Document) -> HeaderRead:
    """Read service, branch, commit, version and date."""
    read = HeaderRead()
    fields = list(_placed(document))
    read.service = next(
        (
            fact.text
            for fact in fields
            if fact.section.header and fact.is_a("service") and len(fact.text) <= _LONGEST_NAME
        ),
        None,
    )
    for kind, value in (
        (
            ClaimKind.BRANCH,
            _first(fields, "branch", _branch)
            or _only(document, "branch", _branch)
            or told_branch(document),
        ),
        (
            ClaimKind.COMMIT,
            _first(fields, "commit", _commit) or _only(document, "commit", _commit),
        ),
        (
            ClaimKind.VERSION,
            _stated_version(document, fields)
            or version_of_product(fields)
            or titled_version(document)
            or headed_version(document)
            or installed_version(document, fields),
        ),
        (
            ClaimKind.DATE,
            _date(fields) or told_date(document) or lone_date(document) or titled_date(document),
        ),
    ):
        if value is not None:
            text, line = value
            read.claims.append(document.claim(kind, text, line))
            read.reasons[kind.value] = f"line {line}"
            if kind is ClaimKind.BRANCH:
                read.branch = text
            elif kind is ClaimKind.DATE:
                read.date = text
    return read


def _placed(document: Document) -> Iterator[Fact]:
    """Yield the fields that speak of the report: in its header, a summary, its foot or last lines.

    Those of the header first.
    """
    tail = {fact.line for fact in document.lines[-_TAIL:]}
    head: list[Fact] = []
    rest: list[Fact] = []
    for fact in document.fields:
        section = fact.section
        early = fact.line <= _EARLY and fact.is_a("date")
        shallow = fact.heading and (section.level <= 2 or early)  # noqa: PLR2004 - a part's headings are deeper
        if section.header and not section.foot:
            head.append(fact)
        elif (
            section.foot
            or fact.line in tail
            or shallow
            or (section.own and (section.topic.verdict or section.inherited.environment))
            or (section.own and section.level <= 2 and concepts(name_of(section.title)) & _OWN)  # noqa: PLR2004
        ):
            rest.append(fact)
    yield from head
    yield from rest


Value = tuple[str, int]


def _first(fields: list[Fact], concept: str, read: Callable[[str], str | None]) -> Value | None:
    return next(
        (
            (value, fact.line)
            for fact in fields
            if fact.is_a(concept) and (value := read(fact.text))
        ),
        None,
    )


def _stated_version(document: Document, fields: list[Fact]) -> Value | None:
    """Return the version of the first field of that name, unless it may be the document's."""
    stated = [
        (value, fact)
        for fact in fields
        if fact.is_a("version") and (value := version_of(fact.text))
    ]
    if not stated:
        return None
    value, fact = stated[0]
    if is_given(form_of_version(value, fact)):
        return value, fact.line
    document.withheld[fact.line] = why_withheld(form_of_version(value, fact))
    return None


def _only(document: Document, concept: str, read: Callable[[str], str | None]) -> Value | None:
    """Return the one value that all fields of that name give, wherever they stand."""
    values = [
        (value, fact.line)
        for fact in document.named(concept)
        if fact.section.own and (value := read(fact.text))
    ]
    return values[0] if len({value for value, _ in values}) == 1 else None


def _branch(text: str) -> str | None:
    match = _BRANCH.match(text)
    rest = text[match.end() :].strip() if match else ""
    if match is None or (rest and rest[0] not in "(（,;-\u2013—@→·|"):
        return None
    return None if match[0].lower() in _NO_BRANCH else match[0]


def _commit(text: str) -> str | None:
    match = _COMMIT.match(text)
    if match is None or not any(character.isdigit() for character in match[1]):
        return None
    return match[1]


def _date(fields: list[Fact]) -> Value | None:
    """Return the report's date: a field of dates before one that says when it was last changed."""
    for concept in ("date", "updated"):
        named = [fact for fact in fields if fact.is_a(concept)]
        dated = [
            (fact, value)
            for index, fact in enumerate(named)
            if (value := iso(fact.text, english=is_english(fact.key), ask=index < _ASKED))
        ]
        explicit = [entry for entry in dated if _says_date(entry[0].key)]
        chosen = next(iter(explicit or dated), None)
        if chosen is not None:
            return chosen[1], chosen[0].line
    return None


def _says_date(key: str) -> bool:
    return words("date_said").search(key) is not None
