"""From a Markdown text to its facts; nothing else reads the parser's tokens.

Only the block structure is parsed: inline markup is taken away line by line (`plain`), because the
parser's inline rules are the ones that hostile text can make slow, and link definitions are left as
text for the same reason. Quotations are other people's words, except in the header.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from atom_release.reader import sections
from atom_release.reader.facts import (
    LONGEST_LINE,
    Document,
    Fact,
    Given,
    Kind,
    Table,
    fields_of_table,
    split_fields,
)
from atom_release.reader.framed import as_markdown
from atom_release.reader.front_matter import take_front_matter
from atom_release.reader.hidden import Page, Seen, defined_lines
from atom_release.reader.plain import narrow, plain
from atom_release.reader.vocabulary import name_of

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token

GIVEN = "release-claims"
_GIVEN_INFO = re.compile(rf"(?:(?:ya?ml|json)\s+)?{GIVEN}")
_COMMENT = re.compile(r"<!--|-->")
_CHECKBOX = re.compile(r"\[([ xX])\]\s+")
_OWN_BULLET = re.compile(r"[•▪▸►‣◦]\s+(?=\S)")
"""What a line of a list begins with that Markdown takes for a line of a paragraph."""
_SUBTITLES = 3
_SUBTITLE_LEVEL = 2


def read_markdown(text: str) -> Document:
    """Return the facts of a Markdown text."""
    source = text.split("\n")
    document = Document(source)
    body = take_front_matter(document)
    _Walk(document).run(_parser().parse("\n".join(as_markdown(body))))
    _add_fields(document)
    return document


@cache
def _parser() -> MarkdownIt:
    from markdown_it import MarkdownIt

    parser = MarkdownIt("commonmark").enable("table").disable("reference")
    parser.core.ruler.enableOnly(["normalize", "block"])
    return parser


_WITHOUT_FIELDS = frozenset({Kind.ROW, Kind.RUN, Kind.HTML, Kind.UNSEEN})


def _add_fields(document: Document) -> None:
    pairs: list[Fact] = []
    for fact in document.facts:
        if fact.kind not in _WITHOUT_FIELDS:
            pairs += split_fields(fact)
    for table in document.tables:
        pairs += fields_of_table(table)
    document.facts += pairs


class _Walk:
    """One pass over the parser's tokens."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.page = Page()
        self.section = sections.start()
        self.titled = self.section
        self.headings = 0
        self.texts = 0
        self.quotes = 0
        self.depth = 0
        self.blocks = 0
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
        elif token.type == "html_block":
            self._html(token)
        elif token.type == "list_item_open":
            self.first_in_item = True
            self.depth += 1
        elif token.type == "list_item_close":
            self.depth -= 1
        elif token.type == "blockquote_open":
            self.quotes += 1
        elif token.type == "blockquote_close":
            self.quotes -= 1
        elif token.type == "hr" and token.level == 0 and self.headings and not self._only_header():
            self.section = sections.Section(
                "", 0, _first(token), sections.Topic(), header=True, foot=True
            )

    def _quoted(self) -> bool:
        return self.quotes > 0 and not (self.section.header and self.headings <= 1)

    def _only_header(self) -> bool:
        """Return whether nothing but titles stands above, so that the header goes on."""
        return self.texts == 0 and self.headings <= _SUBTITLES

    def _heading(self, opened: Token, inline: Token) -> None:
        if "\n" in inline.content:  # a paragraph that a rule below it turned into a heading
            self._paragraph(inline)
            return
        content = self._seen(inline, _first(opened)).visible[:LONGEST_LINE]
        title = plain(content)
        if self._quoted() or (inline.content and not content.strip()):
            return
        level = int(opened.tag[1:])
        parent = self.titled  # a rule ends no section: what comes below it has its heading
        while parent.level >= level and parent.parent is not None:
            parent = parent.parent
        still = self._only_header()
        self.headings += 1
        topic = sections.topic(title)
        first = self.headings == 1 and (level == 1 or not topic.speaks)
        if first:
            topic = sections.Topic(tainted=topic.tainted)
        above = parent if 0 < parent.level < level else None
        header = first or (still and level <= _SUBTITLE_LEVEL and not topic.speaks)
        self.section = sections.Section(title, level, _first(opened), topic, above, header=header)
        self.titled = self.section
        if self.document.title is None and title:
            self.document.title = title
        self.document.add(
            Fact(Kind.HEADING, _first(opened), title, inline.content, self.section),
        )

    def _paragraph(self, token: Token) -> None:
        item, self.first_in_item = self.first_in_item, False
        self.texts += 1
        if self._quoted():
            return
        start = _first(token)
        defined = 0 if item else self._defined(token.content, start)
        for offset, raw in enumerate(self._seen(token, start).visible.split("\n")):
            if len(raw) > LONGEST_LINE or offset < defined:
                continue
            bullet = _OWN_BULLET.match(raw)
            starts = (item and not offset) or bullet is not None
            checkbox = bullet or _CHECKBOX.match(raw) if starts else None
            kind = Kind.ITEM if starts else Kind.LINE
            self.document.add(
                Fact(
                    kind,
                    start + offset,
                    plain(raw[checkbox.end() :] if checkbox else raw),
                    raw[bullet.end() :] if bullet else raw,
                    self.section,
                    checked=checkbox[1] != " " if checkbox and not bullet else None,
                    depth=self.depth,
                ),
            )

    def _seen(self, token: Token, line: int) -> Seen:
        """Return what is seen of a token's text, and keep what is not."""
        seen = self.page.look(token.content, html=token.type == "html_block")
        if seen.hidden:
            self._unseen(seen.hidden, line, commented=False)
        if seen.commented:
            self._unseen(seen.commented, line, commented=True)
        return seen

    def _unseen(self, text: str, line: int, *, commented: bool) -> None:
        """Keep a text that no page shows; one of a hidden element may be seen elsewhere."""
        kept = self.document.commented if commented else self.document.facts
        kept += [
            Fact(Kind.UNSEEN, line + offset, shown, piece, self.section)
            for offset, piece in enumerate(text.split("\n") if text else ())
            if len(piece) <= LONGEST_LINE and (shown := plain(_COMMENT.sub(" ", piece)))
        ]

    def _defined(self, content: str, line: int) -> int:
        """Return how many lines a paragraph begins with that define links, and keep them."""
        count = defined_lines(content)
        if count:
            self._unseen("\n".join(content.split("\n")[:count]), line, commented=True)
            self.document.examined.update(range(line, line + count))
        return count

    def _html(self, token: Token) -> None:
        """Keep what is seen of a block of HTML: a page shows it, and no claim is read of it."""
        line = _first(token)
        if self._quoted():
            return
        self.document.facts += [
            Fact(Kind.HTML, line + offset, text, piece, self.section)
            for offset, piece in enumerate(self._seen(token, line).visible.split("\n"))
            if len(piece) <= LONGEST_LINE and (text := plain(piece))
        ]

    def _fence(self, token: Token) -> None:
        self.texts += 1
        if self._quoted():
            return
        offset = _first(token) + (token.type == "fence")
        info = token.info.strip().lower()
        if self.page.element:
            self._unseen(f"{info}\n{token.content}", offset - 1, commented=False)
            return
        if _GIVEN_INFO.fullmatch(info) and self.quotes:
            return
        if _GIVEN_INFO.fullmatch(info):
            self.document.given.append(Given(offset, token.content.removesuffix("\n")))
            self.document.examined.update(range(offset, offset + token.content.count("\n")))
            return
        self.blocks += 1
        self.document.facts += [
            Fact(
                Kind.RUN,
                offset + index,
                narrow(line),
                line,
                self.section,
                block=self.blocks,
                info=info,
            )
            for index, line in enumerate(token.content.split("\n"))
            if line.strip() and len(line) <= LONGEST_LINE
        ]

    def _table(self, tokens: list[Token], position: int) -> int:
        self.texts += 1
        rows: list[Fact] = []
        number = 0
        cells: list[str] = []
        while tokens[position].type != "table_close":
            token = tokens[position]
            if token.type == "tr_open":
                number, cells = _first(token), []
            elif token.type == "inline":
                cells.append(self._seen(token, number).visible[:LONGEST_LINE])
            elif token.type == "tr_close":
                rows.append(self._row(number, cells))
            position += 1
        if rows and not self._quoted():
            names = tuple(name_of(cell) for cell in rows[0].cells)
            self.document.tables.append(Table(names, rows[0], rows[1:], self.section))
            self.document.facts += rows
            self.document.examined.update(row.line for row in rows)
            self.document.examined.add(rows[0].line + 1)
        return position + 1

    def _row(self, number: int, cells: list[str]) -> Fact:
        shown = tuple(map(plain, cells))
        return Fact(
            Kind.ROW,
            number,
            " | ".join(shown),
            " | ".join(cells),
            self.section,
            cells=shown,
            raw_cells=tuple(cells),
        )


def _first(token: Token) -> int:
    return token.map[0] + 1 if token.map else 1
