"""The database that the machines of a team share: reached, asked again, and told of in a sentence.

Its tables stand in `database_schema`; what is kept in them is known to those who keep it.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, TypeAlias, TypeVar
from urllib.parse import urlsplit

from atom_release.errors import Misuse, StoreError

if TYPE_CHECKING:
    import psycopg

    Connection: TypeAlias = psycopg.Connection[tuple[object, ...]]

Answer = TypeVar("Answer")

PATIENCE = 90.0
"""Seconds for which a question is asked again of a database that does not answer."""

_PAUSE = 0.5
_CONNECTING = 10
_LONGEST_QUESTION_MS = 60_000
_UNHEARD_MS = 20_000


@dataclass(frozen=True)
class Database:
    """One database by its URL, which holds no password; a connection for each thread."""

    url: str
    patience: float = PATIENCE
    _kept: threading.local = field(default_factory=threading.local, compare=False, repr=False)

    @property
    def place(self) -> str:
        """Where the state is, for a person who has to look."""
        parts = urlsplit(self.url)
        return f"postgresql://{parts.netloc}{parts.path}, schema atom_release"

    def ask(
        self, question: Callable[[Connection], Answer], *, patience: float | None = None
    ) -> Answer:
        """Ask in one transaction, and again where the connection was lost.

        A question that was answered and of which the answer was lost is asked twice: it has to
        find that out by itself.

        Raises:
            StoreError: the database did not answer for so long, or it refused.
        """
        import psycopg

        until = time.monotonic() + (self.patience if patience is None else patience)
        while True:
            before = self._open()
            try:
                connection = before or self._connect()
                with connection.transaction():
                    return question(connection)
            except (psycopg.OperationalError, psycopg.InterfaceError) as error:
                self.close()
                if isinstance(error, psycopg.errors.QueryCanceled) or (
                    before is None and time.monotonic() >= until
                ):
                    raise StoreError(
                        f"The shared state ({self.place}) does not answer: {first_line(error)}",
                        "Run again when the database answers: what was written down is found.",
                    ) from error
                if before is None:
                    time.sleep(_PAUSE)
            except psycopg.Error as error:
                raise StoreError(
                    f"The shared state ({self.place}) refuses: {first_line(error)}",
                    "Let `atom-release state --prepare ROLE` make schema and rights anew.",
                ) from error

    def close(self) -> None:
        """Close this thread's connection, if there is one."""
        connection = getattr(self._kept, "connection", None)
        self._kept.connection = None
        if connection is not None and self._kept.process == os.getpid():
            connection.close()

    def _open(self) -> Connection | None:
        """Return the connection that this thread has open; a forked process has none."""
        kept: Connection | None = getattr(self._kept, "connection", None)
        return (
            kept
            if kept is not None and not kept.closed and self._kept.process == os.getpid()
            else None
        )

    def _connect(self) -> Connection:
        made = _connect(self.url)
        self._kept.connection, self._kept.process = made, os.getpid()
        return made


def _connect(url: str) -> Connection:
    import psycopg

    return psycopg.connect(
        url,
        autocommit=True,
        connect_timeout=_CONNECTING,
        application_name="atom-release",
        options=f"-c search_path=atom_release -c statement_timeout={_LONGEST_QUESTION_MS}",
        tcp_user_timeout=_UNHEARD_MS,
    )


@lru_cache(maxsize=8)
def database_at(url: str) -> Database:
    """Return the database at a URL, the same one each time in a process.

    Raises:
        Misuse: that is no URL of a PostgreSQL, or it holds a password.
    """
    import psycopg
    from psycopg.conninfo import conninfo_to_dict

    if urlsplit(url).scheme not in {"postgresql", "postgres"}:
        raise Misuse(
            "The shared state is no URL of a PostgreSQL.",
            "Write ATOM_RELEASE_STATE as postgresql://ROLE@HOST:PORT/DATABASE, or unset it.",
        )
    try:
        named = conninfo_to_dict(url)
    except psycopg.ProgrammingError as error:
        raise Misuse(
            f"The URL of the shared state cannot be read: {first_line(error)}",
            "Mend ATOM_RELEASE_STATE.",
        ) from None
    if named.get("password"):
        raise Misuse(
            "The URL of the shared state holds a password, and Dagster shows settings.",
            "Take it out of ATOM_RELEASE_STATE, and give it in PGPASSWORD or ~/.pgpass.",
        )
    return Database(url)


def first_line(error: Exception) -> str:
    """Return what a database's error says first."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return (lines or [type(error).__name__])[0][:300]
