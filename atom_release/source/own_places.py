"""Whether a place that is the operator's is held by a repository: its home, its keys, its output.

Whoever commits a path brings a file, a folder or a link to it with the next checkout. What the
gate believes or writes to must not come that way. Nothing is decided here of what lies there.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from atom_release.errors import Misuse
from atom_release.git import Git
from atom_release.source.listing import LINK

if TYPE_CHECKING:
    from atom_release.source.commit import JudgedTree

_FOLDER = "040000"
_HOPS = 40
_REMEDY = (
    "Name a place outside of every repository with {option}, or one that no commit holds"
    " (git-ignored)."
)


@dataclass(frozen=True)
class OwnPlace:
    """A place that is the operator's.

    `only_links`: it may be or hold committed files (reports), never a link that the gate would
    write through. `judged_only`: what other repositories than the judged one hold is not asked.
    """

    name: str
    path: Path
    option: str
    only_links: bool = False
    judged_only: bool = False


@dataclass
class _Holders:
    """The work trees around the places, and what each of them tracks below one first folder."""

    tree: JudgedTree | None
    _modes: dict[tuple[Path, str], dict[str, str]] = field(default_factory=dict)
    _judged: dict[Path, bool] = field(default_factory=dict)

    def tracked(self, top: Path, first: str) -> dict[str, str]:
        """Return the mode of every path at or below a first part: index, HEAD, judged commit."""
        if (top, first) not in self._modes:
            modes = {**_listed(top, "ls-files", "-s", "-z", "--", first)}
            modes |= _listed(top, "ls-tree", "-r", "-z", "HEAD", "--", first)
            if self.tree is not None and self.is_judged(top):
                modes |= {
                    path: entry.mode
                    for path, entry in self.tree.entries.items()
                    if not first or path.partition("/")[0] == first
                }
            self._modes[top, first] = modes
        return self._modes[top, first]

    def is_judged(self, top: Path) -> bool:
        """Return whether a work tree is one of the judged repository: it holds the commit."""
        if self.tree is None:
            return False
        if top not in self._judged:
            named = f"{self.tree.commit}^{{commit}}"
            self._judged[top] = Git(top).call("cat-file", "-e", named).status == 0
        return self._judged[top]


def check_own_places(places: Iterable[OwnPlace], tree: JudgedTree | None) -> None:
    """Check that no repository holds a place of the operator's, nor a link on the way to it.

    Args:
        places: what is the operator's.
        tree: the judged commit, whose paths count beside those of the work tree; None before
            one is opened.

    Raises:
        Misuse: one is held; the sentence names the path that is committed.
    """
    holders = _Holders(tree)
    for place in places:
        for path, last in _steps(place.path):
            for top in work_trees(path):
                if place.judged_only and not holders.is_judged(top):
                    continue
                held = _held(holders, top, path, last=last, only_links=place.only_links)
                if held is not None:
                    raise Misuse(
                        f"{place.name}, {place.path}, is not the operator's alone: the repository"
                        f" {top} tracks {held!r}, so whoever commits there decides what it is.",
                        _REMEDY.format(option=place.option),
                    )


def _held(holders: _Holders, top: Path, path: Path, *, last: bool, only_links: bool) -> str | None:
    """Return the tracked path by which a commit decides what a place is, or None."""
    relative = path.relative_to(top).as_posix()
    relative = "" if relative == "." else relative
    for held, mode in sorted(holders.tracked(top, relative.partition("/")[0]).items()):
        if mode == _FOLDER or (only_links and mode != LINK):
            continue
        below = not relative or held.startswith(f"{relative}/")
        if _is_at_or_above(held, relative) or (last and below):
            return held
    return None


def _is_at_or_above(held: str, relative: str) -> bool:
    return relative == held or relative.startswith(f"{held}/")


def _steps(place: Path) -> Iterator[tuple[Path, bool]]:
    """Return each path that the kernel walks over to a place, links as links; the end is marked."""
    at, ahead, hops = Path("/"), [*place.absolute().parts[1:]], 0
    while ahead:
        part = ahead.pop(0)
        if part == "..":
            at = at.parent
            continue
        step = at / part
        if step.is_symlink() and hops < _HOPS:
            yield step, not ahead
            hops += 1
            target = step.readlink()
            at = Path("/") if target.is_absolute() else at
            ahead = [*(piece for piece in target.parts if piece != "/"), *ahead]
        else:
            at = step
            yield step, not ahead


def work_trees(path: Path) -> list[Path]:
    """Return the work trees that a path lies in (or is), innermost first."""
    return [folder for folder in (path, *path.parents) if os.path.lexists(folder / ".git")]


def _listed(top: Path, *arguments: str) -> dict[str, str]:
    """Return the mode of each path that git lists; nothing where there is no index or commit."""
    ran = Git(top).call("--literal-pathspecs", *(word for word in arguments if word))
    if ran.status != 0:
        return {}
    rows = ran.out.decode("utf-8", "surrogateescape").split("\0")
    return {
        path: head.split(" ", 1)[0]
        for head, mark, path in (row.partition("\t") for row in rows)
        if mark
    }
