"""Files in the prose of a report: lists, labels over them, headings, and sentences that make one.

An item's path stands before its description; a path within the description, or below an item that
has one, is only mentioned. An item with a cross, an open box, or "planned", claims nothing, nor
does one below "Removed:". Files in "key: value" lines are in `file_fields`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from atom_release.reader.document_kinds import is_plan
from atom_release.reader.facts import Document, Fact, Kind
from atom_release.reader.file_fields import paths_of_fields
from atom_release.reader.file_headings import paths_of_heading
from atom_release.reader.file_labels import groups_files, label_of
from atom_release.reader.file_place import (
    among_made,
    is_of_tests,
    is_set_apart,
    is_tested_report,
    lists_work,
    of_what_was_made,
)
from atom_release.reader.forms import Form
from atom_release.reader.making import (
    bracketed_path,
    delivers,
    is_made_by_running,
    is_only_seen,
    place_path,
    says_made_behind,
    sentence_path,
    told_behind,
    told_path,
)
from atom_release.reader.paths import (
    first_paths,
    has_position,
    lead_path,
    lead_without_ending,
)
from atom_release.reader.sections import Section, says_it_made
from atom_release.reader.vocabulary import words
from atom_release.reader.words import has_warning, ticked

_GONE = re.compile(
    r"(?:[-*+]\s+)?(?:D|R\d{0,3})\s+[`\w]"
)  # as `git diff --name-status` prints what was deleted or renamed
_LABEL = re.compile(r"^\W{0,8}([^:：`]{2,60})[:：]\W*$")
_OPENS_LIST = re.compile(r"[:：]\W*$")
_BOLD = re.compile(r"^\W{0,4}\*\*[^*`]{2,60}\*\*\W*(?:\(\d{1,4}[^()]{0,20}\)\W*)?$")
_STARTS = re.compile(r"^\W{0,8}(?:\d{1,3}[.)]\s+)?(?:[`\[]|\*\*`)")
_STANDS_OUT = re.compile(r"^(?:\*\*`?|`)[\w@./\-\[\]]{2,200}\.\w{1,12}(?:`\*\*|\*\*|`|:\*\*)")
"""A line of its own that begins with a file in bold or in code marks: "**dock/a.py** - queue"."""
_MAY_NAME = re.compile(r"[./`\\]\w|(?:file|LICENSE|README|CHANGELOG|CODEOWNERS)\b")
"""Whether a line can name a file at all: most cannot, and looking closely costs more."""
_BEFORE = re.compile(r"\S*[/\\]|.*[:：]\s")
"""The folder of a path, and a key before it."""
_WORD = re.compile(r"[^\W\d_]{2}")
_TO_VALUE = re.compile(r"^[^:：]{1,60}[:：][\s*_]*")


def paths_of_lists(document: Document) -> Iterator[tuple[str, Fact, Form]]:
    """Yield each path that the prose of a report delivers, with the fact that does, and its form."""
    yield from _Lists(document).run()


@cache
def _sized() -> re.Pattern[str]:
    """Return what matches a file with its size: "a.py (120 lines)"."""
    unit = rf"(?:{words('n_line').pattern}|loc)"
    return re.compile(
        rf"^\S{{1,200}}\s\((?:\w{{1,14}},)?\s?[~≈]?\d[\d,.]{{0,8}}\+?\s{unit}(?:[^()]{{0,40}})\)",
        re.IGNORECASE,
    )


def _names_files(section: Section) -> bool:
    """Return whether a title names files or documents: "Core scripts (3 files)", "Documentation"."""
    title = section.title.lower()
    return any(words(name).search(title) for name in ("n_file", "t_documents"))


class _Lists:
    """One pass over the lines, which knows the label that the current list stands below."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.tested = is_tested_report(document)
        self.plan = is_plan(document)
        self.label: str | None = None
        self.section: Section | None = None
        self.named_at: int | None = None

    def run(self) -> Iterator[tuple[str, Fact, Form]]:
        for fact in self.document.lines:
            if fact.section is not self.section:
                self.section, self.label, self.named_at = fact.section, None, None
            if fact.kind is Kind.HEADING:
                if _MAY_NAME.search(fact.raw):
                    yield from (
                        (path, fact, form)
                        for path, form in paths_of_heading(fact, tested=self.tested, plan=self.plan)
                        if not is_set_apart(fact)
                    )
                continue
            if self._is_label(fact):
                continue
            paths = list(self._paths(fact)) if _MAY_NAME.search(fact.raw) else []
            if fact.item or paths:
                self._remember(fact, named=bool(paths))
            yield from ((path, fact, form) for path, form in paths)

    def _is_label(self, fact: Fact) -> bool:
        if self._moves(fact):
            self.label, self.named_at = "gone", None
            return True
        match = _LABEL.match(fact.text)
        if "`" in fact.raw:
            return False
        text = match[1] if match else fact.text if _BOLD.match(fact.raw) else None
        if text is None or (lead_path(fact.raw) and (fact.item or _STANDS_OUT.match(fact.raw))):
            return False
        label = label_of(fact, text, tested=self.tested)
        if label is None and fact.item:
            return False
        self.label = label or ("changes" if groups_files(fact, text) else "other")
        self.named_at = None
        return True

    def _moves(self, fact: Fact) -> bool:
        """Return whether a line says of the list below it that its files are elsewhere now."""
        return (
            _OPENS_LIST.search(fact.text) is not None
            and words("t_moved").search(fact.text.lower()) is not None
            and lead_path(fact.raw) is None
        )

    def _remember(self, fact: Fact, *, named: bool) -> None:
        if named and (self.named_at is None or fact.depth <= self.named_at):
            self.named_at = fact.depth
        elif not named and self.named_at is not None and fact.depth <= self.named_at:
            self.named_at = None

    def _paths(self, fact: Fact) -> Iterator[tuple[str, Form]]:
        if not fact.section.own or self.label == "gone" or _GONE.match(fact.raw.strip()):
            return
        below = self.named_at is not None and fact.item and fact.depth > self.named_at
        if below:
            return
        listed = self.label == "made" or (
            fact.section.inherited.files and (self.label is None or fact.section.topic.files)
        )
        starts = (
            fact.item
            or _STARTS.match(fact.raw) is not None
            or _STANDS_OUT.match(fact.raw) is not None
            or fact.raw[:1] in "✅✓✔"
        )
        if listed and starts:
            yield from _listed(fact)
            return
        if self.plan or has_position(fact.raw):
            return
        yield from paths_of_fields(self.document, fact, tested=self.tested)
        if not listed:
            yield from self._made(fact)
            yield from self._solution(fact)

    def _made(self, fact: Fact) -> Iterator[tuple[str, Form]]:
        """Read a line that says of a file that it was made or changed, or stands where such do."""
        done = ticked(fact.text) is True or fact.checked is True
        if has_warning(fact.text) and not done:
            return
        first = told_path(fact.raw, done=done)
        delivered = (*first, Form.FILE_SAID_MADE) if first else None
        if delivered is None and (fact.item or _STANDS_OUT.match(fact.raw)):
            delivered = self._item(fact, done=done)
        if delivered is None and (later := sentence_path(fact.raw)):
            delivered = (*later, Form.FILE_IN_SENTENCE)
        if delivered is None or delivered[0].endswith("/"):
            return
        path, end, form = delivered
        if delivers(fact, 0, end):
            yield path, form

    def _solution(self, fact: Fact) -> Iterator[tuple[str, Form]]:
        """Read a field that tells what put a fault right: "Fix: Modified `a.py`"."""
        for pair in self.document.fields_of.get(fact.line, ()):
            if words("t_solution").fullmatch(pair.key) is None:
                continue
            value = _TO_VALUE.sub("", fact.raw)
            by_verb = told_path(value, done=False)
            first = by_verb or (lead_path(value) if of_what_was_made(fact.section) else None)
            if (
                first
                and "/" in first[0]
                and delivers(fact, 0, len(fact.raw) - len(value) + first[1])
            ):
                yield first[0], Form.FILE_SAID_MADE if by_verb else Form.FILE_BEHIND_WORK

    def _item(self, fact: Fact, *, done: bool) -> tuple[str, int, Form] | None:
        """Return the file that an item begins with, where that was made or changed.

        Its section says so, or its size, its tick, or the verb behind the file.
        """
        made = self.label == "changes" or among_made(fact.section)
        lead = lead_path(fact.raw, loose=made) or told_behind(fact.raw)
        if lead is None:
            return self._behind_name(fact, made=made, done=done) if fact.item else None
        behind = fact.raw[lead[1] :]
        if is_only_seen(behind):
            return None
        by_verb = says_made_behind(behind)
        form = Form.FILE_SAID_MADE if by_verb else self._form_of_work(fact)
        if made or (_sized().search(fact.text) and lists_work(fact.section)):
            return *lead, form
        if is_of_tests(fact, tested=self.tested):
            return None
        work = (done or fact.section.topic.finished) and lists_work(fact.section)
        return (*lead, form) if work or by_verb else None

    def _form_of_work(self, fact: Fact) -> Form:
        """Return the form of an item that begins with a file, where that is of what was made."""
        if self.label == "changes":
            return Form.FILE_IN_LIST
        section = fact.section
        titles = [section, section.parent] if section.parent is not None else [section]
        if any(_names_files(titled) for titled in titles):
            return Form.FILE_AMONG_FILES
        made = any(says_it_made(titled.title.lower()) for titled in titles)
        return Form.FILE_OF_WHAT_WAS_MADE if made else Form.FILE_OF_WORK

    def _behind_name(self, fact: Fact, *, made: bool, done: bool) -> tuple[str, int, Form] | None:
        """Return the file behind the name of what was made, or behind a change made in it.

        Outside of what was made only behind a ticked name: "✅ **Queue** (`dock/queue.py`)".
        """
        tests = is_of_tests(fact, tested=self.tested)
        if not made and (not done or tests or not lists_work(fact.section)):
            return None
        path = bracketed_path(fact.raw)
        if path and "/" in path and (done or f"`{path}`" in fact.raw):
            return path, len(fact.raw), Form.FILE_BEHIND_WORK if made else Form.FILE_BEHIND_TICK
        place = place_path(fact.raw, done=done) if made else None
        return (*place, Form.FILE_BEHIND_WORK) if place else None


def _listed(fact: Fact) -> Iterator[tuple[str, Form]]:
    """Read an item of a list of files that were made."""
    paths, begin, end = first_paths(fact.raw)
    lead = None if paths else lead_path(fact.raw, any_ending=True)
    if not paths and fact.item:
        lead = lead or lead_without_ending(fact.raw)
        bracketed = None if lead else bracketed_path(fact.raw)
        if bracketed and delivers(fact, 0, len(fact.raw)):
            yield bracketed, Form.FILE_BEHIND_WORK
            return
    if lead:
        paths, begin, end = [lead[0]], 0, lead[1]
    if paths and delivers(fact, begin, end):
        form = Form.FILE_IN_LIST if _begins_with(fact, paths[0]) else Form.FILE_INSIDE_ITEM
        yield from ((path, form) for path in paths if not is_made_by_running(path))


def _begins_with(fact: Fact, path: str) -> bool:
    """Return whether no words stand before an item's first path, but a verb or a key."""
    before, name, _ = fact.text.partition(path.rstrip("/").rpartition("/")[2])
    lead = _BEFORE.sub("", before)
    return not (name and _WORD.search(lead)) or words("verb_made").search(lead.lower()) is not None
