"""The files that a report says were delivered.

Paths in its sections about files, in lists below a label such as "Files Modified:", in tables with
a column of files, in fields such as "File:", as written but with forward slashes.

An item's path stands before its description; a path within the description, or below an item that
has one, is only mentioned. An item with a cross, or "planned", claims nothing, nor does one below
"Removed:".
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from atom_release.reader.facts import Document, Fact, Kind, Table
from atom_release.reader.file_blocks import paths_of_block
from atom_release.reader.paths import first_paths, has_position, path_of, paths_in
from atom_release.reader.sections import Section, topic
from atom_release.reader.vocabulary import concepts, name_of, words
from atom_release.reader.words import has_cross, ticked, unsigned

_GONE = re.compile(
    r"(?:[-*+]\s+)?(?:D|R\d{0,3})\s+[`\w]"
)  # as `git diff --name-status` prints what was deleted or renamed
_LABEL = re.compile(r"^\W{0,8}([^:：`]{2,60})[:：]\W*$")
_BOLD = re.compile(r"^\W{0,4}\*\*[^*`]{2,60}\*\*\W*(?:\(\d{1,4}[^()]{0,20}\)\W*)?$")
_BEGINS = re.compile(
    r"\W{0,6}((?:`[^`]{1,200}`|\*\*[^*`\s]{1,200}\*\*|\*\*`[^`]{1,200}`\*\*))(?=\s*(?:$|[-\u2013\u2014:：(（]))"
)
_CODED = re.compile(r"\s*(`[^`]{1,200}`)")
_SIZED = re.compile(
    r"^\S{1,200}\s\(\s?[~≈]?\d[\d,.]{0,8}\+?\s(?:lines|loc|líneas|linhas|lignes|zeilen|行)(?:[^()]{0,40})\)",
    re.IGNORECASE,
)
_STARTS = re.compile(r"^\W{0,8}(?:[`\[]|\*\*`)")
_RANGE = re.compile(r"[`*]*\s(?:to|through|到|至|bis|hasta|até|から)\s")
_LEADING = re.compile(r"^[^\w]{1,12}")
_SHORT = 4
_DEEP = 24
_IN_MANY_FOLDERS = frozenset(
    {"readme.md", "cargo.toml", "package.json", "__init__.py", "mod.rs", "index.ts", "index.js",
     "main.py", "main.go", "main.rs", "lib.rs", "dockerfile", "go.mod", "cmakelists.txt", "makefile"}
)  # fmt: skip
_NO_FILE_TABLE = frozenset({"coverage", "passed", "failed", "total", "tests", "rate"})
_PLAIN_COLUMNS = frozenset(
    {"name", "component", "module", "output", "document", "script", "文档", "文档名称", "脚本", "documento",
     "dokument", "ドキュメント"}
)  # fmt: skip


def read_deliverables(document: Document) -> Iterator[tuple[str, int]]:
    """Yield each path once, with the line that delivers it first."""
    paths: dict[str, int] = {}
    for path, number in sorted(_all(document), key=lambda entry: entry[1]):
        paths.setdefault(path, number)
    whole = _Endings(paths)
    yield from ((path, number) for path, number in paths.items() if not whole.has(path))


class _Endings:
    """What paths end in, below a folder: the same file named again with less of its path."""

    def __init__(self, paths: Iterable[str]) -> None:
        self.endings = {
            "/".join(parts[start:])
            for parts in (path.split("/") for path in paths)
            for start in range(1, min(len(parts), _DEEP))
        }

    def has(self, path: str) -> bool:
        """Return whether a path is the end of another, and no name that many folders have."""
        return path in self.endings and path.lower() not in _IN_MANY_FOLDERS


def _all(document: Document) -> Iterator[tuple[str, int]]:
    yield from _Lists(document).run()
    for table in document.tables:
        yield from _table(table)
    for block in document.blocks.values():
        section = block[0].section
        if section.own:
            listed = section.topic.files or _parent_files(section)
            title = section.title.lower()
            made = "made" in concepts(name_of(title)) and bool(words("verb_made").search(title))
            for path, number in paths_of_block(block, listed=listed, made=made):
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
        listed = (
            above is not None and above.own and (above.inherited.files or _of_what_was_made(above))
        )
        part = fact.section.own and not (self.subject.testing or fact.section.inherited.testing)
        named = ticked(fact.text) is True and part and path_of(unsigned(fact.text))
        listed = listed or bool(named)
        marked = "`" in fact.raw or (listed and "." in fact.text)
        if marked and not has_position(fact.raw) and (listed or part):
            paths, begin, end = first_paths(fact.raw)
            if _delivers(fact, begin, end):
                yield from (
                    (path, fact.line)
                    for path in paths
                    if (listed or "/" in path) and not path.endswith("/")
                )

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
            yield from self._made(fact)

    def _made(self, fact: Fact) -> Iterator[str]:
        """Read an item that begins with a file in a section of what was made or changed."""
        section = fact.section
        above = section.parent
        made = section.topic.made or (above is not None and _of_what_was_made(above))
        sized = _SIZED.search(fact.text) is not None
        if not ((made or sized) and fact.item and self.label != "gone"):
            return
        text = _without_verb(fact.raw) if made else fact.raw
        begins = (_BEGINS if text == fact.raw else _CODED).match(text)
        paths, begin, end = first_paths(begins[1]) if begins else ([], 0, 0)
        if paths and _delivers(fact, begin, end):
            yield from (path for path in paths if not path.endswith("/"))

    def _field(self, fact: Fact) -> Iterator[str]:
        """Read "File: `path`" in a report of what was made."""
        if self.subject.testing or fact.section.inherited.testing or has_position(fact.raw):
            return
        for pair in self.document.fields_of.get(fact.line, ()):
            if not pair.is_a("file") and not pair.is_a("made"):
                continue
            if pair.is_a("location") and not _of_what_was_made(fact.section):
                continue  # it says where something is, which may be still to be made
            value = fact.raw.partition(":")[2] if ":" in fact.raw else fact.raw.partition("：")[2]
            paths, begin, end = first_paths(value.lstrip("* "))
            if paths and value.lstrip("* ").startswith(("`", "[")) and _delivers(fact, begin, end):
                yield from paths


def _without_verb(raw: str) -> str:
    """Return an item without the verb of making that it begins with: "Created `a.py`"."""
    text = raw.lstrip(" -*+0123456789.)✅✓✔☑")
    match = words("verb_made").match(text.lower())
    return text[match.end() :] if match else raw


def _of_what_was_made(section: Section) -> bool:
    """Return whether a section, or the one above it, is about what was made or changed."""
    above = section.parent
    return section.topic.made or (above is not None and above.topic.made)


def _delivers(fact: Fact, begin: int, end: int) -> bool:
    """Return whether an item says that its file is there now."""
    if ticked(fact.text) is False or has_cross(fact.text):
        return False
    removed = words("removed")
    before = fact.raw[:end].lower()
    behind = fact.raw[end:].lower()
    if removed.search(re.sub(r"`[^`]*`", " ", before)):
        return False
    if _RANGE.match(behind) or _is_gone(behind):
        return False
    match = removed.search(behind)
    return match is None or len(re.findall(r"\w+", behind)) > _SHORT or begin > end


def _is_gone(behind: str) -> bool:
    """Return whether what stands behind a path says first that its file is gone.

    "deleted from the old folder" does, "removed two imports" speaks of what is in it.
    """
    text = _LEADING.sub("", behind)
    gone = words("gone_now").match(text)
    if gone is None:
        return False
    rest = text[gone.end() :].lstrip()
    return not rest or rest[0] in ",;.:()（）。，—-" or words("gone_why").match(rest) is not None


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
    if not inside and (table.section.inherited.testing or _is_index(table.section)):
        return
    for index in _columns(table, column):
        for row in table.rows:
            if index < len(row.raw_cells) and _row_delivers(row):
                yield from (
                    (path, row.line)
                    for path in paths_in(row.raw_cells[index])
                    if inside or not path.endswith("/")
                )


def _is_index(section: Section) -> bool:
    """Return whether a section tells which documents there are, and not that they were made."""
    title = section.title.lower()
    documents = words("t_documents").search(title) is not None
    return documents and not (section.topic.made or words("verb_made").search(title))


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
