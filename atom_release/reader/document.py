"""A report as a flat list of lines, tables and fences, each with its line number and its section.

Only the block structure is parsed: inline markup is read line by line (`plain`), because the
parser's inline rules are the ones that hostile text can make slow, and link definitions are left as
text for the same reason. Quotations are other people's words, except in the header.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING

from atom_release.gate.claims.record import Claim, ClaimKind
from atom_release.reader import sections
from atom_release.reader.decoding import clean
from atom_release.reader.plain import plain
from atom_release.reader.sections import Section

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token

LONGEST_LINE = 2_000
_FRONT_MATTER_LINES = 60
_QUOTED = 400
_FIELD = re.compile(r"[^\w]{0,6}(\w[^:=|]{0,60}?)\s*[:=](?!//)\s*(\S.*)")
_DASHED_STATUS = re.compile(
    r"\W{0,6}((?:\w+ )?status)\s+[-\u2013\u2014]\s+(\S.{0,300})", re.IGNORECASE
)
_SEPARATOR = re.compile(r"\s[|·•]\s")
_CHECKBOX = re.compile(r"\[([ xX])\]\s+")


@dataclass(frozen=True, slots=True)
class Line:
    """One line of prose, of a list or of a heading; `raw` has its markup, `text` has not."""

    number: int
    raw: str
    text: str
    section: Section
    item: bool = False
    heading: bool = False
    checked: bool | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a table; `raw` cells have their markup."""

    number: int
    cells: tuple[str, ...]
    raw: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """A table with its first row, which `header` has in lower case."""

    top: Row
    rows: tuple[Row, ...]
    section: Section

    @property
    def header(self) -> tuple[str, ...]:
        """The names of the columns, in lower case."""
        return tuple(cell.lower() for cell in self.top.cells)

    def column(self, pattern: re.Pattern[str]) -> int | None:
        """Give the index of the first column whose header matches, or None."""
        return next((index for index, name in enumerate(self.header) if pattern.search(name)), None)


@dataclass(frozen=True, slots=True)
class Fence:
    """A code block: `info` is its language, `lines` its numbered lines."""

    info: str
    lines: tuple[tuple[int, str], ...]
    section: Section


@dataclass(frozen=True, slots=True)
class Field:
    """A `key: value` of a line, a heading, a two-column table or the front matter.

    `key` is lower-case.
    """

    key: str
    value: str
    line: Line


@dataclass
class Document:
    """All that the readers look at."""

    source: Sequence[str]
    title: str | None = None
    lines: list[Line] = field(default_factory=list)
    tables: list[Table] = field(default_factory=list)
    fences: list[Fence] = field(default_factory=list)
    fields: list[Field] = field(default_factory=list)
    examined: set[int] = field(default_factory=set)

    def claim(
        self,
        kind: ClaimKind,
        value: str | float | None,
        number: int,
        *,
        unit: str | None = None,
        comparator: str | None = None,
    ) -> Claim:
        """Give a claim that quotes its line."""
        text = clean(self.source[number - 1].strip()[:_QUOTED])
        return Claim(
            kind=kind, value=value, unit=unit, comparator=comparator, line=number, text=text
        )

    @property
    def unexamined(self) -> int:
        """How many lines with text no reader looked at."""
        return sum(
            1
            for number, line in enumerate(self.source, 1)
            if number not in self.examined and line.strip()
        )


def parse(text: str) -> Document:
    """Give the structure of a Markdown text."""
    source = text.split("\n")
    document = Document(source)
    body = _front_matter(document)
    _Walk(document).run(_parser().parse("\n".join(body)))
    document.fields = list(_fields(document))
    return document


@cache
def _parser() -> MarkdownIt:
    from markdown_it import MarkdownIt

    parser = MarkdownIt("commonmark").enable("table").disable("reference")
    parser.core.ruler.enableOnly(["normalize", "block"])
    return parser


def _front_matter(document: Document) -> list[str]:
    """Take YAML front matter's `key.

    Value` lines as lines of the header, and blank them for the parser.
    """
    source = list(document.source)
    if source[0].strip() != "---":
        return source
    end = next(
        (
            index
            for index in range(1, min(len(source), _FRONT_MATTER_LINES))
            if source[index].strip() == "---"
        ),
        None,
    )
    if end is None:
        return source
    section = sections.start()
    for index in range(1, end):
        if ":" in source[index] and not source[index].startswith((" ", "-", "#")):
            _add(
                document,
                Line(
                    index + 1,
                    source[index],
                    plain(source[index].replace('"', "").replace("'", "")),
                    section,
                ),
            )
    return [""] * (end + 1) + source[end + 1 :]


def _add(document: Document, line: Line) -> None:
    if line.text and len(line.raw) <= LONGEST_LINE:
        document.lines.append(line)
        document.examined.add(line.number)


