"""A report as a flat list of facts, each with its kind, its section and its place.

Whatever a report is written in becomes facts first (`markdown`, `json_report`), and every decision
is taken over facts alone. No meaning is given here: what a key or a word says is in `vocabulary`,
what follows from it in the module of each field.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property

from atom_release.gate.claims.record import Claim, ClaimKind
from atom_release.reader.decoding import clean
from atom_release.reader.sections import Section
from atom_release.reader.vocabulary import concepts, name_of

LONGEST_LINE = 2_000
_QUOTED = 400
_BROAD = 2


class Kind(StrEnum):
    """What kind of place a fact stands in."""

    FRONT_MATTER = "front matter"
    HEADING = "heading"
    LINE = "line"
    ITEM = "item"
    FIELD = "field"
    ROW = "row"
    RUN = "run output"
    HTML = "HTML"
    UNSEEN = "hidden element"


@dataclass(frozen=True, slots=True)
class Table:
    """A table: its columns' names in lower case, as `name_of` gives them, and its rows' count."""

    names: tuple[str, ...]
    top: Fact
    rows: list[Fact]
    section: Section

    def column(self, concept: str) -> int | None:
        """Return the index of the first column that the concept names, or None."""
        return next(
            (index for index, name in enumerate(self.names) if concept in concepts(name)), None
        )


@dataclass(slots=True, eq=False)  # frozen, it takes three times as long to make
class Fact:
    """One fact: `text` without its markup, `raw` with it, at `line` (1-based).

    `key` is a field's name as `name_of` gives it, `label` as written; `cells` and `raw_cells` are a
    row's; `checked` is a task list's box; `block` numbers the code block of run output and `info`
    is its language; `source` is the fact that a field was taken from.
    """

    kind: Kind
    line: int
    text: str
    raw: str
    section: Section
    key: str = ""
    cells: tuple[str, ...] = ()
    raw_cells: tuple[str, ...] = ()
    checked: bool | None = None
    depth: int = 0
    block: int = 0
    info: str = ""
    source: Fact | None = None

    @property
    def item(self) -> bool:
        """Whether it is the first line of a list's item."""
        return self.kind is Kind.ITEM

    @property
    def heading(self) -> bool:
        """Whether it is a heading, or a field in one."""
        return self.kind is Kind.HEADING or (
            self.source is not None and self.source.kind is Kind.HEADING
        )

    def is_a(self, concept: str) -> bool:
        """Return whether the field's name stands for the concept."""
        return concept in concepts(self.key)


@dataclass(frozen=True, slots=True)
class Given:
    """A fenced block that gives the report's record, with the line its text begins on."""

    line: int
    text: str


@dataclass(eq=False)
class Document:
    """The facts of one report, and views of them by kind.

    `withheld` has the lines of claims in a form that is too often wrong to be given, with why.
    """

    source: Sequence[str]
    title: str | None = None
    facts: list[Fact] = field(default_factory=list)
    tables: list[Table] = field(default_factory=list)
    examined: set[int] = field(default_factory=set)
    withheld: dict[int, str] = field(default_factory=dict)
    commented: list[Fact] = field(default_factory=list)
    given: list[Given] = field(default_factory=list)

    def add(self, fact: Fact) -> None:
        """Add a fact, and count its line as looked at; not of a line that is too long."""
        if fact.text and len(fact.raw) <= LONGEST_LINE:
            self.facts.append(fact)
            self.examined.add(fact.line)

    @cached_property
    def lower(self) -> str:
        """The whole report in lower case: one search of it spares asking each line."""
        return "\n".join(self.source).lower()

    @cached_property
    def lines(self) -> list[Fact]:
        """The lines of prose, of lists and of headings, and front matter."""
        shown = {Kind.LINE, Kind.ITEM, Kind.HEADING, Kind.FRONT_MATTER}
        return [fact for fact in self.facts if fact.kind in shown]

    @cached_property
    def fields(self) -> list[Fact]:
        """The `key: value` pairs of lines, headings, two-column tables and front matter."""
        return [fact for fact in self.facts if fact.kind is Kind.FIELD]

    @cached_property
    def fields_of(self) -> dict[int, list[Fact]]:
        """The fields by their lines."""
        by_line: dict[int, list[Fact]] = defaultdict(list)
        for fact in self.fields:
            by_line[fact.line].append(fact)
        return by_line

    @cached_property
    def blocks(self) -> dict[int, list[Fact]]:
        """The lines of each code block."""
        by_block: dict[int, list[Fact]] = defaultdict(list)
        for fact in self.facts:
            if fact.kind is Kind.RUN:
                by_block[fact.block].append(fact)
        return by_block

    def named(self, concept: str) -> Iterator[Fact]:
        """Yield the fields whose name stands for the concept."""
        return (fact for fact in self.fields if concept in concepts(fact.key))

    def span(self, fact: Fact) -> tuple[int, int, int]:
        """Return line, first and last column (from 0, end excluded) at which the fact stands."""
        line = self.source[fact.line - 1]
        start = line.find(fact.raw)
        if start < 0:
            start = line.find(fact.text)
            return (
                (fact.line, start, start + len(fact.text))
                if start >= 0
                else (fact.line, 0, len(line))
            )
        return fact.line, start, start + len(fact.raw)

    def claim(  # noqa: PLR0913 - what a claim holds
        self,
        kind: ClaimKind,
        value: str | float | None,
        number: int,
        *,
        unit: str | None = None,
        comparator: str | None = None,
        detail: str | None = None,
    ) -> Claim:
        """Return a claim that quotes its line."""
        text = clean(self.source[number - 1].strip()[:_QUOTED])
        return Claim(
            kind=kind,
            value=value,
            unit=unit,
            comparator=comparator,
            detail=detail,
            line=number,
            text=text,
        )

    @property
    def unexamined(self) -> int:
        """How many lines with text no reader looked at."""
        return sum(
            1
            for number, line in enumerate(self.source, 1)
            if number not in self.examined and line.strip()
        )


