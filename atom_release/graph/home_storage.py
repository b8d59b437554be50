"""Dagster's storage for whoever runs plain `dagster dev` in the gate's checkout.

Without DAGSTER_HOME Dagster would keep its history in a folder of the checkout that it removes when
it ends, and every start would take every report for a new one. `dagster.yaml` at the top names this
class instead: the history that `atom-release ui` and `run` have.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from dagster._core.storage.sqlite_storage import DagsterSqliteStorage
from dagster._serdes import ConfigurableClassData

from atom_release.settings import from_environment


class HomeStorage(DagsterSqliteStorage):
    """SQLite in the Dagster folder of the gate's home; there is nothing to configure."""

    @classmethod
    def config_type(cls) -> dict[str, Any]:
        """Return that there is nothing to configure."""
        return {}

    @classmethod
    def from_config_value(
        cls, inst_data: ConfigurableClassData | None, config_value: Mapping[str, Any]
    ) -> Self:
        """Open the storage that the environment's settings name."""
        del config_value
        return cls.from_local(str(from_environment().dagster_home), inst_data=inst_data)
