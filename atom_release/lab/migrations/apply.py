"""Applies migrations in order: each file wholly or, where it fails, not at all.

The next is tried whatever became of the one before.

A file is sent whole, as one transaction. If that fails it is sent again statement by statement:
that shows where it fails, and lets through what runs only outside a transaction (`CREATE INDEX
CONCURRENTLY`, a value that was just added to an enum). A file with transactions of its own, or one
that says that it wants none, is sent statement by statement at once, as psql sends it: what it
commits itself stays.
"""

from __future__ import annotations

import contextlib
import re
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from atom_release.lab.migrations.statements import Statement, line_of, statements

if TYPE_CHECKING:
    import psycopg

_DEADLINE = 120.0
_HARMLESS = re.compile(
    r"(?m)^\\(?:echo|qecho|set|unset|timing|pset|restrict|unrestrict|encoding|x|q)\b[^\n]*$"
)
_META = re.compile(r"(?m)^\\(?!\.)[A-Za-z!]+")
_NO_EXTENSION = re.compile(
    r'extension "([^"]+)" is not available|extension control file ".*/([^/"]+)\.control"'
)
_NOT_IN_TRANSACTION = {"25001", "55P04"}  # the latter: a new value of an enum, used at once

Around = Callable[[Statement], AbstractContextManager[None]]
"""What is done around one statement, e.g. lending its session a right that it needs."""


def _nothing(_: Statement) -> AbstractContextManager[None]:
    return nullcontext()


@dataclass(frozen=True)
class Applied:
    """What became of one file; `unreadable` where it could not be put to the server at all."""

    path: str
    error: str = ""
    line: int | None = None
    sqlstate: str | None = None
    unreadable: bool = False

    @property
    def ok(self) -> bool:
        """Whether the whole file applied."""
        return not self.error

    @property
    def missing_extension(self) -> str | None:
        """The extension that this server does not have, if that is why the file failed."""
        match = _NO_EXTENSION.search(self.error)
        return (match[1] or match[2]) if match else None


def apply_migrations(dsn: str, files: Sequence[tuple[str, bytes]]) -> list[Applied]:
    """Apply the files in the given order as the role of `dsn`."""
    return [apply_file(dsn, path, content) for path, content in files]


def apply_file(
    dsn: str,
    path: str,
    content: bytes | str,
    *,
    in_transaction: bool = True,
    around: Around | None = None,
) -> Applied:
    """Apply one file in a session of its own, so that no setting or role of it reaches the next.

    `around` has it sent statement by statement, and is done around each.
    """
    import psycopg

    try:
        sql = _readable(content)
    except _UnreadableError as error:
        return Applied(path, str(error), error.line, unreadable=True)
    every = list(statements(sql))
    if not every:
        return Applied(path)
    with (
        psycopg.connect(
            dsn, autocommit=True, connect_timeout=10, prepare_threshold=None
        ) as connection,
        ended_after(connection, _DEADLINE),
    ):
        sending = Sending(connection, path, sql, around or _nothing)
        if not in_transaction or any(statement.controls_transaction for statement in every):
            return sending.send(together=False) or sending.judge_end()
        if around is not None:
            return sending.send_one_by_one()
        try:
            connection.execute(sql.encode())
        except psycopg.Error:
            _abandon(connection)
            return sending.send_one_by_one()
        return Applied(path)


@contextlib.contextmanager
def ended_after(connection: psycopg.Connection[tuple[Any, ...]], seconds: float) -> Iterator[None]:
    """Cancel whatever the connection still runs when the time is over, again and again.

    SQL can lift its own statement timeout.
    """
    done = threading.Event()

    def watch() -> None:
        pause = seconds
        while not done.wait(pause) and not connection.closed:
            pause = 1.0
            with contextlib.suppress(Exception):  # the connection may end at this very moment
                connection.cancel_safe(timeout=5)

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield
    finally:
        done.set()
        watcher.join()


class _UnreadableError(Exception):
    def __init__(self, message: str, line: int) -> None:
        super().__init__(message)
        self.line = line


def _readable(content: bytes | str) -> str:
    try:
        text = content if isinstance(content, str) else content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _UnreadableError(
            "the file is not UTF-8", error.object.count(b"\n", 0, error.start) + 1
        ) from None
    if "\0" in text:
        raise _UnreadableError("the file holds a NUL character", line_of(text, text.index("\0")))
    text = _HARMLESS.sub("", text)  # psql's own, changing nothing in the database
    if match := _META.search(text):
        raise _UnreadableError(
            f"{match[0]} is psql's own command: no server understands it",
            line_of(text, match.start()),
        )
    return text


@dataclass(frozen=True)
class Sending:
    """One file on its way to the server."""

    connection: psycopg.Connection[tuple[Any, ...]]
    path: str
    sql: str
    around: Around

    def judge_end(self) -> Applied:
        """Judge a file whose every statement ran: a transaction left open never took effect."""
        import psycopg

        if self.connection.info.transaction_status == psycopg.pq.TransactionStatus.IDLE:
            return Applied(self.path)
        self.connection.rollback()
        return Applied(
            self.path, "the file begins a transaction and does not commit it", self._last_line()
        )

    def send_one_by_one(self) -> Applied:
        """Find the statement that fails; one that refuses a transaction is sent without one."""
        failed = self.send(together=True)
        if failed is not None and failed.sqlstate in _NOT_IN_TRANSACTION:
            failed = self.send(together=False)
        return failed or Applied(self.path)

    def send(self, *, together: bool) -> Applied | None:
        """Send statement after statement; return the first failure."""
        import psycopg

        if together:
            self.connection.execute("BEGIN")
        for statement in statements(self.sql):
            try:
                with self.around(statement):
                    self.connection.execute(statement.text.encode())
            except psycopg.Error as error:
                _abandon(self.connection)
                return _failure(self.path, self.sql, statement, error)
        if together:
            try:
                self.connection.execute("COMMIT")  # deferred constraints speak here
            except psycopg.Error as error:
                _abandon(self.connection)
                return Applied(self.path, _message(error), self._last_line(), error.sqlstate)
        return None

    def _last_line(self) -> int:
        return line_of(self.sql, len(self.sql.rstrip()))


def _failure(path: str, sql: str, statement: Statement, error: psycopg.Error) -> Applied:
    position = statement.start + int(error.diag.statement_position or 1) - 1
    return Applied(
        path,
        _message(error),
        line_of(sql, position),
        error.sqlstate,
        unreadable=error.sqlstate is None,
    )


def _message(error: psycopg.Error) -> str:
    """Return PostgreSQL's message without its detail, which may quote a row."""
    return error.diag.message_primary or str(error).splitlines()[0]


def _abandon(connection: psycopg.Connection[tuple[Any, ...]]) -> None:
    if not connection.closed:
        connection.rollback()
