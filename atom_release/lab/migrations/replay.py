"""Do the migrations apply, in order, to an empty database of a real PostgreSQL.

As an owner who is not superuser?
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from atom_release.gate.facts.evidence import NegativeControl
from atom_release.gate.vocabulary import ControlState
from atom_release.lab.migrations.apply import Applied, apply_migrations
from atom_release.lab.migrations.scratch import LONGEST
from atom_release.lab.migrations.statements import Statement, statements

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from atom_release.lab.migrations.scratch import Scratch
    from atom_release.source.commit import JudgedTree

_NAME = r'(?:"((?:[^"]|"")+)"|([A-Za-z_][\w$]*))'
_EXTENSION = re.compile(rf"create\s+extension\s+(?:if\s+not\s+exists\s+)?{_NAME}", re.IGNORECASE)
_ROLE = re.compile(rf"create\s+(?:role|user|group)\s+(?!mapping\b){_NAME}", re.IGNORECASE)
_REFUSED_EXTENSION = re.compile(r'permission denied to create extension "([^"]+)"')
_DOWN = re.compile(
    r"^--\s*(?:migrate:down|\+goose\s+down|\+migrate\s+down|@down)\b", re.IGNORECASE | re.MULTILINE
)
_FOLLOWS = {
    "42883",
    "42704",
    "42P01",
    "42703",
    "3F000",
}  # a function, type, table, column or schema that is not there
_PLANTED = b"SELECT 1;\nALTER TABLE gate_no_such_table ADD COLUMN gate integer;\n"


@dataclass
class Replay:
    """What became of every file, and what the server lacks."""

    applied: list[Applied] = field(default_factory=list)
    missing: dict[str, list[str]] = field(
        default_factory=dict
    )  # extension -> files that ask for it
    following: list[Applied] = field(
        default_factory=list
    )  # failures that may follow from a missing extension
    notes: list[str] = field(default_factory=list)

    @property
    def failed(self) -> list[Applied]:
        """Failures that are the release's own."""
        return [
            one
            for one in self.applied
            if one.error and not one.unreadable and one not in self.following
        ]

    @property
    def unreadable(self) -> list[Applied]:
        """Files that could not be tried."""
        return [one for one in self.applied if one.unreadable]

    @property
    def complete(self) -> bool:
        """Whether every file applied."""
        return not any(one.error for one in self.applied)


def migration_files(tree: JudgedTree, pattern: str) -> list[str]:
    """Give the migrations in the order of their names, without those that only undo another."""
    paths = sorted(tree.glob(pattern))
    return [path for path in paths if not path.lower().endswith((".down.sql", "_down.sql"))]


def makes_role(texts: list[bytes], role: str) -> bool:
    """Say whether the migrations themselves make the application's role."""
    return any(
        re.search(rb"create\s+(role|user)\b", text, re.IGNORECASE) and role.encode() in text
        for text in texts
    )


def replay(scratch: Scratch, files: list[tuple[str, bytes]]) -> Replay:
    """Apply the files in order as the owner.

    A file that fails leaves nothing, and the next is tried.
    """
    result = Replay()
    for path, content in files:
        text = _up_only(content)
        one = _apply(scratch, path, _passed_over(scratch, path, text, result), result)
        result.applied.append(one)
        if one.error and not one.unreadable and _follows(one, result):
            result.following.append(one)
    return result


def control(scratch: Scratch) -> NegativeControl:
    """Apply one more file whose second line cannot apply: the replay must say so, and where."""
    found = _timed(scratch, "planted.sql", _PLANTED)
    alive = (found.sqlstate, found.line) == ("42P01", 2)
    changed = "applied one more file, whose second line alters a table that does not exist"
    return NegativeControl(
        state=ControlState.ALIVE if alive else ControlState.DEAD,
        changed=changed,
        found=f"line {found.line}: {found.error or 'no error'}",
    )


def _up_only(content: bytes) -> bytes:
    """Give the part that goes forward, where a file holds the way back too."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content
    down = _DOWN.search(text)
    return (text[: down.start()] if down else text).encode()


def _apply(scratch: Scratch, path: str, content: bytes, result: Replay) -> Applied:
    one = _timed(scratch, path, content)
    refused = _REFUSED_EXTENSION.search(one.error or "")
    if refused and refused[1] in scratch.extensions:
        _install(scratch, refused[1])
        result.notes.append(
            f"{path}: extension {refused[1]} is not for ordinary roles to create; the server's"
            " superuser created it"
        )
        return _apply(
            scratch,
            path,
            _without(content, lambda statement: _named(_EXTENSION, statement) == refused[1]),
            result,
        )
    if one.missing_extension:
        result.missing.setdefault(one.missing_extension, []).append(path)
    return one


def _timed(scratch: Scratch, path: str, content: bytes) -> Applied:
    """Apply one file on a connection of its own; it ends in time, whatever it holds."""
    import psycopg

    try:
        return apply_migrations(scratch.address(scratch.owner), [(path, content)])[0]
    except psycopg.OperationalError as error:
        return Applied(
            path,
            f"its session ended before it did, or was ended after {LONGEST:.0f} s:"
            f" {str(error).partition(chr(10))[0]}",
            None,
            error.sqlstate,
        )


def _install(scratch: Scratch, extension: str) -> None:
    from psycopg.sql import SQL, Identifier

    with scratch.session() as admin:
        admin.execute(
            SQL("CREATE EXTENSION IF NOT EXISTS {} CASCADE").format(Identifier(extension))
        )


def _passed_over(scratch: Scratch, path: str, content: bytes, result: Replay) -> bytes:
    """Blank what this server cannot or need not do.

    An extension it lacks (noted as missing), a role it already has.
    """

    def skip(statement: Statement) -> bool:
        extension, role = _named(_EXTENSION, statement), _named(_ROLE, statement)
        if extension and extension not in scratch.extensions:
            result.missing.setdefault(extension, []).append(path)
            return True
        if role and role in scratch.roles_before:
            result.notes.append(
                f"{path}: role {role} was on this server already, its CREATE was passed over"
            )
            return True
        return False

    return _without(content, skip)


def _without(content: bytes, skip: Callable[[Statement], bool]) -> bytes:
    """Replace statements by as many lines of nothing, so that line numbers stay."""
    try:
        text = content.decode()
    except UnicodeDecodeError:
        return content
    for one in reversed(list(statements(text))):
        if skip(one):
            text = text[: one.start] + re.sub(r"[^\n]", " ", one.text) + text[one.end :]
    return text.encode()


def _named(pattern: re.Pattern[str], statement: Statement) -> str | None:
    match = pattern.match(statement.text)
    if match is None:
        return None
    return match[1].replace('""', '"') if match[1] else match[2].lower()


def _follows(one: Applied, result: Replay) -> bool:
    """Say whether a failure may only follow from a missing extension."""
    return bool(result.missing) and (one.sqlstate in _FOLLOWS or one.missing_extension is not None)


def described(result: Replay) -> Iterator[dict[str, str | int | None]]:
    """Give the files that did not apply, for the facts."""
    for one in result.applied:
        if one.error:
            kind = (
                "unreadable"
                if one.unreadable
                else "follows from a missing extension"
                if one in result.following
                else "failed"
            )
            yield {
                "path": one.path,
                "line": one.line,
                "error": one.error,
                "sqlstate": one.sqlstate,
                "kind": kind,
            }
