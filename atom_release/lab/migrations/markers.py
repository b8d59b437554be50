"""What a file says about itself: which part leads back, and how it wants to be run.

Markers are comments of the tools that run the file; they are looked for outside strings and
function bodies. A comment that looks like a marker of an unknown tool is a doubt, never a guess.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from atom_release.lab.migrations.statements import blank_out, line_of, statements, tokens

_MARKERS = (
    ("dbmate", r"--\s*migrate:up\b.*", r"--\s*migrate:down\b.*"),
    ("goose", r"--\s*\+goose\s+up\b.*", r"--\s*\+goose\s+down\b.*"),
    ("sql-migrate", r"--\s*\+migrate\s+up\b.*", r"--\s*\+migrate\s+down\b.*"),
    ("micrate", r"--\s*\+micrate\s+up\b.*", r"--\s*\+micrate\s+down\b.*"),
    ("rambler", r"--\s*rambler\s+up\b.*", r"--\s*rambler\s+down\b.*"),
    ("tern", None, r"-{4}\s*create above\s*/\s*drop below\s*-{4}"),
    ("node-pg-migrate", r"--[\s-]*up\s+migration\b.*", r"--[\s-]*down\s+migration\b.*"),
    ("Play", r"(?:#|--).*!ups\b.*", r"(?:#|--).*!downs\b.*"),
    ("MyBatis", None, r"--\s*(?://)?\s*@undo\b.*"),
    ("shmig", r"--\s*={2,}\s*up\s*={2,}", r"--\s*={2,}\s*down\s*={2,}"),
    ("an @ sign", r"--\s*@up\b.*", r"--\s*@down\b.*"),
)
_KNOWN = tuple(
    (tool, re.compile(up, re.IGNORECASE) if up else None, re.compile(down, re.IGNORECASE))
    for tool, up, down in _MARKERS
)
_BACK = r"(?:downs?|undo|roll\s?back|revert|reverse|backwards?|way\s+back|drop\s+below)"
_AROUND = r"(?:migrat\w+|section|script|schema|part|sql|begin|start|begins|starts|below|step|to)"
_LOOKS_LIKE_ONE = re.compile(
    rf"[\W_]*(?:(?:[+@!]\w+|\w+\s*:|{_AROUND})[\s:./-]*){{0,2}}[+@!]?{_BACK}"
    rf"(?:[\s:./-]+{_AROUND}){{0,2}}[\W_]*",
    re.IGNORECASE,
)
_LIQUIBASE = re.compile(r"--\s*liquibase\s+formatted\s+sql|--\s*changeset\b", re.IGNORECASE)
_WITHOUT_TRANSACTION = re.compile(
    r"\b(?:no|disable|without)[-_ ]?(?:tx|transaction)\b"
    r"|\b(?:run|execute)?_?in_?transaction\s*[:=]\s*(?:false|off|no|0)\b"
    r"|\btransaction(?:al)?\s*[:=]\s*(?:false|off|no|none|0)\b"
    r"|\btxmode\s*[:=]?\s*none\b",
    re.IGNORECASE,
)
_PLACEHOLDER = re.compile(
    r"\$\{[A-Za-z_][\w.:-]*\}|\{\{[^{}\n]*\}\}|<%=?[^%\n]*%>|%\([A-Za-z_]\w*\)s|@[A-Z_][A-Z0-9_]*@"
)


@dataclass(frozen=True)
class Doubt:
    """Something about a file that the gate cannot read for certain, at its line."""

    path: str
    line: int
    description: str
    remedy: str = ""

    def __str__(self) -> str:
        """Return it as one phrase."""
        return f"{self.path}:{self.line}: {self.description}"


@dataclass(frozen=True)
class Sections:
    """A file's way forward, on its own lines, and what is in doubt about it."""

    forward: str
    tool: str = ""
    doubt: tuple[int, str] | None = None


@dataclass(frozen=True)
class _Comment:
    start: int
    end: int
    text: str


def read_sections(text: str) -> Sections:
    """Return the part of a file that leads forward; the rest is replaced by empty lines."""
    forward, leading_forward, since, named = text, True, 0, ""
    for comment in _comments(text):
        tool, direction = _direction(comment.text)
        if not direction:
            continue
        named = tool
        if direction == "down" and leading_forward:
            leading_forward, since = False, comment.start
        elif direction == "up" and not leading_forward:
            forward, leading_forward = blank_out(forward, since, comment.start), True
    if not leading_forward:
        forward = blank_out(forward, since, len(text))
    return _without_lookalike(Sections(forward, named))


def _without_lookalike(sections: Sections) -> Sections:
    """End the way forward at what looks like a marker of its end, and say so."""
    text = sections.forward
    if _LIQUIBASE.search(text):  # its ways back are comments with the SQL behind them
        return sections
    for comment in _comments(text):
        if _LOOKS_LIKE_ONE.fullmatch(comment.text) and any(statements(text[comment.end :])):
            doubt = (
                f"`{comment.text.strip()[:60]}` looks like the beginning of a way back, in the"
                " words of no tool that is known here"
            )
            forward = blank_out(text, comment.start, len(text))
            return Sections(forward, sections.tool, (line_of(text, comment.start), doubt))
    return sections


def _comments(text: str) -> Iterator[_Comment]:
    """Yield the comments that have their line to themselves; Play puts a # before them."""
    for token in tokens(text):
        before = text[text.rfind("\n", 0, token.start) + 1 : token.start]
        if token.kind == "line" and before.strip() in {"", "#"}:
            start = token.start - len(before.lstrip())
            yield _Comment(start, token.end, text[start : token.end])
        elif token.kind == "mark" and text[token.start] == "#" and not before.strip():
            end = text.find("\n", token.start)
            line = text[token.start : end if end >= 0 else len(text)]
            if "--" not in line:
                yield _Comment(token.start, token.start + len(line), line)


def _direction(comment: str) -> tuple[str, str]:
    """Return the tool whose marker a comment is, and whether it says `up` or `down`."""
    comment = comment.strip()
    for tool, up, down in _KNOWN:
        if down.fullmatch(comment):
            return tool, "down"
        if up and up.fullmatch(comment):
            return tool, "up"
    return "", ""


def wants_no_transaction(text: str) -> bool:
    """Return whether a comment of the file says that it runs outside a transaction."""
    return any(
        token.kind in {"line", "comment"}
        and _WITHOUT_TRANSACTION.search(text[token.start : token.end])
        for token in tokens(text)
    )


def find_placeholder(text: str) -> tuple[int, str] | None:
    """Return line and text of the first placeholder that stands in the SQL itself."""
    bare = text
    for token in tokens(text):
        quoted = token.kind == "string" and text[token.start] != '"'
        if quoted or token.kind in {"line", "comment", "dollar"}:
            bare = blank_out(bare, token.start, token.end)
    match = _PLACEHOLDER.search(bare)
    return (line_of(text, match.start()), match[0]) if match else None
