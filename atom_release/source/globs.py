"""The globs of a manifest: `*` stays in one folder, `**` does not.

Whoever writes the judged commit writes both the pattern and the paths. A regular expression with
several wildcards takes time without bound on a path that nearly matches, so such a pattern is
matched in steps, in time that grows with pattern and path alone.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

_PIECE = re.compile(r"(?:\*\*/)+|\*\*|\*|\?|\[!?\]?[^\]]*\]|[^*?\[]+|\[")
_FEW = 2
"""Wildcards of any length with which an expression still takes no more than the path squared."""

_FOLDERS = 3
"""Steps that `**/` is made of."""


def matcher(pattern: str) -> Callable[[str], object]:
    """Return a function that says whether a path matches as a whole."""
    pieces = _PIECE.findall(pattern)
    if sum(piece.startswith("*") for piece in pieces) > _FEW:
        end = "" if pieces[-1][0] in "*?[" else pieces[-1]
        return _Steps(tuple(_steps(pieces)), end).match
    return re.compile("".join(map(_expression, pieces)), re.DOTALL).fullmatch


def literal_start(pattern: str) -> tuple[str, bool]:
    """Return what every path that matches begins with, and whether that is the whole pattern."""
    start = re.match(r"[^*?\[]*", pattern)
    literal = start[0] if start else ""
    return literal, literal == pattern


def _expression(piece: str) -> str:
    if piece.startswith("**/"):  # several of them mean what one does
        return r"(?:.*/)?"
    return {"**": r".*", "*": r"[^/]*", "?": r"[^/]"}.get(piece) or _plain(piece)


def _plain(piece: str) -> str:
    if _is_members(piece):
        inner = piece[1:-1].replace("\\", "\\\\").replace("[", "\\[")
        negated = inner.startswith("!")
        members = "^" + inner[1:] if negated else inner.replace("^", chr(92) + "^", 1)
        return f"(?!/)[{members}]"
    return re.escape(piece)


def _is_members(piece: str) -> bool:
    return len(piece) > 1 and piece.startswith("[") and piece.endswith("]")


@dataclass(frozen=True)
class _Step:
    """One place of a pattern: what letter it takes, and whether it takes any number of them."""

    takes: Callable[[str], object]
    many: bool = False
    skips: bool = False  # takes none: the folders that begin here may be left out


def _steps(pieces: Sequence[str]) -> Iterable[_Step]:
    for piece in pieces:
        if piece.startswith("**/"):
            yield _Step(_none, skips=True)
            yield _Step(_any, many=True)
            yield _Step("/".__eq__)
        elif piece in {"*", "**"}:
            yield _Step(_any if piece == "**" else _in_folder, many=True)
        elif piece == "?" or _is_members(piece):
            yield _Step(re.compile(_expression(piece), re.DOTALL).fullmatch)
        else:
            yield from (_Step(letter.__eq__) for letter in piece)


def _any(_: str) -> bool:
    return True


def _none(_: str) -> bool:
    return False


def _in_folder(letter: str) -> bool:
    return letter != "/"


@dataclass(frozen=True)
class _Steps:
    """A pattern that is matched letter by letter, at all places of it at once."""

    steps: tuple[_Step, ...]
    end: str
    _reached: dict[int, frozenset[int]] = field(default_factory=dict, compare=False)

    def match(self, path: str) -> bool:
        """Return whether the path matches as a whole."""
        if not path.endswith(self.end):
            return False
        places = self._from(0)
        for letter in path:
            places = frozenset(
                place
                for before in places
                if before < len(self.steps) and self.steps[before].takes(letter)
                for place in self._from(before if self.steps[before].many else before + 1)
            )
            if not places:
                return False
        return len(self.steps) in places

    def _from(self, place: int) -> frozenset[int]:
        """Return a place, and all that are reached from it without a letter."""
        if place not in self._reached:
            reached = {place}
            if place < len(self.steps):
                step = self.steps[place]
                if step.many or step.skips:
                    reached |= self._from(place + 1)
                if step.skips:
                    reached |= self._from(place + _FOLDERS)
            self._reached[place] = frozenset(reached)
        return self._reached[place]
