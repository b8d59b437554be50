"""Files that a code block lists: one path a line, git's own lists, or a tree with its news marked.

A drawn tree without marks shows what there is, not what was made, and is left alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from atom_release.reader.facts import Fact
from atom_release.reader.first_folders import MACHINES, USUAL
from atom_release.reader.making import there_before
from atom_release.reader.paths import is_file_name, lead_path, path_of
from atom_release.reader.sections import says_made
from atom_release.reader.vocabulary import concepts, name_of, words
from atom_release.reader.words import has_tick

_LONE = re.compile(
    r"\s*(?:[-*+•✅✓]\s+)?(\S{1,300}?)(?:\s*(?:#|//|<-|←|--)\s.*|\s+[-\u2013\u2014:：]\s.*|\s+\([^()]{0,80}\).*)?\s*"
)
_GIT = re.compile(
    r"\s*(?:(?:new file|modified|added|create mode \d{6}|[AM])[:\s]\s*(\S{1,300})|(\S{1,300})\s+\|\s+\d{1,7}\s[+-]*)\s*"
)
_GIT_OTHER = re.compile(r"\s*(?:\d+ files? changed|deleted|renamed|rename|delete mode|[DR]\d*\s)")
_CHANGED = re.compile(r"\s*\d{1,6} files? changed, \d")
_TREE = re.compile(r"^([\s│|]*)(?:├──|└──|├─|└─|\|--|`--|\+--)\s*([^\s#]{1,200})(.*)$")
_MARK = re.compile(r"[\[(（【]\s*([^\[\]()（）【】]{1,20}?)\s*[\])）】]")
_MACHINE = frozenset(
    {
        "workspace",
        "workspaces",
        "app",
        "repo",
        "project",
        "code",
        "home",
        "root",
        "mnt",
        "tmp",
        "work",
    }
)
_COUNT = re.compile(r"\s*[(（]\s?\d{1,5}\s?\w{2,12}\s?[)）]")
"""Behind a name without a slash: a group of entries, which may be no folder."""
_NEW_SIGN = re.compile("[🆕🔄➕✏]")
_GROUP = "*"
_ROOT = re.compile(r"^\s*(/?[\w@.+\-]{1,200}(?:/[\w@.+\-]{1,200})*)/?\s*(?:#.*)?$")


def paths_of_block(
    block: Sequence[Fact], *, listed: bool, made: bool = False, ticks: bool = False
) -> Iterator[tuple[str, int]]:
    """Yield the paths that a code block delivers, with their lines.

    A tree with its news marked does so anywhere, a list where its section is `listed`; of a
    section whose name says that its files were `made`, the whole tree. `ticks` is whether a tick
    is such a mark: below a title of work that was done.
    """
    lines = [(fact.line, fact.text) for fact in block]
    if is_tree(block):
        yield from _tree(lines, made=made, ticks=ticks)
        return
    listing: list[tuple[str, int]] = []
    if listed or _is_stat(lines):
        listing = list(_git(lines)) or (list(lone_paths(lines)) if listed else [])
    yield from listing or _below_label(lines)


def is_tree(block: Sequence[Fact]) -> bool:
    """Return whether a code block draws a tree of files."""
    return any(_TREE.match(fact.text) for fact in block)


def _below_label(lines: list[tuple[int, str]]) -> Iterator[tuple[str, int]]:
    """Yield the paths of a block whose first line says that what stands below it was made."""
    label = lines[0][1].strip(" ✅✓✔#").rstrip() if lines else ""
    name = name_of(label.rstrip(":：").lower())
    if not label.endswith((":", "：")):
        return
    if not (
        "made" in concepts(name)
        or words("verb_made").fullmatch(words("l_already").sub("", name))
        or says_made(name, "n_file")
    ):
        return
    for number, text in lines[1:]:
        lead = lead_path(text)
        if lead is None:
            return
        yield lead[0], number


def _is_stat(lines: list[tuple[int, str]]) -> bool:
    """Return whether a block is what `git diff --stat` or `git commit` prints, with its last line."""
    return any(_CHANGED.match(text) for _, text in lines)


def _is_new(remark: str) -> bool:
    """Return whether an entry's remark says that it is new: a mark of its own, or the first word.

    "# handler (new upload route)" tells of what is in it.
    """
    mark = _MARK.search(remark)
    text = remark.strip(" #/<-←*\t✨🆕⭐✅✔✓")
    made = words("verb_made")
    first = made.match(text.lower())
    return bool(first or _NEW_SIGN.search(remark) or (mark and made.fullmatch(mark[1].lower())))


def _was_there(remark: str) -> bool:
    """Return whether an entry's remark says that it was there before: "(existing)"."""
    mark = _MARK.search(remark)
    return mark is not None and there_before(mark[1])


