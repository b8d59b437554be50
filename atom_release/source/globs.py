"""The globs of a manifest: `*` stays in one folder, `**` does not."""

from __future__ import annotations

import re
from collections.abc import Callable


def matcher(pattern: str) -> Callable[[str], object]:
    """Return a function that says whether a path matches as a whole."""
    return re.compile(_expression(pattern), re.DOTALL).fullmatch


def literal_start(pattern: str) -> tuple[str, bool]:
    """Return what every path that matches begins with, and whether that is the whole pattern."""
    start = re.match(r"[^*?\[]*", pattern)
    literal = start[0] if start else ""
    return literal, literal == pattern


def _expression(pattern: str) -> str:
    parts = {"**/": r"(?:.*/)?", "**": r".*", "*": r"[^/]*", "?": r"[^/]"}
    return "".join(
        parts.get(piece) or _piece(piece)
        for piece in re.findall(r"\*\*/|\*\*|\*|\?|\[!?\]?[^\]]*\]|[^*?\[]+|\[", pattern)
    )


def _piece(piece: str) -> str:
    if len(piece) > 1 and piece.startswith("[") and piece.endswith("]"):
        inner = piece[1:-1].replace("\\", "\\\\").replace("[", "\\[")
        negated = inner.startswith("!")
        members = "^" + inner[1:] if negated else inner.replace("^", chr(92) + "^", 1)
        return f"(?!/)[{members}]"
    return re.escape(piece)
