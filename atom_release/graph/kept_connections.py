"""Dagster's SQLite stores, with connections that stay open.

Dagster opens a file anew for each event: an engine that compiles every statement again, a
connection, and with its end a write-ahead log that is copied and removed. That was half of what an
audit of many services cost. What is read and written is Dagster's own, to the last byte.

A commit is not waited for until the disk has it (`synchronous=NORMAL`, which keeps such a file
whole): no decision depends on Dagster's history, and a machine that loses power may lose its end.
"""

from __future__ import annotations

import os
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import TYPE_CHECKING, Any
from weakref import WeakSet

import sqlalchemy
from dagster._core.storage.event_log import SqliteEventLogStorage
from dagster._core.storage.runs.sqlite import SqliteRunStorage

if TYPE_CHECKING:
    from dagster._serdes import ConfigurableClassData

_FILES = 8  # a web server looks at the events of many runs, each of which has a file
_BUSY = 30  # seconds that Dagster's own stores wait for another writer
_INDEX = "index"
_all: WeakSet[Connections] = WeakSet()


class Connections:
    """Open connections to SQLite files, of the latest few."""

    def __init__(self) -> None:
        """Begin with none."""
        self._engines: OrderedDict[str, sqlalchemy.Engine] = OrderedDict()
        _all.add(self)

    @contextmanager
    def transaction(self, address: str) -> Iterator[sqlalchemy.Connection]:
        """Give a connection to a file, and commit what was done with it."""
        with self._engine(address).begin() as connection:
            yield connection

    def close(self) -> None:
        """Close all that nobody uses now."""
        self.forget(close=True)

    def forget(self, *, close: bool) -> None:
        """Begin anew; a process that was forked must not close what is its parent's."""
        while self._engines:
            self._engines.popitem()[1].dispose(close=close)

    def _engine(self, address: str) -> sqlalchemy.Engine:
        engine = self._engines.get(address)
        if engine is None:
            engine = sqlalchemy.create_engine(address, connect_args={"timeout": _BUSY})
            sqlalchemy.event.listen(engine, "connect", _do_not_wait_for_the_disk)
            engine = self._engines.setdefault(address, engine)
            while len(self._engines) > _FILES:
                self._engines.popitem(last=False)[1].dispose()
        return engine


def _do_not_wait_for_the_disk(connection: Any, _: object) -> None:  # noqa: ANN401 - the driver's
    connection.execute("PRAGMA synchronous=NORMAL")


def _forget_after_fork() -> None:
    for connections in _all:
        connections.forget(close=False)


os.register_at_fork(after_in_child=_forget_after_fork)


class KeptEventLogs(SqliteEventLogStorage):
    """Events: one file for each run, and an index of all."""

    def __init__(self, base_dir: str, inst_data: ConfigurableClassData | None = None) -> None:
        """Open the folder of the files."""
        self._connections = Connections()
        self._prepared: set[str] = set()
        super().__init__(base_dir, inst_data)

    def run_connection(self, run_id: str | None = None) -> Any:  # noqa: ANN401 - as Dagster has it
        """Return a transaction on the file of a run."""
        return self._transaction(run_id or "")

    def index_connection(self) -> AbstractContextManager[sqlalchemy.Connection]:
        """Return a transaction on the index."""
        return self._transaction(_INDEX)

    def wipe(self) -> None:
        """Remove all events."""
        self._begin_anew()
        super().wipe()

    def dispose(self) -> None:
        """Close what is open."""
        super().dispose()
        self._connections.close()

    @contextmanager
    def _transaction(self, shard: str) -> Iterator[sqlalchemy.Connection]:
        if shard not in self._prepared:
            with super().run_connection(shard):
                self._prepared.add(shard)  # that makes the tables, where there are none
        with self._connections.transaction(self.conn_string_for_shard(shard)) as connection:
            yield connection

    def _begin_anew(self) -> None:
        self._connections.close()
        self._prepared.clear()


class KeptRuns(SqliteRunStorage):
    """Runs and their tags."""

    def __init__(self, conn_string: str, inst_data: ConfigurableClassData | None = None) -> None:
        """Open the file."""
        self._address, self._connections = conn_string, Connections()
        super().__init__(conn_string, inst_data)

    @contextmanager
    def connect(self) -> Iterator[sqlalchemy.Connection]:
        """Give a transaction."""
        with self._connections.transaction(self._address) as connection:
            yield connection

    def dispose(self) -> None:
        """Close what is open."""
        super().dispose()
        self._connections.close()
