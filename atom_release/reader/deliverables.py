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

from atom_release.reader.document_kinds import is_plan
from atom_release.reader.facts import Document, Fact, Kind
from atom_release.reader.file_blocks import paths_of_block
from atom_release.reader.file_tables import paths_of_table
from atom_release.reader.making import (
    delivers,
    is_name,
    lists_work,
    of_what_was_made,
    says_changed,
    says_made_behind,
    told_path,
)
from atom_release.reader.paths import first_paths, has_position, lead_path, path_of
from atom_release.reader.sections import Section, says_made, topic
from atom_release.reader.vocabulary import concepts, name_of, words
from atom_release.reader.words import has_tick, has_warning, ticked, unsigned

_GONE = re.compile(
    r"(?:[-*+]\s+)?(?:D|R\d{0,3})\s+[`\w]"
)  # as `git diff --name-status` prints what was deleted or renamed
_LABEL = re.compile(r"^\W{0,8}([^:：`]{2,60})[:：]\W*$")
_BOLD = re.compile(r"^\W{0,4}\*\*[^*`]{2,60}\*\*\W*(?:\(\d{1,4}[^()]{0,20}\)\W*)?$")
_TEST_FILE = re.compile(r"test|spec", re.IGNORECASE)
_BUILT = re.compile(r"(?:build|dist|target|out|coverage|htmlcov|node_modules)/")
_NEUTRAL = frozenset(
    {"files", "dateien", "archivos", "fichiers", "arquivos", "文件清单", "ファイル一覧", "filer", "berkas", "output files",
     "输出文件", "file", "artifacts", "artefakte"}
)  # fmt: skip
"""Labels over files that do not say what became of them: in a test report those that were run."""
_SIZED = re.compile(
    r"^\S{1,200}\s\((?:\w{1,14},)?\s?[~≈]?\d[\d,.]{0,8}\+?\s(?:lines|loc|líneas|linhas|lignes|zeilen|行)(?:[^()]{0,40})\)",
    re.IGNORECASE,
)
_STARTS = re.compile(r"^\W{0,8}(?:[`\[]|\*\*`)")
_DEEP = 24
_NAMES_SOME = re.compile(r"[./`]\w")
_FEW_WORDS = 2
_IN_MANY_FOLDERS = frozenset(
    {"readme.md", "cargo.toml", "package.json", "__init__.py", "mod.rs", "index.ts", "index.js",
     "main.py", "main.go", "main.rs", "lib.rs", "dockerfile", "go.mod", "cmakelists.txt", "makefile"}
)  # fmt: skip


def read_deliverables(document: Document) -> Iterator[tuple[str, int]]:
    """Yield each path once, with the line that delivers it first."""
    paths: dict[str, int] = {}
    forms: dict[str, set[str]] = {}
    for path, number, form in sorted(_all(document), key=lambda entry: entry[1]):
        paths.setdefault(path, number)
        forms.setdefault(path, set()).add(form)
    whole = _Endings(forms)
    yield from ((path, number) for path, number in paths.items() if not whole.has(path))


class _Endings:
    """What paths end in, below a folder: the same file named again with less of its path.

    Two lists may name two files of which one's path is the other's end; a list and a tree do not.
    """

    def __init__(self, forms: dict[str, set[str]]) -> None:
        self.forms = forms
        self.endings: dict[str, set[str]] = {}
        for path, named_in in forms.items():
            parts = path.removeprefix("/").split("/")
            for start in range(1, min(len(parts), _DEEP)):
                self.endings.setdefault("/".join(parts[start:]), set()).update(named_in)

    def has(self, path: str) -> bool:
        """Return whether a path is the end of another, and no name that many folders have."""
        longer = self.endings.get(path)
        if longer is None or path.lower() in _IN_MANY_FOLDERS:
            return False
        alike = self.forms[path] & longer
        return not alike if "/" in path else alike != {"block"}


def _all(document: Document) -> Iterator[tuple[str, int, str]]:
    """Yield each path that is delivered somewhere, its line, and in what form it stands there."""
    yield from ((path, number, "list") for path, number in _Lists(document).run())
    for table in document.tables:
        yield from ((path, number, "table") for path, number in paths_of_table(table))
    plan = is_plan(document)
    for block in document.blocks.values():
        section = block[0].section
        if section.own and not plan:
            listed = section.topic.files or _parent_files(section)
            made = _tree_was_made(section)
            for path, number in paths_of_block(block, listed=listed, made=made):
                document.examined.add(number)
                yield path, number, "block"


def _named_by_verb(fact: Fact) -> str | None:
    """Return the file of a heading that says it was made: "Updated a.yml Navigation", "Created: a.py"."""
    text = name_of(fact.text)
    verb = words("verb_made").match(text)
    if verb:
        rest = fact.text[fact.text.lower().find(text[: verb.end()]) + verb.end() :]
        lead = lead_path(rest.strip(" :"), loose=True)
        return lead[0] if lead else None
    before, sign, behind = fact.text.rpartition(":")
    made = sign and says_made(before.lower(), "n_file")
    return path_of(behind.strip(" `*")) if made else None


def _groups_files(fact: Fact, text: str) -> bool:
    """Return whether a label only names files again, or a group of them, where they were made."""
    section = fact.section
    if section.inherited.files:
        return "：" not in text and len(text.split()) <= _FEW_WORDS
    return "file" in concepts(name_of(text)) and of_what_was_made(section)


