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
_BACK = (
    r"(?:downs?|downgrade|undo|roll(?:ing)?\s?back|revert|reverse|backwards?|way\s+back"
    r"|drop\s+below|tear\s?down|un-?apply|uninstall|back\s?out"
    r"|r\u00fcckg\u00e4ngig(?:\s+machen)?|zur\u00fcck\w*|revertir|reverter|deshacer|desfazer"
    r"|annuler|annulation|retour(?:\s+arri\u00e8re)?|terug\w*|ongedaan(?:\s+maken)?"
    r"|\u043e\u0442\u043a\u0430\u0442|\u56de\u6eda|\u30ed\u30fc\u30eb\u30d0\u30c3\u30af)"
)  # the word in a few more languages, the last three Russian, Chinese, Japanese
_AROUND = (
    r"(?:migrat\w+|section|script|schema|part|sql|begin|start|begins|starts|below|step|to|this|the"
    r"|manual\w*|reverse|\d+[.)])"
)
_LOOKS_LIKE_ONE = re.compile(
    rf"[\W_]*(?:(?:[+@!]\w+|\w+\s*:|{_AROUND})[\s:./-]*){{0,2}}[+@!]?{_BACK}"
    rf"(?:[\s:./-]+{_AROUND}){{0,2}}(?:\s*\([^()]*\))?[\W_]*",
    re.IGNORECASE,
)
_LIQUIBASE = re.compile(r"--\s*liquibase\s+formatted\s+sql|--\s*changeset\b", re.IGNORECASE)
_WITHOUT_TRANSACTION = re.compile(
    r"\b(?:no|disable|without)[-_ ]?(?:txn?|transaction)\b"
    r"|\b(?:run|execute)?_?in_?transaction\s*[:=]\s*(?:false|off|no|0)\b"
    r"|\btransaction(?:al)?\s*[:=]\s*(?:false|off|no|none|0)\b"
    r"|\btxmode\s*[:=]?\s*none\b",
    re.IGNORECASE,
)
_PLACEHOLDER = re.compile(
    r"\$\{[A-Za-z_][\w.:-]*\}|\$[A-Za-z_]\w*\$(?=\.)|\{\{[^{}\n]*\}\}|<%=?[^%\n]*%>|%\([A-Za-z_]\w*\)s|@[A-Z_][A-Z0-9_]*@"
)
_VARIABLE = re.compile(r"""(?<![:\w\[\])"'.]):(?:[A-Za-z_]\w*|"[A-Za-z_]\w*"|'[A-Za-z_]\w*')""")
_CHECKPOINT = re.compile(r"(?m)^--[ \t]*atlas:checkpoint\b")


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
        elif token.kind == "comment" and _stands_alone(text, token.start, token.end):
            yield _Comment(token.start, token.end, text[token.start : token.end])
        elif token.kind == "mark" and text[token.start] == "#" and not before.strip():
            end = text.find("\n", token.start)
            line = text[token.start : end if end >= 0 else len(text)]
            if "--" not in line:
                yield _Comment(token.start, token.start + len(line), line)


def _stands_alone(text: str, start: int, end: int) -> bool:
    """Return whether a comment is one line that holds nothing else."""
    line = text[
        text.rfind("\n", 0, start) + 1 : text.find("\n", end) if "\n" in text[end:] else None
    ]
    return line.strip() == text[start:end]


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


def is_checkpoint(text: str) -> bool:
    """Return whether the file stands for all before it: a checkpoint of Atlas."""
    return _CHECKPOINT.search(text) is not None


def find_placeholder(text: str, *, by_psql: bool = False) -> tuple[int, str] | None:
    """Return line and text of the first placeholder that stands in the SQL itself.

    Args:
        text: the SQL.
        by_psql: whether the file sets variables of psql itself, which are then no placeholders.
    """
    bare = text
    for token in tokens(text):
        before = text[max(token.start - 2, 0) : token.start]
        variable = before.endswith(":") and before != "::"
        quoted = token.kind == "string" and text[token.start] != '"' and not variable
        schema = token.kind == "dollar" and _PLACEHOLDER.match(text, token.start)
        if quoted or (token.kind in {"line", "comment", "dollar"} and not schema):
            bare = blank_out(bare, token.start, token.end)
    match = _PLACEHOLDER.search(bare) or (None if by_psql else _VARIABLE.search(bare))
    return (line_of(text, match.start()), match[0]) if match else None
