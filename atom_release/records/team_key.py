"""Which key a shared state is signed with, so that a machine with another one is told in time.

Nothing is believed by what stands there: every line is verified with the key that a machine has
itself. Whoever changes it here can only make machines refuse.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from atom_release.records.database import Database
from atom_release.records.signing_keys import PublicKey

if TYPE_CHECKING:
    from atom_release.records.database import Connection

_NEWEST = "SELECT keyid, pem FROM gate ORDER BY number DESC LIMIT 1"
_ADD = "INSERT INTO gate (keyid, pem) VALUES (%s, %s)"


@dataclass(frozen=True)
class NamedKey:
    """The key that a shared state names, by its id, and its public half as PEM."""

    keyid: str
    pem: str


def named_key(database: Database) -> NamedKey | None:
    """Return the key that the state is signed with, None where none was named yet."""
    return database.ask(_newest)


def name_first(database: Database, key: PublicKey) -> NamedKey:
    """Name this key where none is, and return the one that is named; of several at once, one wins.

    Raises:
        StoreError: the database does not answer.
    """

    def insert(connection: Connection) -> NamedKey:
        connection.execute("SELECT pg_advisory_xact_lock(hashtextextended('atom_release/gate', 0))")
        before = _newest(connection)
        if before is not None:
            return before
        connection.execute(_ADD, (key.keyid, key.pem.decode()))
        return NamedKey(key.keyid, key.pem.decode())

    return database.ask(insert)


def name_instead(database: Database, key: PublicKey) -> None:
    """Name this key from now on; the ones before it stay as rows above."""
    database.ask(lambda connection: connection.execute(_ADD, (key.keyid, key.pem.decode())))


def _newest(connection: Connection) -> NamedKey | None:
    row = connection.execute(_NEWEST).fetchone()
    return NamedKey(str(row[0]), str(row[1])) if row else None
