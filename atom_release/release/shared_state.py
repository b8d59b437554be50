"""Where the state of this gate is kept, told to a person; and a shared one made ready for use."""

from __future__ import annotations

from atom_release.errors import Misuse
from atom_release.release.state import histories_at, shared_database
from atom_release.settings import Settings


def prepare(settings: Settings, role: str) -> None:
    """Make the tables of the shared state, and let a role of its database use them.

    Raises:
        Misuse: no state is shared.
        StoreError: the database does not answer, or does not let that be done.
    """
    from atom_release.records import database_schema
    from atom_release.records.database import database_at

    if settings.state is None:
        raise Misuse(
            "No state is shared.",
            "Set ATOM_RELEASE_STATE to postgresql://ROLE@HOST:PORT/DATABASE.",
        )
    database_schema.prepare(database_at(settings.state), role)


def describe(settings: Settings) -> dict[str, object]:
    """Return where the state is, by which key a shared one is signed, and what it holds.

    Raises:
        Misuse: the shared state cannot be used.
    """
    from atom_release.records.team_key import named_key

    database = shared_database(settings)
    named = named_key(database) if database else None
    return {
        "state": database.place if database else str(settings.home),
        "shared": database is not None,
        "key": str(settings.key_path),
        "signed by": named.keyid if named else None,
        "histories": len(histories_at(settings).names()),
    }