class _Walk:
    """One pass over the parser's tokens."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.section = sections.start()
        self.headings = 0
        self.quotes = 0
        self.first_in_item = False

    def run(self, tokens: list[Token]) -> None:
        position = 0
        while position < len(tokens):
            token = tokens[position]
            position += 1
            if token.type == "heading_open":
                self._heading(token, tokens[position])
                position += 2
            elif token.type == "table_open":
                position = self._table(tokens, position)
            elif token.type == "inline":
                self._paragraph(token)
            else:
                self._other(token)

    def _other(self, token: Token) -> None:
        if token.type in {"fence", "code_block"}:
            self._fence(token)
        elif token.type == "list_item_open":
            self.first_in_item = True
        elif token.type == "blockquote_open":
            self.quotes += 1
        elif token.type == "blockquote_close":
            self.quotes -= 1
        elif token.type == "hr" and token.level == 0 and self.headings:
            self.section = sections.Section("", 0, _first(token), sections.Topic(), header=True)

    def _quoted(self) -> bool:
        return self.quotes > 0 and not self.section.header

    def _heading(self, opened: Token, inline: Token) -> None:
        if "\n" in inline.content:  # a paragraph that a rule below it turned into a heading
            self._paragraph(inline)
            return
        title = plain(inline.content[:LONGEST_LINE])
        if self._quoted():
            return
        level = int(opened.tag[1:])
        parent = self.section
        while parent.level >= level and parent.parent is not None:
            parent = parent.parent
        self.headings += 1
        topic = sections.topic(title)
        first = self.headings == 1 and (level == 1 or not topic.speaks)
        if first:
            topic = sections.Topic()
        above = parent if 0 < parent.level < level else None
        self.section = sections.Section(title, level, _first(opened), topic, above, header=first)
        if self.document.title is None and title:
            self.document.title = title
        _add(self.document, Line(_first(opened), inline.content, title, self.section, heading=True))

    def _paragraph(self, token: Token) -> None:
        item, self.first_in_item = self.first_in_item, False
        if self._quoted():
            return
        start = _first(token)
        for offset, raw in enumerate(token.content.split("\n")):
            if len(raw) > LONGEST_LINE:
                continue
            checkbox = _CHECKBOX.match(raw) if item and not offset else None
            text = plain(raw[checkbox.end() :] if checkbox else raw)
            checked = checkbox[1] != " " if checkbox else None
            _add(
                self.document,
                Line(
                    start + offset,
                    raw,
                    text,
                    self.section,
                    item=item and not offset,
                    checked=checked,
                ),
            )

    def _fence(self, token: Token) -> None:
        if self._quoted():
            return
        offset = _first(token) + (token.type == "fence")
        lines = tuple(
            (offset + index, line)
            for index, line in enumerate(token.content.split("\n"))
            if line.strip() and len(line) <= LONGEST_LINE
        )
        self.document.fences.append(Fence(token.info.strip().lower(), lines, self.section))

    def _table(self, tokens: list[Token], position: int) -> int:
        rows: list[Row] = []
        number = 0
        cells: list[str] = []
        while tokens[position].type != "table_close":
            token = tokens[position]
            if token.type == "tr_open":
                number, cells = _first(token), []
            elif token.type == "inline":
                cells.append(token.content[:LONGEST_LINE])
            elif token.type == "tr_close":
                rows.append(Row(number, tuple(map(plain, cells)), tuple(cells)))
            position += 1
        if rows and not self._quoted():
            self.document.tables.append(Table(rows[0], tuple(rows[1:]), self.section))
            self.document.examined.update(row.number for row in rows)
            self.document.examined.add(rows[0].number + 1)
        return position + 1


def _first(token: Token) -> int:
    return token.map[0] + 1 if token.map else 1


def _fields(document: Document) -> Iterator[Field]:
    for line in document.lines:
        if ":" in line.text or "=" in line.text:
            yield from split_fields(line)
        elif match := _DASHED_STATUS.match(line.text):
            yield Field(match[1].lower(), match[2], line)
    for table in document.tables:
        if len(table.header) == 2:  # noqa: PLR2004 - a key and a value
            yield from _rows_as_fields(table)
        if table.section.header and len(table.rows) == 1:
            yield from _columns_as_fields(table)


def split_fields(line: Line) -> Iterator[Field]:
    """Give the `key: value` pairs of one line.

    Several stand beside each other only behind a separator.
    """
    parts = _SEPARATOR.split(line.text) if _SEPARATOR.search(line.text) else [line.text]
    matches = [_FIELD.match(part) for part in parts]
    if len(parts) > 1 and sum(match is not None for match in matches) < 2:  # noqa: PLR2004 - one pair with a separator in its value
        matches = [_FIELD.match(line.text)]
    for match in matches:
        if match:
            yield Field(match[1].strip().lower(), match[2].strip(), line)


def _rows_as_fields(table: Table) -> Iterator[Field]:
    """Read a table of keys and values, the first of which may stand where a header would."""
    for row in (table.top, *table.rows):
        yield from _pair(
            row, row.cells[0], row.cells[1] if len(row.cells) > 1 else "", table.section
        )


def _columns_as_fields(table: Table) -> Iterator[Field]:
    """Read a table of one row below its keys."""
    (row,) = table.rows
    for key, value in zip(table.top.cells, row.cells, strict=False):
        yield from _pair(row, key, value, table.section)


def _pair(row: Row, key: str, value: str, section: Section) -> Iterator[Field]:
    if key and value:
        yield Field(
            key.strip(" :").lower(),
            value,
            Line(row.number, " | ".join(row.raw), f"{key}: {value}", section),
        )
