"""Dagster's storage in the gate's home.

`dagster.yaml` in the home names it with its folder. The one at the top of the checkout names none:
without DAGSTER_HOME plain `dagster dev` would keep its history in a folder of the checkout that it
removes when it ends, and every start would take every report for a new one. It has the history that
`atom-release ui` and `run` have instead.

A run that is started on the command line has no code location for Dagster, whose first page leaves
it out and cannot execute it again. Here it is one of the gate's own.
"""

from __future__ import annotations

import signal
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Self

import dagster as dg
import psutil
from dagster._core.remote_origin import (
    RegisteredCodeLocationOrigin,
    RemoteJobOrigin,
    RemoteRepositoryOrigin,
)
from dagster._core.storage.base_storage import DagsterStorage
from dagster._core.storage.runs.sqlite import SqliteRunStorage
from dagster._core.storage.schedules.sqlite import SqliteScheduleStorage
from dagster._serdes import ConfigurableClass, ConfigurableClassData

from atom_release.graph.kept_connections import KeptEventLogs, KeptRuns
from atom_release.lab.sandbox.launcher.kernel import die_with_parent
from atom_release.settings import from_environment

LOCATION = "atom_release.definitions"
"""What the gate's code location is called, by whatever it is served."""
_REPOSITORY = "__repository__"  # what Dagster calls the one of a location


def _end_with_dagster_dev() -> None:
    """Have this process told to end where the `dagster dev` that started it is killed.

    Its web server and daemon, which have nothing of the gate's but this storage, would go on.
    """
    parent = psutil.Process().parent()
    try:
        command = parent.cmdline() if parent is not None else []
    except psutil.Error:
        return
    if "dev" in command and any("dagster" in word for word in command):
        die_with_parent(signal.SIGTERM)


class HomeRuns(KeptRuns):
    """Runs, each in a code location."""

    def add_run(self, dagster_run: dg.DagsterRun) -> dg.DagsterRun:
        """Keep a run; one that comes from no code location is of the gate's."""
        if dagster_run.remote_job_origin is None:
            repository = RemoteRepositoryOrigin(RegisteredCodeLocationOrigin(LOCATION), _REPOSITORY)
            origin = RemoteJobOrigin(repository, dagster_run.job_name)
            dagster_run = dagster_run.with_job_origin(origin)
        return super().add_run(dagster_run)


class HomeStorage(DagsterStorage[dg.DagsterInstance], ConfigurableClass):
    """SQLite in a Dagster folder, by default that of the gate's home, laid out as Dagster's own."""

    def __init__(self, folder: Path, inst_data: ConfigurableClassData | None = None) -> None:
        """Open the three stores, or make them."""
        self._inst_data = inst_data
        self._runs = HomeRuns.from_local(f"{folder}/history/")
        self._events = KeptEventLogs(f"{folder}/history/runs/")
        self._schedules = SqliteScheduleStorage.from_local(f"{folder}/schedules")
        super().__init__()  # type: ignore[no-untyped-call]

    @property
    def inst_data(self) -> ConfigurableClassData | None:
        """How this was configured."""
        return self._inst_data

    @classmethod
    def config_type(cls) -> dict[str, Any]:
        """Return what can be configured: the folder."""
        return {"base_dir": dg.Field(dg.StringSource, is_required=False)}

    @classmethod
    def from_config_value(
        cls, inst_data: ConfigurableClassData | None, config_value: Mapping[str, Any]
    ) -> Self:
        """Open the storage in the folder that is configured, else that of the environment."""
        _end_with_dagster_dev()
        folder = config_value.get("base_dir") or from_environment().dagster_home
        return cls(Path(folder), inst_data)

    @property
    def run_storage(self) -> SqliteRunStorage:
        """Runs and their tags."""
        return self._runs

    @property
    def event_log_storage(self) -> KeptEventLogs:
        """Events of the runs."""
        return self._events

    @property
    def schedule_storage(self) -> SqliteScheduleStorage:
        """What sensors and schedules have seen."""
        return self._schedules

    def register_instance(self, instance: dg.DagsterInstance) -> None:
        """Tell each store whose it is."""
        super().register_instance(instance)
        for store in (self._runs, self._events, self._schedules):
            if not store.has_instance:
                store.register_instance(instance)