def _is_made(remark: str, *, ticks: bool, anyway: bool) -> bool:
    """Return whether an entry was made, by its remark or because its tree shows what was."""
    if _was_there(remark):
        return False
    return anyway or _is_new(remark) or (ticks and has_tick(remark))


def _is_label(name: str) -> bool:
    """Return whether an entry's first word opens a bracket that it leaves open: `[new files]`."""
    return any(name.count(begin) != name.count(end) for begin, end in ("[]", "()", "<>"))


def _root(name: str) -> str:
    """Return the folder at a tree's top, unless it is the project's own, which no path begins with."""
    root = name.rstrip("/")
    bare = root.lstrip("/")
    first = bare.lower().partition("/")[0]
    if root != bare and (bare.lower() in _MACHINE or first in MACHINES):
        return ""
    return root if "/" in root or bare.lower() in USUAL else ""


def _git(lines: list[tuple[int, str]]) -> Iterator[tuple[str, int]]:
    listed = [(_GIT.fullmatch(text), number, text) for number, text in lines]
    if not all(match or _GIT_OTHER.match(text) for match, _, text in listed):
        return
    for match, number, _ in listed:
        path = path_of(match[1] or match[2]) if match else None
        if path:
            yield path, number


def lone_paths(lines: list[tuple[int, str]]) -> Iterator[tuple[str, int]]:
    """Read a block that lists one path a line; anything else is left alone."""
    listed = [
        (path_of(match[1]) if (match := _LONE.fullmatch(text)) else None, number)
        for number, text in lines
    ]
    whole = all(path and ("/" in path or is_file_name(path)) for path, _ in listed)
    if listed and whole:
        yield from ((path, number) for path, number in listed if path)


def _tree(lines: list[tuple[int, str]], *, made: bool, ticks: bool) -> Iterator[tuple[str, int]]:
    """Read the entries of a drawn tree that are marked as new or modified, or all of them."""
    above: list[tuple[int, str, bool]] = []
    root, below_made = "", False
    for number, text in lines:
        match = _TREE.match(text)
        if match is None and not text.strip(" |│"):
            continue  # a gap in the drawing
        if match is None:
            started = _ROOT.match(text)
            root, above = (_root(started[1]) if started else ""), []
            label = name_of(text.partition(":")[0])
            if text.rstrip().endswith(":"):
                root = ""
            below_made = "made" in concepts(label) or says_made(label, "n_file")
            continue
        indent, name = len(match[1]), match[2]
        while above and above[-1][0] >= indent:
            above.pop()
        if any(folder == _GROUP for _, folder, _ in above):
            continue
        if not is_file_name(name.rstrip("/")) or name.endswith("/"):
            group = _is_label(name) or (not name.endswith("/") and _COUNT.match(match[3]))
            above.append((indent, _GROUP if group else name.strip("/"), _is_new(match[3])))
        elif _is_made(match[3], ticks=ticks, anyway=made or below_made) or (
            any(new for _, _, new in above) and not _was_there(match[3])
        ):
            parts = [root, *(folder for _, folder, _ in above), name]
            path = path_of("/".join(part for part in parts if part and part != "."))
            if path:
                yield path, number
