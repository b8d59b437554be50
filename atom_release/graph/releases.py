"""Which releases a deployment has: those of the operator's file, or the one that settings name.

Each of several has a subgraph, jobs and sensors under a key of its own, and settings that nobody
else's steps are given: where its repository is, which revision is judged, where its artifacts go.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from atom_release.errors import Misuse
from atom_release.gate.operator import DeployedRelease
from atom_release.graph.blueprint import Blueprint
from atom_release.release.subject import manifest_for_loading
from atom_release.settings import Settings
from atom_release.source.operator_file import read_operator


def load(settings: Settings, *, hosted: bool, named: str = "") -> list[Blueprint]:
    """Return the releases of a deployment.

    Args:
        settings: a repository or manifest that they name is the only one.
        hosted: whether there may be other components of the gate beside this one, with resources
            that must not have the same name.
        named: what its names in Dagster begin with, in place of what the manifest says.

    Raises:
        Misuse: a repository, a revision or a manifest is not usable; the sentence says of which.
    """
    alone = settings.repository is not None or settings.manifest is not None
    deployed = () if alone else read_operator(settings.operator).operator.releases
    if deployed:
        return [_deployed(release, settings) for release in deployed]
    blueprint = Blueprint(manifest_for_loading(settings), settings.manifest, named=named)
    if hosted:
        blueprint = replace(blueprint, resource=_resource_of(blueprint), hosted=True)
    return [blueprint]


def _deployed(release: DeployedRelease, settings: Settings) -> Blueprint:
    own = replace(
        settings,
        repository=Path(release.repository),
        revision=release.revision,
        manifest=Path(release.manifest) if release.manifest else None,
        out=release.out,
        out_url=None,  # below it by the release's key, once that is known
        inbox=Path(release.inbox) if release.inbox else None,
    )
    try:
        manifest = manifest_for_loading(own)
    except Misuse as error:
        raise Misuse(
            f"The operator's file: the release in {release.repository}: {error.message}",
            error.remedy,
        ) from error
    blueprint = Blueprint(manifest, own.manifest, own, named=release.key or "")
    if settings.out_url:
        address = f"{settings.out_url.rstrip('/')}/{blueprint.asset_key}"
        blueprint = replace(blueprint, settings=replace(own, out_url=address))
    return replace(blueprint, resource=_resource_of(blueprint))


def _resource_of(blueprint: Blueprint) -> str:
    return f"release_{blueprint.asset_key}"
