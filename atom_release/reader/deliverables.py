"""The files that a report says were delivered.

Paths in its sections about files, in lists below a label such as "Files Modified:", in tables with
a column of files, in fields such as "File:", as written but with forward slashes.

An item's path stands before its description; a path within the description, or below an item that
has one, is only mentioned. An item with a cross, or "planned", claims nothing, nor does one below
"Removed:".
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from atom_release.reader.facts import Document, Fact, Kind, Table
from atom_release.reader.file_blocks import paths_of_block
from atom_release.reader.paths import first_paths, has_position, paths_in
from atom_release.reader.sections import Section, topic
from atom_release.reader.vocabulary import concepts, name_of, words
from atom_release.reader.words import has_cross, ticked

_GONE = re.compile(
    r"(?:[-*+]\s+)?(?:D|R\d{0,3})\s+[`\w]"
)  # as `git diff --name-status` prints what was deleted or renamed
_LABEL = re.compile(r"^\W{0,8}([^:：`]{2,60})[:：]\W*$")
_BOLD = re.compile(r"^\W{0,4}\*\*[^*`]{2,60}\*\*\W*(?:\(\d{1,4}[^()]{0,20}\)\W*)?$")
_STARTS = re.compile(r"^\W{0,8}(?:[`\[]|\*\*`)")
_RANGE = re.compile(r"[`*]*\s(?:to|through|到|至|bis|hasta|até|から)\s")
_SHORT = 4
_NO_FILE_TABLE = frozenset({"coverage", "passed", "failed", "total", "tests", "rate"})
_PLAIN_COLUMNS = frozenset({"name", "component", "module", "output", "document", "script"})


def read_deliverables(document: Document) -> Iterator[tuple[str, int]]:
    """Yield each path once, with the line that delivers it first."""
    seen: set[str] = set()
    for path, number in sorted(_all(document), key=lambda entry: entry[1]):
        if path not in seen:
            seen.add(path)
            yield path, number


def _all(document: Document) -> Iterator[tuple[str, int]]:
    yield from _Lists(document).run()
    for table in document.tables:
        yield from _table(table)
    for block in document.blocks.values():
        section = block[0].section
        if section.own:
            listed = section.topic.files or _parent_files(section)
            for path, number in paths_of_block(block, listed=listed):
                document.examined.add(number)
                yield path, number


def _parent_files(section: Section) -> bool:
    return section.parent is not None and section.parent.topic.files


class _Lists:
    """One pass over the lines, which knows the label that the current list stands below."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.subject = topic(document.title or "")
        self.label: str | None = None
        self.section: Section | None = None
        self.named_at: int | None = None

    def run(self) -> Iterator[tuple[str, int]]:
        for fact in self.document.lines:
            if fact.section is not self.section:
                self.section, self.label, self.named_at = fact.section, None, None
            if fact.kind is Kind.HEADING:
                yield from self._heading(fact)
                continue
            if self._is_label(fact):
                continue
            paths = list(self._paths(fact))
            if fact.item:
                self._remember(fact, named=bool(paths))
            yield from ((path, fact.line) for path in paths)

    def _is_label(self, fact: Fact) -> bool:
        match = _LABEL.match(fact.text)
        if "`" in fact.raw:
            return False
        text = match[1] if match else fact.text if _BOLD.match(fact.raw) else None
        if text is None:
            return False
        named = concepts(name_of(text))
        gone = "gone" in named or (not named and words("removed").search(text.lower()))
        if fact.item and not named and not gone:
            return False
        self.label = "gone" if gone else "made" if named & {"made"} else "other"
        self.named_at = None
        return True

    def _remember(self, fact: Fact, *, named: bool) -> None:
        if named and (self.named_at is None or fact.depth <= self.named_at):
            self.named_at = fact.depth
        elif not named and self.named_at is not None and fact.depth <= self.named_at:
            self.named_at = None

    def _heading(self, fact: Fact) -> Iterator[tuple[str, int]]:
        """Read a heading with a path, below one about files or of a part that was made."""
        above = fact.section.parent
        listed = above is not None and above.own and above.inherited.files
        part = fact.section.own and not (self.subject.testing or fact.section.inherited.testing)
        if "`" in fact.raw and not has_position(fact.raw) and (listed or part):
            paths, begin, end = first_paths(fact.raw)
            if _delivers(fact, begin, end):
                yield from ((path, fact.line) for path in paths if listed or "/" in path)

    def _paths(self, fact: Fact) -> Iterator[str]:
        if not fact.section.own or self.label == "gone" or _GONE.match(fact.raw.strip()):
            return
        below = self.named_at is not None and fact.item and fact.depth > self.named_at
        if below:
            return
        listed = self.label == "made" or (
            fact.section.inherited.files and (self.label is None or fact.section.topic.files)
        )
        starts = fact.item or _STARTS.match(fact.raw) is not None or fact.raw[:1] in "✅✓✔"
        if listed and starts and "/" + fact.raw != "/":
            paths, begin, end = first_paths(fact.raw)
            if paths and _delivers(fact, begin, end):
                yield from paths
        elif not listed:
            yield from self._field(fact)

    def _field(self, fact: Fact) -> Iterator[str]:
        """Read "File: `path`" in a report of what was made."""
        if self.subject.testing or fact.section.inherited.testing or has_position(fact.raw):
            return
        for pair in self.document.fields_of.get(fact.line, ()):
            if not pair.is_a("file") and not pair.is_a("made"):
                continue
            value = fact.raw.partition(":")[2] if ":" in fact.raw else fact.raw.partition("：")[2]
            paths, begin, end = first_paths(value.lstrip("* "))
            if paths and value.lstrip("* ").startswith(("`", "[")) and _delivers(fact, begin, end):
                yield from paths


