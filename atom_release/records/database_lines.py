"""Lines that several machines share: rows of a database, added and never changed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from atom_release.errors import StoreError
from atom_release.records.database import Database

if TYPE_CHECKING:
    from atom_release.records.database import Connection

_LOCK = "SELECT pg_advisory_lock(hashtextextended('atom_release/' || %s, 0))"
_UNLOCK = "SELECT pg_advisory_unlock(hashtextextended('atom_release/' || %s, 0))"


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
        """Return every row, in its order."""

        def select(connection: Connection) -> list[bytes]:
            rows = connection.execute(
                "SELECT envelope FROM line WHERE name = %s ORDER BY number", (self.name,)
            )
            return [bytes(envelope) for (envelope,) in rows]  # type: ignore[call-overload]

        lines = self.database.ask(select)
        self._known = len(lines)
        return b"".join(lines)

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
