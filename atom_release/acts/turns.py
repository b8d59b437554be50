"""One run at a time acts on a repository: its turn is a lock of this machine, or a lease.

Where the state of several machines is shared, no process can be seen and no file locked: a turn is
a lease that is renewed while it lasts, and whoever lost it does not act. That only one push gets
through, whatever else fails, is the remote's to see to.
"""

from __future__ import annotations

import os
import platform
import secrets
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from atom_release.acts.lock import turn as locked
from atom_release.errors import ActFailed, StoreError
from atom_release.records.database import Database

if TYPE_CHECKING:
    from atom_release.records.database import Connection

SECONDS = 60.0
"""How long a lease holds that is not renewed."""

_LONGEST = 900.0
_PAUSE = 0.5
_TAKE = """
INSERT INTO lease (name, holder, process, until)
VALUES (%(name)s, %(holder)s, %(process)s, clock_timestamp() + %(seconds)s * interval '1 second')
ON CONFLICT (name) DO UPDATE
SET holder = excluded.holder, process = excluded.process, until = excluded.until
WHERE lease.until <= clock_timestamp() OR lease.holder = excluded.holder"""
_RENEW = """
UPDATE lease SET until = clock_timestamp() + %(seconds)s * interval '1 second'
WHERE name = %(name)s AND holder = %(holder)s AND until > clock_timestamp()"""
_GIVE_BACK = (
    "UPDATE lease SET until = clock_timestamp() WHERE name = %(name)s AND holder = %(holder)s"
)


class Turn(Protocol):
    """A turn that was taken."""

    def require_held(self) -> None:
        """Check, right before an act, that the turn is still this run's.

        Raises:
            ActFailed: it was lost.
        """


class Turns(Protocol):
    """Where turns are taken."""

    def take(self, name: str, waiting: Callable[[str], None]) -> AbstractContextManager[Turn]:
        """Hold the turn of this name; where another run has it, say so once and wait.

        Raises:
            ActFailed: the other run did not end, or no turn can be taken.
        """


class Locked:
    """A turn that the system gives back however its holder ends, and that nothing else ends."""

    def require_held(self) -> None:
        """Return: a lock of this machine is held as long as its holder runs."""


@dataclass(frozen=True)
class FolderTurns:
    """Turns by locks on the files of a folder: they hold on this machine."""

    folder: Path

    @contextmanager
    def take(self, name: str, waiting: Callable[[str], None]) -> Iterator[Turn]:
        """Lock the file of that name."""
        with locked(self.folder / f"{name}.lock", waiting):
            yield Locked()


@dataclass(frozen=True)
class LeasedTurns:
    """Turns by leases in a database that several machines share.

    Args:
        database: where the leases are; its clock alone counts.
        seconds: how long a lease holds that is not renewed.
        longest: seconds after which waiting for another run ends.
    """

    database: Database
    seconds: float = SECONDS
    longest: float = _LONGEST

    @contextmanager
    def take(self, name: str, waiting: Callable[[str], None]) -> Iterator[Turn]:
        """Take the lease of that name, and renew it until the block ends."""
        lease = Lease(self.database, name, self.seconds)
        self._wait_for(lease, waiting)
        ended = threading.Event()
        renewing = threading.Thread(target=lease.keep_renewed, args=(ended,), daemon=True)
        renewing.start()
        try:
            yield lease
        finally:
            ended.set()
            renewing.join()
            lease.give_back()

    def _wait_for(self, lease: Lease, waiting: Callable[[str], None]) -> None:
        announced, until = False, time.monotonic() + self.longest
        while not lease.try_to_take():
            holder = lease.holder()
            if time.monotonic() >= until:
                raise ActFailed(
                    f"Another run ({holder}) acts on this repository and did not end.",
                    "Run again when it has ended.",
                )
            if not announced:
                waiting(f"another run ({holder}) acts on this repository: waiting for it to end")
                announced = True
            time.sleep(_PAUSE)


class Lease:
    """One lease, as one run has it or wants it."""

    def __init__(self, database: Database, name: str, seconds: float) -> None:
        """Make up what tells this holder from all others; nothing is taken yet."""
        self._database = database
        self._seconds = seconds
        self._words = {
            "name": name,
            "holder": secrets.token_hex(16),
            "process": f"process {os.getpid()} on {platform.node()}",
            "seconds": seconds,
        }

    def try_to_take(self) -> bool:
        """Return whether the lease is this holder's now.

        Raises:
            ActFailed: the database does not answer.
        """
        try:
            return self._changes(_TAKE)
        except StoreError as error:
            raise ActFailed(
                f"No turn to act can be taken: {error.message}", error.remedy
            ) from error

    def holder(self) -> str:
        """Return which process of which machine has the lease."""

        def select(connection: Connection) -> str:
            row = connection.execute(
                "SELECT process FROM lease WHERE name = %(name)s", self._words
            ).fetchone()
            return str(row[0]) if row else "unknown"

        with suppress(StoreError):
            return self._database.ask(select)
        return "unknown"

    def require_held(self) -> None:
        """Renew the lease now, so that it holds for what is done next."""
        try:
            held = self._changes(_RENEW, patience=0)
        except StoreError as error:
            raise ActFailed(
                f"Whether this run may still act is not known: {error.message}", error.remedy
            ) from error
        if not held:
            raise ActFailed(
                "This run lost its turn to act: it did not renew its lease for"
                f" {self._seconds:g} s, and another run may act now.",
                "Run again: what was done is found, and what was not is done.",
            )

    def keep_renewed(self, ended: threading.Event) -> None:
        """Renew the lease until that is over; where it cannot be, `require_held` finds it out."""
        while not ended.wait(self._seconds / 3):
            with suppress(StoreError):
                self._changes(_RENEW, patience=0)
        self._database.close()

    def give_back(self) -> None:
        """Let the next have it; what cannot be given back runs out."""
        with suppress(StoreError):
            self._changes(_GIVE_BACK, patience=0)

    def _changes(self, statement: str, *, patience: float | None = None) -> bool:
        return self._database.ask(
            lambda connection: connection.execute(statement, self._words).rowcount > 0,
            patience=patience,
        )
