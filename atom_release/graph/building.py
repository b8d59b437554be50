"""Builds the Dagster definitions: one subgraph for each release, merged.

It reads manifests, and creates nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import dagster as dg

from atom_release import settings as environment
from atom_release.graph import assets, engines, jobs, notices, releases, sensors
from atom_release.graph.begin_run import beginning
from atom_release.graph.blueprint import Blueprint
from atom_release.graph.resource import ReleaseResource
from atom_release.notify import Notices
from atom_release.settings import Settings


def build_definitions(
    manifests: Sequence[Blueprint] | None = None,
    *,
    settings: Settings | None = None,
    hosted: bool = False,
    named: str = "",
    **overrides: Any,  # noqa: ANN401
) -> dg.Definitions:
    """Return the definitions of these releases.

    Args:
        manifests: the releases; by default those of the operator's file, else the one that the
            settings name.
        settings: where releases, store and keys are; by default what the environment says.
        hosted: whether they stand in another project's code location, whose executor and loggers
            are its own; the jobs then bring theirs.
        named: what the names of a release alone begin with, in place of what its manifest says.
        overrides: resources, executor or loggers in place of the defaults.

    Raises:
        Misuse: the manifest, or what it must be read from, is not usable.
    """
    loaded = settings or environment.from_environment()
    blueprints = (
        manifests if manifests is not None else releases.load(loaded, hosted=hosted, named=named)
    )
    _unique(blueprints)
    alone = len(blueprints) == 1
    receivers = Notices(**environment.notices_from_environment())
    executor = engines.chosen_executor(beginning(blueprints, loaded))
    jobs_of = [
        (blueprint, jobs.build_jobs(blueprint, executor if hosted else None))
        for blueprint in blueprints
    ]
    return dg.Definitions(
        assets=[
            asset
            for blueprint in blueprints
            for asset in assets.build_assets(blueprint, alone=alone)
        ],
        jobs=[job for _, built in jobs_of for job in built],
        sensors=[
            sensor
            for blueprint, built in jobs_of
            for sensor in (
                *sensors.build_sensors(blueprint, blueprint.settings or loaded, built),
                *notices.build_notices(blueprint, blueprint.settings or loaded, built, receivers),
            )
        ],
        resources={
            **{
                blueprint.resource: ReleaseResource.from_settings(blueprint.settings or loaded)
                for blueprint in blueprints
            },
            **overrides.pop("resources", {}),
        },
        executor=None if hosted else overrides.pop("executor", executor),
        **overrides,
    )


def _unique(blueprints: Sequence[Blueprint]) -> None:
    keys = [blueprint.asset_key for blueprint in blueprints]
    if len(set(keys)) != len(keys):
        from atom_release.errors import ManifestError

        raise ManifestError(
            f"Two manifests share the key {', '.join(sorted(keys))}.",
            "Give each a `release.key` of its own, or a `key` in the operator's file.",
        )