_FIELD = re.compile(r"[^\w]{0,8}(\w[^:=|]{0,60}?)\s*[:=](?!//|=)\s*(\S.*)")
_DASHED = re.compile(r"\W{0,6}(\w[\w ]{2,40}?)\s+[-\u2013\u2014]\s+(\S.{0,300})")
_SEPARATOR = re.compile(r"\s[|·•]\s|\s?｜\s?|(?:\u3000|\s{3,})(?=\S{1,20}[:：])")


def split_fields(fact: Fact) -> Iterator[Fact]:
    """Yield the `key: value` pairs of one line.

    Several stand beside each other only behind a separator. A dash parts them only behind a name
    that the lexicon has for a status.
    """
    text = fact.text
    if ":" not in text and "=" not in text:
        match = _DASHED.match(text) if len(text) < _QUOTED else None
        if match and "status" in concepts(name_of(match[1])):
            yield field_of(fact, match[1], match[2])
        return
    parts = _SEPARATOR.split(text) if _SEPARATOR.search(text) else [text]
    matches = [_FIELD.match(part) for part in parts]
    if len(parts) > 1 and sum(match is not None for match in matches) < _BROAD:
        matches = [_named_twice(parts) or _FIELD.match(text)]
    for match in matches:
        if match:
            yield field_of(fact, match[1], match[2].strip())


def _named_twice(parts: Sequence[str]) -> re.Match[str] | None:
    """Return the field of a line whose key stands in two languages: "日期 | Date: 2026-03-01"."""
    field = _FIELD.match(parts[1]) if len(parts) == _BROAD else None
    same = field and concepts(name_of(parts[0])) & concepts(name_of(field[1]))
    return field if same else None


def field_of(fact: Fact, label: str, value: str) -> Fact:
    """Return a field that was taken from another fact."""
    return Fact(
        Kind.FIELD,
        fact.line,
        value,
        fact.raw,
        fact.section,
        key=name_of(label),
        checked=fact.checked,
        source=fact,
    )


_HEADER_NAMES = frozenset({"status", "date", "updated", "branch", "commit", "version", "service"})
"""Names of which a pair of the first row says that it is a header: "Status | Version"."""


def fields_of_table(table: Table) -> Iterator[Fact]:
    """Yield the pairs of a table of keys and values, and those of one row below its keys.

    The first pair may stand where a header would.
    """
    if len(table.names) == _BROAD:
        named = concepts(table.names[1]) & _HEADER_NAMES
        for row in table.rows if named else (table.top, *table.rows):
            if len(row.cells) > 1 and row.cells[0] and row.cells[1]:
                yield field_of(row, row.cells[0], row.cells[1])
    if table.section.header and len(table.rows) == 1:
        (row,) = table.rows
        for label, value in zip(table.top.cells, row.cells, strict=False):
            if label and value:
                yield field_of(row, label, value)
