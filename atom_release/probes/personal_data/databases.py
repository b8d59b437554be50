"""Committed SQLite databases, read row by row from a private copy.

Without trusting anything that the file says of itself.
"""

from __future__ import annotations

import contextlib
import sqlite3
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from atom_release.lab.throwaway import passing

_MAGIC = b"SQLite format 3\0"
_SUFFIXES = frozenset({".db", ".sqlite", ".sqlite3", ".db3"})


class Unreadable(Exception):
    """SQLite cannot read the whole of the file."""


@dataclass
class Column:
    """The values of one column, as text, with the number of their row.

    `rows` is counted at the table's first column only.
    """

    table: str
    name: str
    rows: int = 0
    values: list[tuple[int, str]] = field(default_factory=list)


def is_database(path: str, content: bytes) -> bool:
    """Return whether the blob is a database, or calls itself one and is not even text."""
    if content.startswith(_MAGIC):
        return True
    named = (
        PurePosixPath(path.lower()).suffix in _SUFFIXES
        and PurePosixPath(path.lower()).name != "thumbs.db"
    )
    return named and b"\0" in content[:8192]


def read_columns(content: bytes, write_ahead_log: bytes, scratch: Path) -> list[Column]:
    """Read every row of every table.

    Args:
        content: the database.
        write_ahead_log: what is committed beside it as `-wal`; rows may stand there only.
        scratch: where the copy is made.

    Raises:
        Unreadable: the file is corrupt, encrypted, or no database.
    """
    scratch.mkdir(parents=True, exist_ok=True)
    with passing(scratch) as folder:
        copy = folder / "copy.db"
        copy.write_bytes(content)
        if write_ahead_log:
            copy.with_name("copy.db-wal").write_bytes(write_ahead_log)
        try:
            with contextlib.closing(_open(copy, immutable=not write_ahead_log)) as connection:
                return [
                    column
                    for table in _tables(connection)
                    for column in _columns(connection, table)
                ]
        except (sqlite3.Error, UnicodeError, MemoryError, OverflowError) as error:
            raise Unreadable(f"{type(error).__name__}: {str(error)[:120]}") from None


def _open(copy: Path, *, immutable: bool) -> sqlite3.Connection:
    """Open the copy.

    With a write-ahead log it is opened for writing, because SQLite has to recover it.
    """
    connection = sqlite3.connect(
        f"{copy.absolute().as_uri()}?{'mode=ro&immutable=1' if immutable else 'mode=rw'}", uri=True
    )
    connection.text_factory = lambda raw: raw.decode("utf-8", "replace")
    for pragma in ("trusted_schema=OFF", "cell_size_check=ON", "query_only=ON"):
        connection.execute(f"PRAGMA {pragma}")
    return connection


def _tables(connection: sqlite3.Connection) -> list[str]:
    """Return the ordinary tables.

    A virtual one keeps its rows in ordinary ones, and reading it would run its module.
    """
    rows = connection.execute(
        "SELECT name, sql FROM sqlite_master WHERE type = 'table' ORDER BY name"
    ).fetchall()
    return [
        str(name)
        for name, sql in rows
        if not str(sql or "").upper().lstrip().startswith("CREATE VIRTUAL")
    ]


def _columns(connection: sqlite3.Connection, table: str) -> list[Column]:
    quoted = table.replace('"', '""')
    cursor = connection.execute(f'SELECT * FROM "{quoted}"')  # noqa: S608 - a name from the catalog, quoted
    columns = [Column(table, str(description[0])) for description in cursor.description]
    count = 0
    for count, row in enumerate(cursor, 1):
        for column, value in zip(columns, row, strict=True):
            text = _text(value)
            if text:
                column.values.append((count, text))
    if columns:
        columns[0].rows = count
    return columns


def _text(value: object) -> str:
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace") if b"\0" not in value else ""
    return "" if value is None or isinstance(value, float) else str(value)


def made_up(scratch: Path, table: str, column: str, value: str) -> bytes:
    """Make a database with one value in it."""
    scratch.mkdir(parents=True, exist_ok=True)
    with passing(scratch) as folder:
        path = folder / "made.db"
        with contextlib.closing(sqlite3.connect(path)) as connection, connection:
            connection.execute(f'CREATE TABLE "{table}" (id INTEGER PRIMARY KEY, "{column}" TEXT)')
            connection.execute(f'INSERT INTO "{table}" ("{column}") VALUES (?)', (value,))  # noqa: S608 - names of our own
        return path.read_bytes()
