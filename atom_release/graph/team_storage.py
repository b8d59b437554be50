"""Dagster's storage in PostgreSQL, waited for where it is away, and told of where people look.

Dagster's own asks again for some six seconds. Then a run ends of which nothing can be written down,
and its page says only that it was "marked as failed from outside". Here a process that has reached
the database before asks again for as long as the gate does with what else it shares, and the run
says how long it waited, and why. Where that is not long enough, a note is left in the gate's home,
and the next process that reaches the database writes it into the run that was lost.

What is read and written is Dagster's own. Whoever never reached the database is told at once.
"""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self

import dagster as dg
import sqlalchemy
from dagster._core.storage.base_storage import DagsterStorage
from dagster._serdes import ConfigurableClass, ConfigurableClassData
from dagster_postgres import (
    PostgresEventLogStorage,
    PostgresRunStorage,
    PostgresScheduleStorage,
)
from dagster_postgres.utils import DagsterPostgresException, pg_config, pg_url_from_config

from atom_release.records.database import PATIENCE, first_line
from atom_release.settings import from_environment

_LOG = logging.getLogger("atom_release")
_PAUSE = 0.5
_WORTH_TELLING = 2.0  # seconds; less is a moment
_UNSAID = "lost-database"
_awaited: dict[tuple[object, ...], _Reached] = {}


class _Reached:
    """What this process knows of one database: whether it answered, and what it was waited for."""

    def __init__(self) -> None:
        self.before = False
        self.given_up = False
        self.waits: list[str] = []

    def connect(self, dialect: sqlalchemy.Dialect, place: str, cargs: Any, cparams: Any) -> Any:  # noqa: ANN401 - the driver's
        """Connect, asking again where the database was reached before."""
        began, why = time.monotonic(), ""
        while True:
            try:
                connection = dialect.connect(*cargs, **cparams)
            except dialect.loaded_dbapi.OperationalError as error:
                if not why:
                    why = first_line(error)
                    _LOG.warning("Dagster's database (%s) does not answer: %s", place, why)
                if not self.before or self.given_up or time.monotonic() - began > PATIENCE:
                    self.given_up = True
                    raise
                time.sleep(_PAUSE)
            else:
                self.before, self.given_up = True, False
                waited = time.monotonic() - began
                if why and waited > _WORTH_TELLING:
                    self.waits.append(
                        f"Dagster's database ({place}) did not answer for {waited:.0f} s: {why}. It"
                        f" was asked again, and the run goes on."
                    )
                return connection


def _connect(
    dialect: sqlalchemy.Dialect,
    _: object,
    cargs: list[Any],
    cparams: dict[str, Any],
) -> Any:  # noqa: ANN401 - the driver's
    """Connect to a database that is waited for; leave every other to SQLAlchemy."""
    reached = _awaited.get(_address(cparams))
    if reached is None:
        return None
    return reached.connect(dialect, _place(cparams), cargs, cparams)


def _address(parameters: Mapping[str, object]) -> tuple[object, ...]:
    port = parameters.get("port")
    return parameters.get("host"), port and int(str(port)), parameters.get("dbname")


def _place(parameters: Mapping[str, object]) -> str:
    return f"{parameters.get('host')}:{parameters.get('port')}"


sqlalchemy.event.listen(sqlalchemy.Engine, "do_connect", _connect)


class PatientEvents(PostgresEventLogStorage):
    """Events of the runs, and in them what was waited for."""

    def __init__(self, url: str, reached: _Reached) -> None:
        """Open the tables, or make them."""
        self._reached, self._looked = reached, False
        super().__init__(url)

    def store_event(self, event: dg.EventLogEntry) -> None:
        """Store an event, and what is still to be told of the database."""
        try:
            super().store_event(event)
        except (sqlalchemy.exc.OperationalError, DagsterPostgresException) as error:
            _note(event, _why(error))
            raise
        for line in self._to_tell(event):
            super().store_event(line)

    def _to_tell(self, event: dg.EventLogEntry) -> Iterator[dg.EventLogEntry]:
        """Yield what this process waited for, and what processes could not say that it ended."""
        while self._reached.waits:
            self._looked = False
            yield _line(event.run_id, event.job_name or "", self._reached.waits.pop())
        if not self._looked:
            self._looked = True
            for note in sorted(_notes().glob("*.json")):
                left = json.loads(note.read_text())
                yield _line(left["run"], left["job"], left["message"])
                note.unlink(missing_ok=True)


def _line(run: str, job: str, message: str) -> dg.EventLogEntry:
    return dg.EventLogEntry(  # type: ignore[no-untyped-call]
        error_info=None,
        level=logging.WARNING,
        user_message=message,
        run_id=run,
        timestamp=time.time(),
        job_name=job,
    )


def _why(error: Exception) -> str:
    """Return what the driver said, below what was raised for it."""
    cause = error.__cause__
    return first_line(cause if isinstance(cause, Exception) else error)


def _notes() -> Path:
    return from_environment().home / _UNSAID


def _note(event: dg.EventLogEntry, why: str) -> None:
    """Leave a note of why nothing more can be written down of a run; the first counts."""
    note = _notes() / f"{event.run_id}.json"
    if not note.exists():
        note.parent.mkdir(parents=True, exist_ok=True)
        at = datetime.now(UTC).isoformat(" ", "seconds")
        message = (
            f"At {at} Dagster's database was away for too long, and this run could go on no longer:"
            f" {why}. Start another run."
        )
        left = {"run": event.run_id, "job": event.job_name or "", "message": message}
        note.write_text(json.dumps(left))


class TeamStorage(DagsterStorage[dg.DagsterInstance], ConfigurableClass):
    """Runs, events and schedules in one database, configured as `dagster_postgres` is."""

    def __init__(self, url: str, inst_data: ConfigurableClassData | None = None) -> None:
        """Open the three stores, or make their tables."""
        self._inst_data = inst_data
        parts = sqlalchemy.make_url(url)
        address = parts.host, parts.port, parts.database
        reached = _awaited.setdefault(address, _Reached())
        self._runs = PostgresRunStorage(url)
        self._events = PatientEvents(url, reached)
        self._schedules = PostgresScheduleStorage(url)
        super().__init__()  # type: ignore[no-untyped-call]

    @property
    def inst_data(self) -> ConfigurableClassData | None:
        """How this was configured."""
        return self._inst_data

    @classmethod
    def config_type(cls) -> Any:  # noqa: ANN401 - Dagster's
        """Return what can be configured: the database."""
        return pg_config()

    @classmethod
    def from_config_value(
        cls, inst_data: ConfigurableClassData | None, config_value: Mapping[str, Any]
    ) -> Self:
        """Open the storage in the database that is configured."""
        return cls(pg_url_from_config(config_value), inst_data)

    @property
    def run_storage(self) -> PostgresRunStorage:
        """Runs and their tags."""
        return self._runs

    @property
    def event_log_storage(self) -> PatientEvents:
        """Events of the runs."""
        return self._events

    @property
    def schedule_storage(self) -> PostgresScheduleStorage:
        """What sensors and schedules have seen."""
        return self._schedules
