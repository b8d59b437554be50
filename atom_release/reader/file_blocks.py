"""Files that a code block lists: one path a line, git's own lists, or a tree with its news marked.

A drawn tree without marks shows what there is, not what was made, and is left alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from atom_release.reader.facts import Fact
from atom_release.reader.paths import is_file_name, path_of

_LONE = re.compile(
    r"\s*(?:[-*+•✅✓]\s+)?(\S{1,300}?)(?:\s*(?:#|//|<-|←|--)\s.*|\s+\([^()]{0,80}\).*)?\s*"
)
_GIT = re.compile(
    r"\s*(?:(?:new file|modified|added|create mode \d{6}|[AM])[:\s]\s*(\S{1,300})|(\S{1,300})\s+\|\s+\d{1,7}\s[+-]*)\s*"
)
_GIT_OTHER = re.compile(r"\s*(?:\d+ files? changed|deleted|renamed|rename|delete mode|[DR]\d*\s)")
_TREE = re.compile(r"^([\s│|]*)(?:├──|└──|├─|└─|\|--|`--|\+--)\s*([^\s#]{1,200})(.*)$")
_NEW = re.compile(
    r"\b(?:new|added|created|modified|updated|changed|nuevo|nueva|novo|nova|modificado|neu|geändert|nouveau|nouvelle|modifié)\b|新增|修改|新建|新規|追加|変更|修正",
    re.IGNORECASE,
)
_ROOT = re.compile(r"^\s*([\w@.+\-]{1,200}(?:/[\w@.+\-]{1,200})*)/?\s*(?:#.*)?$")


def paths_of_block(
    block: Sequence[Fact], *, listed: bool, made: bool = False
) -> Iterator[tuple[str, int]]:
    """Yield the paths that a code block delivers, with their lines.

    A tree with its news marked does so anywhere, a list where its section is `listed`; of a
    section whose name says that its files were `made`, the whole tree.
    """
    lines = [(fact.line, fact.text) for fact in block]
    if any(_TREE.match(text) for _, text in lines):
        yield from _tree(lines, made=made)
    elif listed:
        yield from list(_git(lines)) or _lone(lines)


def _git(lines: list[tuple[int, str]]) -> Iterator[tuple[str, int]]:
    listed = [(_GIT.fullmatch(text), number, text) for number, text in lines]
    if not all(match or _GIT_OTHER.match(text) for match, _, text in listed):
        return
    for match, number, _ in listed:
        path = path_of(match[1] or match[2]) if match else None
        if path:
            yield path, number


def _lone(lines: list[tuple[int, str]]) -> Iterator[tuple[str, int]]:
    """Read a block that lists one path a line; anything else is left alone."""
    listed = [
        (path_of(match[1]) if (match := _LONE.fullmatch(text)) else None, number)
        for number, text in lines
    ]
    whole = all(path and ("/" in path or is_file_name(path)) for path, _ in listed)
    if listed and whole:
        yield from ((path, number) for path, number in listed if path)


def _tree(lines: list[tuple[int, str]], *, made: bool) -> Iterator[tuple[str, int]]:
    """Read the entries of a drawn tree that are marked as new or modified, or all of them."""
    above: list[tuple[int, str]] = []
    root = ""
    for number, text in lines:
        match = _TREE.match(text)
        if match is None and not text.strip(" |│"):
            continue  # a gap in the drawing
        if match is None:
            started = _ROOT.match(text)
            root, above = (started[1].strip("/") if started else ""), []
            continue
        indent, name = len(match[1]), match[2]
        while above and above[-1][0] >= indent:
            above.pop()
        if not is_file_name(name.rstrip("/")) or name.endswith("/"):
            above.append((indent, name.strip("/")))
        elif made or _NEW.search(match[3]):
            parts = [root, *(folder for _, folder in above), name]
            path = path_of("/".join(part for part in parts if part and part != "."))
            if path:
                yield path, number
