"""Lines that several machines share: rows of a database, added and never changed.

What a process has read of them it does not read again: the database says by one digest that all of
it still stands there, and gives what follows. Where that does not hold, everything is read, and
whoever checks the lines sees what became of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import lru_cache
from hashlib import sha256
from typing import TYPE_CHECKING

from atom_release.errors import StoreError
from atom_release.records.database import Database

if TYPE_CHECKING:
    from atom_release.records.database import Connection

_WHOLE = "SELECT number, envelope FROM line WHERE name = %s"
_FURTHER = """
SELECT NULL, pg_catalog.sha256(
    coalesce(pg_catalog.string_agg(envelope, ''::bytea ORDER BY number), ''::bytea))
FROM line WHERE name = %(name)s AND number <= %(last)s
UNION ALL
SELECT number, envelope FROM line WHERE name = %(name)s AND number > %(last)s
"""
_LOCK = "SELECT pg_advisory_lock(hashtextextended('atom_release/' || %s, 0))"
_UNLOCK = "SELECT pg_advisory_unlock(hashtextextended('atom_release/' || %s, 0))"


@dataclass(frozen=True)
class _Read:
    """What was read of lines: how many, the number of the last, and their bytes."""

    rows: int = 0
    last: int = 0
    content: bytes = b""

    @property
    def digest(self) -> bytes:
        """What the database has to say of the same rows."""
        return sha256(self.content).digest()

    def further(self, rows: list[tuple[int, bytes]]) -> _Read:
        """Return what was read when these followed, in whatever order they came."""
        ordered = sorted(rows)
        last = ordered[-1][0] if ordered else self.last
        content = self.content + b"".join(envelope for _, envelope in ordered)
        return _Read(self.rows + len(ordered), last, content)


def _numbered(rows: Iterable[tuple[object, ...]]) -> list[tuple[int, bytes]]:
    return [(int(number), bytes(envelope)) for number, envelope in rows]  # type: ignore[call-overload]


@lru_cache(maxsize=8)
def _read_before(place: str) -> dict[str, _Read]:
    """Return where that is kept which this process read of the lines at a place."""
    del place
    return {"newest": _Read()}


@dataclass
class DatabaseLines:
    """The lines of one name. A line is added behind those that were read last, or not at all."""

    database: Database
    name: str
    _known: int = field(default=0, init=False)

    @property
    def place(self) -> str:
        """The database, and the name of the lines in it."""
        return f"{self.name} in {self.database.place}"

    def read(self) -> bytes:
        """Return every row, in its order; only those are asked for that were not read before."""
        kept = _read_before(self.place)
        standing = self._read_behind(kept["newest"]) or self._read_whole()
        kept["newest"] = standing
        self._known = standing.rows
        return standing.content

    def _read_whole(self) -> _Read:
        def select(connection: Connection) -> list[tuple[int, bytes]]:
            return _numbered(connection.execute(_WHOLE, (self.name,)))

        return _Read().further(self.database.ask(select))

    def _read_behind(self, before: _Read) -> _Read | None:
        """Return what stands there where it begins with what was read before; None elsewhere."""

        def select(connection: Connection) -> tuple[bytes, list[tuple[int, bytes]]]:
            rows = list(connection.execute(_FURTHER, {"name": self.name, "last": before.last}))
            (digest,) = (bytes(value) for number, value in rows if number is None)  # type: ignore[call-overload]
            return digest, _numbered(row for row in rows if row[0] is not None)

        if not before.rows:
            return None
        digest, rows = self.database.ask(select)
        return before.further(rows) if digest == before.digest else None

    def append(self, line: bytes) -> None:
        """Add a row behind the last that was read.

        Raises:
            StoreError: another writer was there first, or the database does not answer.
        """
        number = self._known + 1

        def insert(connection: Connection) -> bool:
            added = connection.execute(
                "INSERT INTO line (name, number, envelope) VALUES (%s, %s, %s)"
                " ON CONFLICT DO NOTHING",
                (self.name, number, line),
            )
            if added.rowcount:
                return True
            kept = connection.execute(
                "SELECT envelope FROM line WHERE name = %s AND number = %s", (self.name, number)
            ).fetchone()
            # the answer to an earlier insert of this very line may have been lost
            return kept is not None and bytes(kept[0]) == line  # type: ignore[call-overload]

        if not self.database.ask(insert):
            raise StoreError(
                f"Another run wrote line {number} of {self.place} at the same moment.", "Run again."
            )
        self._known = number

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Hold a lock of this session; a writer who lost it finds its number taken."""
        self.database.ask(lambda connection: connection.execute(_LOCK, (self.name,)))
        try:
            yield
        finally:
            with suppress(StoreError):  # a lost session has given it back
                self.database.ask(
                    lambda connection: connection.execute(_UNLOCK, (self.name,)), patience=0
                )


@dataclass(frozen=True)
class DatabaseShelf:
    """All lines of one kind in a database."""

    database: Database
    kind: str

    def lines(self, name: str) -> DatabaseLines:
        """Return the lines of this name."""
        return DatabaseLines(self.database, f"{self.kind}/{name}")

    def names(self) -> list[str]:
        """Return the names under which there are lines, sorted."""

        def select(connection: Connection) -> list[str]:
            rows = connection.execute(
                "SELECT DISTINCT name FROM line WHERE starts_with(name, %s)", (f"{self.kind}/",)
            )
            return sorted(str(name).removeprefix(f"{self.kind}/") for (name,) in rows)

        return self.database.ask(select)
