"""What one release's subgraph is called: asset keys, groups, artifact names. Made from a manifest alone; knows no dagster instance."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import dagster as dg

from atom_release.gate.manifest import Manifest, Service, slug

OWNERS = ["team:release-managers"]


@dataclass(frozen=True)
class Blueprint:
    """One release: its manifest as the definitions were loaded with it, and the file it came from, if one was named."""

    manifest: Manifest
    location: Path | None = None

    def key(self, *parts: str) -> dg.AssetKey:
        """Give an asset key under this release's prefix, e.g. `phase_c/aggregated`."""
        return dg.AssetKey([self.manifest.release.asset_key, *parts])

    def key_of(self, asset: str) -> dg.AssetKey:
        """Give the key of an asset named as in the catalogue, e.g. `service_evidence/C_1`."""
        return self.key(*asset.split("/"))

    def group(self, stage: str) -> str:
        """Give the group of a stage: `evidence`, `decision` or `acts`."""
        return f"{self.manifest.release.asset_key}_{stage}"

    def artifact(self, rest: str) -> str:
        """Give an artifact's file name, e.g. `PhaseC_Snapshot.json`."""
        return f"{self.manifest.release.prefix}_{rest}"

    def beside(self, service: Service) -> tuple[str, str, str]:
        """The names of a service's samples, its latencies as a picture, and its trend over the releases."""
        of = slug(service.id)
        return self.artifact(f"Samples_{of}.parquet"), self.artifact(f"Latency_{of}.svg"), self.artifact(f"Trend_{of}.svg")

    @property
    def measured(self) -> tuple[str, ...]:
        """The names of all samples and pictures that may be made."""
        return tuple(name for service in self.manifest.services if service.endpoints for name in self.beside(service))

    @property
    def page(self) -> str:
        """The name of the release on one page."""
        return self.artifact("Report.html")

    def evidence_artifact(self, service: Service) -> str:
        """Give the name of one service's evidence file."""
        return self.artifact(f"Evidence_{slug(service.id)}.json")

    @property
    def evidence_artifacts(self) -> tuple[str, ...]:
        """The names of all artifacts that may hold evidence."""
        services = tuple(self.evidence_artifact(service) for service in self.manifest.services)
        return services + tuple(self.artifact(f"{name}.json") for name in ("InfraSimulation", "CrossService", "PerfSummary", "PolicyCheck"))

    @property
    def job_name(self) -> str:
        """The job that materializes the whole graph."""
        return f"{self.manifest.release.asset_key}_release"

    @property
    def audit_job_name(self) -> str:
        """The job that judges and acts on nothing."""
        return f"{self.manifest.release.asset_key}_audit"