def _delivers(fact: Fact, begin: int, end: int) -> bool:
    """Return whether an item says that its file is there now."""
    if ticked(fact.text) is False or has_cross(fact.text):
        return False
    removed = words("removed")
    before = fact.raw[:end].lower()
    behind = fact.raw[end:].lower()
    if removed.search(re.sub(r"`[^`]*`", " ", before)):
        return False
    if _RANGE.match(behind):
        return False
    match = removed.search(behind)
    return match is None or len(re.findall(r"\w+", behind)) > _SHORT or begin > end


def _table(table: Table) -> Iterator[tuple[str, int]]:
    column = table.column("file_column")
    if column is None or not table.section.own:
        return
    others = [concepts(name) for index, name in enumerate(table.names) if index != column]
    if any(names & _NO_FILE_TABLE and "change_column" not in names for names in others):
        return
    change = any("change_column" in names for names in others)
    inside = table.section.inherited.files
    if not inside and not (change and table.names[column] not in _PLAIN_COLUMNS):
        return
    if not inside and table.section.inherited.testing:
        return
    for index in _columns(table, column):
        for row in table.rows:
            if index < len(row.raw_cells) and _row_delivers(row):
                yield from ((path, row.line) for path in paths_in(row.raw_cells[index]))


def _columns(table: Table, first: int) -> Iterator[int]:
    """Yield the column of files: of several the one that holds paths in most rows."""
    named = [
        index for index, name in enumerate(table.names) if "file_column" in concepts(name)
    ] or [first]
    yield max(
        named,
        key=lambda index: sum(
            bool(paths_in(row.raw_cells[index])) for row in table.rows if index < len(row.raw_cells)
        ),
    )


def _row_delivers(row: Fact) -> bool:
    if has_cross(row.text):
        return False
    removed = words("removed")
    return not any(
        removed.match(cell.lower().lstrip(" *_"))
        or (removed.search(cell.lower()) and len(cell.split()) <= _SHORT)
        for cell in row.cells
    )
