"""What is settled before the first step of a run whose steps are taken by other machines.

Which commit each of its releases means: that of the clone of whoever starts the run, so that it is
not the clone of whichever worker is first.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, TypeAlias

from atom_release.graph.blueprint import Blueprint
from atom_release.graph.resource import ReleaseResource
from atom_release.settings import Settings

Begin: TypeAlias = Callable[[str, Mapping[str, Any], Collection[str]], None]
"""Called with a run's id, its configuration, and the keys of its steps."""


def begin_nothing(run: str, configuration: Mapping[str, Any], steps: Collection[str]) -> None:
    """Settle nothing: all steps are taken where the run is started."""
    del run, configuration, steps


def beginning(blueprints: Sequence[Blueprint], loaded: Settings) -> Begin:
    """Return what settles the commit of those of these releases that a run has steps of."""

    def begin(run: str, configuration: Mapping[str, Any], steps: Collection[str]) -> None:
        from atom_release.release.agreed_commit import agree

        for blueprint in blueprints:
            if any(step.startswith(f"{blueprint.asset_key}__") for step in steps):
                own = ReleaseResource.from_settings(blueprint.settings or loaded)
                given = configuration.get("resources", {}).get(blueprint.resource, {})
                resource = own.model_copy(update=given.get("config", {}))
                agree(resource.settings(blueprint.location), run)

    return begin
