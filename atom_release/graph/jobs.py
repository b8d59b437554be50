"""The jobs of one release: the whole graph, and the audit that acts on nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import dagster as dg

from atom_release.graph.acts import ACTS
from atom_release.graph.blueprint import Blueprint

if TYPE_CHECKING:
    from typing import TypeAlias

    from dagster._core.definitions.unresolved_asset_job_definition import (
        UnresolvedAssetJobDefinition,
    )

    Job: TypeAlias = UnresolvedAssetJobDefinition
    """What `define_asset_job` returns: it has no public name, so type checkers alone see it."""


def build_jobs(blueprint: Blueprint, executor: dg.ExecutorDefinition | None = None) -> list[Job]:
    """Return the jobs of one release, with its checks; by this executor, else the location's."""
    release = blueprint.manifest.release
    judged = dg.AssetSelection.assets(
        blueprint.key("gate"), blueprint.key("audit_bundle")
    ).upstream()
    acts = dg.AssetSelection.assets(*(blueprint.key(name) for name in ACTS))
    tags = {"atom_release/release": f"{release.prefix}-{release.version}"}
    return [
        dg.define_asset_job(
            blueprint.job_name,
            judged | acts,
            description=(
                f"Judge {release.prefix} {release.version}; on green, tag it and open the pull"
                " request."
            ),
            tags=tags,
            executor_def=executor,
        ),
        dg.define_asset_job(
            blueprint.audit_job_name,
            judged,
            description=f"Judge {release.prefix} {release.version} and act on nothing.",
            tags=tags,
            executor_def=executor,
        ),
    ]
