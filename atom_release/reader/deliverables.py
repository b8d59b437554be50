"""The files that a report says were delivered.

Paths in its sections about files, in lists below a label such as "Files Modified:", in tables with
a column of files, in fields such as "File:", as written but with forward slashes.

An item's path stands before its description; a path within the description, or below an item that
has one, is only mentioned. An item with a cross, or "planned", claims nothing, nor does one below
"Removed:" or "In progress", nor any of a report whose status is that it is to be implemented.
What a section says it put into another repository is none of this one's. A path in a form that was
often wrong on reports that nobody had seen (`forms`) is not given.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from atom_release.reader.document_kinds import is_intended, is_plan
from atom_release.reader.facts import Document, Fact
from atom_release.reader.file_blocks import is_tree, paths_of_block
from atom_release.reader.file_lists import paths_of_lists
from atom_release.reader.file_place import among_made, is_underway
from atom_release.reader.file_tables import paths_of_table
from atom_release.reader.forms import Form, is_given, why_withheld
from atom_release.reader.gone import Gone
from atom_release.reader.named_folders import named_folders
from atom_release.reader.other_repository import sections_elsewhere
from atom_release.reader.sections import Section, says_made
from atom_release.reader.vocabulary import concepts, name_of, words

_DEEP = 24
_LIST = "list of line "
_IN_MANY_FOLDERS = frozenset(
    {"readme.md", "cargo.toml", "package.json", "__init__.py", "mod.rs", "index.ts", "index.js",
     "main.py", "main.go", "main.rs", "lib.rs", "dockerfile", "go.mod", "cmakelists.txt", "makefile"}
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Place:
    """One place that delivers a path: its line, its form, and the part of the report it is in."""

    path: str
    line: int
    form: Form
    part: str

    @property
    def is_sure(self) -> bool:
        """Whether a path of this form is given."""
        return is_given(self.form, whole="/" in self.path)


def read_deliverables(document: Document) -> Iterator[tuple[str, int]]:
    """Yield each path once, with the line that delivers it first."""
    paths: dict[str, int] = {}
    forms: dict[str, set[str]] = {}
    places = sorted(_below_folders(document, list(_all(document))), key=lambda place: place.line)
    document.withheld |= {
        place.line: why_withheld(place.form) for place in places if not place.is_sure
    }
    places = [place for place in places if place.is_sure]
    written = {place.path for place in places}
    for place in places:
        name = _of_the_root(place.path, written)
        paths.setdefault(name, place.line)
        forms.setdefault(name, set()).add(place.part)
    whole = _Endings(forms)
    given = [(path, number) for path, number in paths.items() if not whole.has(path)]
    if given and words("gone_now").search(document.lower):
        gone = Gone(fact.raw for fact in document.lines)
        given = [(path, number) for path, number in given if not gone.has(path)]
    yield from given


def _of_the_root(path: str, written: set[str]) -> str:
    """Return a path without the slash before it, where the report names the file without one, too."""
    bare = path.removeprefix("/")
    return bare if bare in written else path


def _below_folders(document: Document, places: list[_Place]) -> Iterator[_Place]:
    """Yield the paths of lists joined with the folder that is named over them.

    Not where the report gives the file's whole path elsewhere, as that is the better word. A bare
    name below a title or a line that names a folder otherwise may lie anywhere in it.
    """
    folders = named_folders(document)
    whole = {place.path for place in places if "/" in place.path} if folders else set()
    for place in places:
        folder = folders.get(place.line) if place.part.startswith(_LIST) else None
        if folder is None or any(other.endswith(f"/{place.path}") for other in whole):
            yield place
        elif folder.sure:
            yield replace(place, path=folder.join(place.path))
        elif "/" in place.path:
            yield place
        else:
            yield replace(place, form=Form.FILE_BELOW_FOLDER)


class _Endings:
    """What paths end in, below a folder: the same file named again with less of its path.

    Two lists of one part of a report may name two files of which one's path is the other's end; those
    of two parts, or a list and a tree, do not.
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


def _all(document: Document) -> Iterator[_Place]:
    """Yield each place of the report that delivers a path."""
    if is_intended(document):
        return
    elsewhere = sections_elsewhere(document)
    for path, fact, form in paths_of_lists(document):
        if not (is_underway(fact.section) or fact.section.line in elsewhere):
            yield _Place(path, fact.line, form, f"{_LIST}{_part(fact.section).line}")
    for table in document.tables:
        if not (is_underway(table.section) or table.section.line in elsewhere):
            yield from (_Place(*delivered, "table") for delivered in paths_of_table(table))
    plan = is_plan(document)
    for block in document.blocks.values():
        section = block[0].section
        passed_over = is_underway(section) or section.line in elsewhere
        if section.own and not plan and not passed_over:
            listed = section.topic.files or _parent_files(section)
            made = _tree_was_made(section)
            ticks = among_made(section)
            for path, number in paths_of_block(block, listed=listed, made=made, ticks=ticks):
                document.examined.add(number)
                yield _Place(path, number, _form_of_block(block), "block")


def _form_of_block(block: list[Fact]) -> Form:
    return Form.FILE_IN_TREE if is_tree(block) else Form.FILE_IN_BLOCK


def _part(section: Section) -> Section:
    """Return the part of the report that a section belongs to: the outermost below its title."""
    while section.parent is not None and section.parent.parent is not None:
        section = section.parent
    return section


def _tree_was_made(section: Section) -> bool:
    """Return whether a tree below a title is one of files that were made, and not of what there is."""
    title = section.title.lower()
    above = section.parent
    if _was_built(title, "t_layout") or (above and _was_built(above.title.lower(), "t_what")):
        return True
    titles = [title, above.title.lower()] if above is not None and above.topic.files else [title]
    named = "made" in concepts(name_of(title)) and words("verb_made").search(title) is not None
    return (section.topic.files or _parent_files(section)) and (
        named
        or any(words("t_delivered").search(text) or says_made(text, "n_file") for text in titles)
    )


def _was_built(title: str, concept: str) -> bool:
    """Return whether a title says of a layout, or as an answer, that it was created."""
    return (
        words(concept).search(title) is not None
        and words("t_built").search(title) is not None
        and words("t_work_open").search(title) is None
    )


def _parent_files(section: Section) -> bool:
    return section.parent is not None and section.parent.topic.files
