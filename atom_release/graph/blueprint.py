"""What one release's subgraph is called: asset keys, groups, artifact names.

Made from a manifest alone; knows no dagster instance.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import dagster as dg

from atom_release.gate.manifest import Manifest, slug
from atom_release.records.names import ArtifactNames
from atom_release.settings import Settings

OWNERS = ["team:release-managers"]
ALONE = "atom_release/alone"
"""The tag of steps of which one is done at a time: all but those of services."""
_BY_CELERY = "dagster-celery/priority"
_IN_ORDER = 9  # kombu's greatest: what is above it waits in the same queue


@dataclass(frozen=True)
class Blueprint:
    """One release.

    Its manifest as the definitions were loaded with it, and the file it came from, if one was
    named. Where several are loaded, each has settings of its own, a resource that carries them, and
    perhaps another `named` key than its manifest says.
    """

    manifest: Manifest
    location: Path | None = None
    settings: Settings | None = None
    named: str = ""
    resource: str = "release"
    hosted: bool = False

    @property
    def asset_key(self) -> str:
        """What every name of this release in Dagster begins with."""
        return self.named or self.manifest.release.asset_key

    def key(self, *parts: str) -> dg.AssetKey:
        """Return an asset key under this release's prefix, e.g. `phase_c/aggregated`."""
        return dg.AssetKey([self.asset_key, *parts])

    def key_of(self, asset: str) -> dg.AssetKey:
        """Return the key of an asset named as in the catalogue, e.g. `service_evidence/C_1`."""
        return self.key(*asset.split("/"))

    def group(self, stage: str) -> str:
        """Return the group of a stage: `services`, `evidence`, `decision` or `acts`.

        Dagster's lineage opens with groups: that of services may have hundreds of assets.
        """
        return f"{self.asset_key}_{stage}"

    def order(self, asset: str) -> dict[str, str]:
        """Return what makes Dagster run services in the manifest's order, not 1, 10, 2.

        And before the rest, so that no suite runs beside the rehearsal. Dagster's executor for
        Celery has a word of its own: it hands out the greatest first, and all from nine on come in
        that order from a broker, whichever end of its own scale that takes for the more urgent. So
        the rehearsal, which waits for no report, comes before the evidence that does.
        """
        places = {slug(service.id): place for place, service in enumerate(self.manifest.services)}
        place = places.get(asset.partition("/")[2])
        if place is None:
            return {_BY_CELERY: str(_IN_ORDER), ALONE: "true"}
        before_rest = len(places) - place
        return {"dagster/priority": str(before_rest), _BY_CELERY: str(_IN_ORDER + before_rest)}

    @property
    def names(self) -> ArtifactNames:
        """The names of this release's artifacts."""
        return ArtifactNames(self.manifest)

    @property
    def job_name(self) -> str:
        """The job that materializes the whole graph."""
        return f"{self.asset_key}_release"

    @property
    def audit_job_name(self) -> str:
        """The job that judges and acts on nothing."""
        return f"{self.asset_key}_audit"
