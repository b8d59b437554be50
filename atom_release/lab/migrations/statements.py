"""Where one SQL statement of a file ends and the next begins, as psql sees it.

Nothing is parsed beyond that.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_TOKEN = re.compile(
    r"""
      (?P<blank>\s+ | --[^\n]*)
    | (?P<comment>/\*)
    | (?P<string>(?:[eE]'(?:[^'\\]|\\.|'')*' | '(?:[^']|'')*' | "(?:[^"]|"")*"))
    | (?P<dollar>\$(?:[A-Za-z_\x80-\uffff][\w\x80-\uffff]*)?\$)
    | (?P<word>[A-Za-z_\x80-\uffff][\w$\x80-\uffff]*)
    | (?P<mark>.)
    """,
    re.VERBOSE | re.DOTALL,
)
_COMMENT_EDGE = re.compile(r"/\*|\*/")
_TRANSACTION = re.compile(
    r"(?:begin|start\s+transaction|commit|end|rollback|abort)\b(?!\s+(?:to|prepared)\b)",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Statement:
    """One statement without the comments before it, and where it stands in its file."""

    text: str
    start: int
    end: int

    @property
    def controls_transaction(self) -> bool:
        """Whether it begins or ends a transaction of its own."""
        return _TRANSACTION.match(self.text) is not None


@dataclass(frozen=True)
class Token:
    """One piece of a file: blank, comment, string, dollar-quoted text, word or mark."""

    kind: str
    start: int
    end: int


def tokens(text: str) -> Iterator[Token]:
    """Yield the pieces of a file in order; a line comment is a `line`, a block one a `comment`."""
    position = 0
    while position < len(text):
        kind, end = _token(text, position)
        if kind == "blank" and text.startswith("--", position):
            kind = "line"
        yield Token(kind, position, end)
        position = end


def next_token(text: str, position: int) -> int:
    """Return where the piece that begins at a position ends."""
    return _token(text, position)[1]


def blank_out(text: str, start: int, end: int) -> str:
    """Return the text with that part replaced by as many lines of nothing, so line numbers stay."""
    return text[:start] + re.sub(r"[^\n]", " ", text[start:end]) + text[end:]


def statements(text: str) -> Iterator[Statement]:
    """Yield the statements of a file in order; what follows the last semicolon counts as one."""
    start, position, depth, blocks, words = -1, 0, 0, 0, 0
    while position < len(text):
        kind, end = _token(text, position)
        if kind in {"blank", "comment"}:
            position = end
            continue
        if start < 0:
            start, depth, blocks, words = position, 0, 0, 0
        lexeme = text[position:end].lower() if end - position < 12 else ""  # noqa: PLR2004 - longer than any word looked for
        depth += {"(": 1, ")": -1}.get(lexeme, 0)
        blocks = _blocks(blocks, lexeme, text[end : end + 40])
        words += 1
        if lexeme == ";" and depth <= 0 and not blocks:
            if words > 1:
                yield Statement(text[start:position], start, position)
            start = -1
        position = end
    if start >= 0 and text[start:].strip():
        yield Statement(text[start:].rstrip(), start, len(text))


def _blocks(open_blocks: int, lexeme: str, after: str) -> int:
    """Count the blocks of an SQL-standard function body (`begin atomic ..

    End`), whose semicolons end no statement.
    """
    if lexeme == "begin" and re.match(r"\s+atomic\b", after, re.IGNORECASE):
        return open_blocks + 1
    if open_blocks and lexeme == "case":
        return open_blocks + 1
    if open_blocks and lexeme == "end":
        return open_blocks - 1
    return open_blocks


def _token(text: str, position: int) -> tuple[str, int]:
    match = _TOKEN.match(text, position)
    if match is None:  # cannot be: `mark` takes any character
        return "mark", position + 1
    kind = match.lastgroup or "mark"
    if kind == "comment":
        return kind, _comment_end(text, match.end())
    if kind == "dollar":
        close = text.find(match.group(), match.end())
        return kind, len(text) if close < 0 else close + len(match.group())
    return kind, match.end()


def _comment_end(text: str, position: int) -> int:
    """Return the end of a comment that may hold comments."""
    depth = 1
    for edge in _COMMENT_EDGE.finditer(text, position):
        depth += 1 if edge.group() == "/*" else -1
        if depth == 0:
            return edge.end()
    return len(text)


def line_of(text: str, position: int) -> int:
    """Return the 1-based line of a 0-based position."""
    return text.count("\n", 0, max(position, 0)) + 1
