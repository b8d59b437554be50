"""What a gate remembers beyond a run: histories, the journal of the acts, turns to act.

In a folder of this machine, or in a database that the machines of a team share
(`ATOM_RELEASE_STATE`). Artifacts lie in the store, keys in `gate_key`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from atom_release.records.history_lines import FolderShelf, Shelf
from atom_release.settings import Settings

if TYPE_CHECKING:
    from atom_release.acts.turns import Turns
    from atom_release.records.database import Database
    from atom_release.records.pages import Pages
    from atom_release.records.signing_keys import KeyPair, PublicKey


def histories_at(settings: Settings) -> Shelf:
    """Return where the histories are kept."""
    shared = shared_database(settings)
    return _seen(shared, "history", settings) if shared else FolderShelf(settings.home / "history")


def journal_at(settings: Settings, key: KeyPair, believed: tuple[PublicKey, ...]) -> Pages:
    """Return where the journal of the acts is kept; shared, what stands in it is signed."""
    from atom_release.records.pages import FolderPages, SignedPages

    shared = shared_database(settings)
    if shared is None:
        return FolderPages(settings.home / "journal")
    return SignedPages(_seen(shared, "journal", settings), key, believed)


def turns_at(settings: Settings) -> Turns:
    """Return where turns to act are taken."""
    from atom_release.acts.turns import FolderTurns, LeasedTurns

    shared = shared_database(settings)
    return LeasedTurns(shared) if shared else FolderTurns(settings.home / "journal")


def shared_database(settings: Settings) -> Database | None:
    """Return the database that holds the shared state, looked at once in a process, or None.

    Raises:
        Misuse: it cannot be used.
    """
    if settings.state is None:
        return None
    from atom_release.records.database import database_at
    from atom_release.records.database_schema import check_prepared

    database = database_at(settings.state)
    if database not in _looked_at:
        check_prepared(database)
        _looked_at.append(database)
    return database


_looked_at: list[Database] = []


def _seen(database: Database, kind: str, settings: Settings) -> Shelf:
    from atom_release.records.database_lines import DatabaseShelf
    from atom_release.records.seen_lines import SeenShelf

    return SeenShelf(DatabaseShelf(database, kind), settings.home / "seen" / kind)