def _tree_was_made(section: Section) -> bool:
    """Return whether a tree below a title is one of files that were made, and not of what there is."""
    title = section.title.lower()
    above = section.parent
    titles = [title, above.title.lower()] if above is not None and above.topic.files else [title]
    named = "made" in concepts(name_of(title)) and words("verb_made").search(title) is not None
    return (section.topic.files or _parent_files(section)) and (
        named
        or says_made(title, "n_file")
        or any(words("t_delivered").search(text) for text in titles)
    )


def _parent_files(section: Section) -> bool:
    return section.parent is not None and section.parent.topic.files


class _Lists:
    """One pass over the lines, which knows the label that the current list stands below."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.subject = topic(document.title or "")
        self.plan = is_plan(document)
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
        files = not named and is_name(text) and says_made(text.lower(), "n_file")
        made = "made" in named or files
        changes = not made and is_name(text) and says_changed(text.lower())
        if fact.item and not named and not gone and not made and not changes:
            return False
        changes = changes or (not made and not gone and _groups_files(fact, text))
        unclear = self.subject.testing or has_warning(fact.section.title)
        if made and name_of(text) in _NEUTRAL and unclear:
            made = False
        self.label = "gone" if gone else "made" if made else "changes" if changes else "other"
        self.named_at = None
        return True

    def _of_tests(self, fact: Fact) -> bool:
        return self.subject.testing or fact.section.inherited.testing

    def _remember(self, fact: Fact, *, named: bool) -> None:
        if named and (self.named_at is None or fact.depth <= self.named_at):
            self.named_at = fact.depth
        elif not named and self.named_at is not None and fact.depth <= self.named_at:
            self.named_at = None

    def _heading(self, fact: Fact) -> Iterator[tuple[str, int]]:
        """Read a heading with a path, below one about files or of a part that was made."""
        above = fact.section.parent
        listed = (
            above is not None and above.own and (above.inherited.files or of_what_was_made(above))
        )
        part = fact.section.own and not self._of_tests(fact)
        named = ticked(fact.text) is True and fact.section.own and path_of(unsigned(fact.text))
        named = named if part or not (named and _TEST_FILE.search(named)) else None
        listed = listed or bool(named)
        named = named or (_named_by_verb(fact) if fact.section.own and not self.plan else None)
        if named and not has_position(fact.raw):
            yield named, fact.line
            return
        marked = "`" in fact.raw or (listed and "." in fact.text)
        if marked and not has_position(fact.raw) and (listed or part):
            paths, begin, end = first_paths(fact.raw)
            if delivers(fact, begin, end):
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
        if listed and not starts:
            yield from self._field(fact)
        elif listed:
            paths, begin, end = first_paths(fact.raw)
            if not paths and (lead := lead_path(fact.raw, any_ending=True)):
                paths, begin, end = [lead[0]], 0, lead[1]
            if paths and delivers(fact, begin, end):
                yield from paths
        else:
            yield from self._field(fact)
            yield from self._made(fact)

    def _made(self, fact: Fact) -> Iterator[str]:
        """Read an item that begins with a file that was made or changed.

        Its section says so, or its size, its tick, or the verb before or behind the file.
        """
        if not fact.item or self.plan or self.label == "gone" or not _NAMES_SOME.search(fact.raw):
            return
        if has_position(fact.raw):
            return
        section = fact.section
        above = section.parent
        made = section.topic.made or (above is not None and of_what_was_made(above))
        made = made or self.label == "changes"
        done = ticked(fact.text) is True or fact.checked is True
        named = told_path(fact.raw) if made or (done and not self._of_tests(fact)) else None
        lead = named or lead_path(fact.raw, loose=made)
        if lead is None or lead[0].endswith("/") or not delivers(fact, 0, lead[1]):
            return
        sized = _SIZED.search(fact.text) is not None
        if (
            named
            or made
            or sized
            or (
                not self._of_tests(fact)
                and ((done and lists_work(section)) or says_made_behind(fact.raw[lead[1] :]))
            )
        ):
            yield lead[0]

    def _field(self, fact: Fact) -> Iterator[str]:
        """Read "File: `path`" in a report of what was made."""
        if self.plan or fact.line not in self.document.fields_of or has_position(fact.raw):
            return
        title = fact.section.title.lower()
        mended = words("mended").search(title) is not None
        for pair in self.document.fields_of.get(fact.line, ()):
            made = pair.is_a("made") and pair.key not in _NEUTRAL
            made = made or fact.section.inherited.files
            verb = words("verb_made").search(pair.key) is not None and not self._of_tests(fact)
            if not pair.is_a("file") and not pair.is_a("made") and not verb:
                continue
            done = has_tick(title)
            if self._of_tests(fact) and not (made or mended or done or fact.section.topic.made):
                continue
            if pair.is_a("location") and not (made or of_what_was_made(fact.section) or done):
                continue  # it says where something is, which may be still to be made
            value = fact.raw.partition(":")[2] if ":" in fact.raw else fact.raw.partition("：")[2]
            paths, begin, end = first_paths(value.lstrip("* "))
            marked = value.lstrip("* ").startswith(("`", "["))
            alone = (made or verb) and path_of(value.strip(" *")) is not None
            if not (marked or alone) or not delivers(fact, begin, end):
                continue
            run = self.subject.testing and not (made or mended)
            yield from (
                path
                for path in paths
                if not path.endswith("/")
                and not (run and _TEST_FILE.search(path))
                and not (verb and _BUILT.match(path))
            )
