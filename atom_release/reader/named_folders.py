"""The folder that a report names over a list, so that a bare name in it is a file of that folder.

Told by an item that is a folder alone ("`core/`", and what stands below it), by a line of a folder
before its list ("**Location:** `ops/boards/`"), and by a title with one ("Questions (`data/`)").
Where all of a list is said to lie in it, paths with a folder of their own are joined with it, too.
A title of a part that names a folder, or one that names several, leaves open where a bare name lies.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from atom_release.reader.facts import Document, Kind
from atom_release.reader.sections import Section
from atom_release.reader.vocabulary import words

_FOLDER = r"/?(?:[A-Za-z0-9_.@+-]{1,60}/){1,12}"
_ENDS = r"(?![A-Za-z0-9_.*{<\[/$-])"
_NAMED = re.compile(rf"(?<![\w/.:~$}}>-])({_FOLDER}){_ENDS}")
_ALONE = re.compile(
    rf"[^\w`/]{{0,12}}(?:\d{{1,3}}[.)]\s+)?[^\w`/]{{0,6}}`({_FOLDER})`\**(?=\s*$|\s*[:：(（\u2013\u2014-])"
)
_OPENS = re.compile(r"[:：]\W*$|^\W{0,4}\*\*[^*]{2,80}\*\*\W*$")


@cache
def _place() -> re.Pattern[str]:
    """Return what matches a line that says where files are: "**Location:** `ops/boards/`"."""
    return re.compile(
        rf"\W{{0,6}}(?:{words('n_place').pattern})\W{{0,6}}[:：]\W{{0,4}}({_FOLDER})\W{{0,4}}",
        re.IGNORECASE,
    )


@cache
def _all() -> re.Pattern[str]:
    """Return what matches that all files lie in a folder: "all in `gui/src/`"."""
    return re.compile(
        rf"(?:{words('all_lie').pattern})[^.;]{{0,12}}\W{_FOLDER}{_ENDS}"
        rf"|(?:{words('all_lie_wide').pattern})[^.;。]{{0,8}}{_FOLDER}{_ENDS}",
        re.IGNORECASE,
    )


@dataclass(frozen=True, slots=True)
class NamedFolder:
    """A folder as it is written; `whole` where all that stands below lies in it.

    It is not `sure` that a bare name lies right in it where its title or line says something else.
    """

    path: str
    whole: bool = False
    sure: bool = True

    def join(self, path: str) -> str:
        """Return a path below the folder: a bare name, or any where all of them lie in it."""
        inside = path.startswith((self.path, "/", self.path.removeprefix("/")))
        again = path.partition("/")[0] == self.path.rstrip("/").rpartition("/")[2]
        if inside or ("/" in path and (again or not self.whole)):
            return path
        return self.path + path


def named_folders(document: Document) -> dict[int, NamedFolder]:
    """Return by their lines the folders that lists stand below."""
    return dict(_named(document))


def _named(document: Document) -> Iterator[tuple[int, NamedFolder]]:
    section: Section | None = None
    titled: NamedFolder | None = None
    before: NamedFolder | None = None
    items: list[tuple[int, NamedFolder | None]] = []
    for fact in document.lines:
        if fact.section is not section:
            section, titled, before, items = fact.section, _of_title(fact.section), None, []
        if fact.kind is Kind.HEADING:
            continue
        if not fact.item:
            items = []
            opens = _OPENS.search(fact.raw) or _place().search(fact.raw)
            before = (_only(fact.text) if opens else _open(fact.text)) or (
                None if opens else before
            )
            continue
        while items and items[-1][0] >= fact.depth:
            items.pop()
        over = next((folder for _, folder in reversed(items) if folder), None)
        alone = _ALONE.match(fact.raw)
        items.append((fact.depth, NamedFolder(alone[1]) if alone else None))
        folder = over or before or titled
        if folder and not alone:
            yield fact.line, folder


def _of_title(section: Section) -> NamedFolder | None:
    """Return the folder of a title about files, or of the one above it.

    "Backend (`api/`)" says where a part lies, not that each of its files stands right there.
    """
    above = section.parent
    own = _only(section.title) if _is_of_files(section) else None
    own = own or (_only(above.title) if above is not None and _is_of_files(above) else None)
    return own or _open(section.title) or (_open(above.title) if above is not None else None)


def _is_of_files(section: Section) -> bool:
    return section.topic.files or words("n_file").search(section.title.lower()) is not None


def _open(text: str) -> NamedFolder | None:
    """Return the first folder that a text names, without saying that files lie right in it."""
    match = _NAMED.search(text) if "/" in text else None
    return NamedFolder(match[1], sure=False) if match else None


def _only(text: str) -> NamedFolder | None:
    """Return the one folder that a text names, None where it names none or several."""
    if "/" not in text:
        return None
    folders = _NAMED.findall(text)
    return NamedFolder(folders[0], _all().search(text) is not None) if len(folders) == 1 else None
