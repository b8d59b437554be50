"""The names of a release's artifacts, each spelled here and nowhere else.

Made from the manifest alone: `PhaseC_Snapshot.json` is `artifact(SNAPSHOT)` of phase C.
"""

from __future__ import annotations

from dataclasses import dataclass

from atom_release.gate.manifest import Manifest, Service, slug

MANIFEST = "release.yaml"
INFRA_SIMULATION = "InfraSimulation.json"
INFRA_SIMULATION_LOG = "InfraSimulation.log"
CROSS_SERVICE = "CrossService.json"
CROSS_SERVICE_LOG = "CrossService.log"
PERF_SUMMARY = "PerfSummary.json"
PERF_SUMMARY_LOG = "PerfSummary.log"
POLICY_CHECK = "PolicyCheck.json"
POLICY_CHECK_LOG = "PolicyCheck.log"
POLICY_CHECK_TEXT = "PolicyCheck.md"
POLICY_CHECK_SARIF = "PolicyCheck.sarif"
OWN_CHECKS = "OwnChecks.json"
OWN_CHECKS_LOG = "OwnChecks.log"
AGGREGATED = "Aggregated.json"
AGGREGATED_TEXT = "Aggregated.md"
WAIVERS = "Waivers.json"
BASELINE = "Baseline.json"
OPERATOR = "Operator.json"
SNAPSHOT = "Snapshot.json"
ATTESTATIONS = "Attestations.intoto.jsonl"
DECISION = "Decision.dsse.json"
RECEIPT = "Receipt.dsse.json"
PULL_REQUEST = "PullRequest.md"
BUNDLE = "AuditBundle.zip"
PAGE = "Report.html"
DOCUMENTS = "Documents.json"
ORIGINS = "Origins.json"
ORIGINS_LOG = "Origins.log"
_ENDINGS = (
    *(INFRA_SIMULATION, INFRA_SIMULATION_LOG, CROSS_SERVICE, CROSS_SERVICE_LOG, PERF_SUMMARY),
    *(PERF_SUMMARY_LOG, POLICY_CHECK, POLICY_CHECK_LOG, POLICY_CHECK_TEXT, POLICY_CHECK_SARIF),
    *(OWN_CHECKS, OWN_CHECKS_LOG, AGGREGATED, AGGREGATED_TEXT, WAIVERS, BASELINE, OPERATOR),
    *(SNAPSHOT, ATTESTATIONS, DECISION, RECEIPT, PULL_REQUEST, BUNDLE, PAGE, DOCUMENTS),
    *(ORIGINS, ORIGINS_LOG),
)


@dataclass(frozen=True)
class ArtifactNames:
    """The names of one release's artifacts."""

    manifest: Manifest

    def artifact(self, ending: str) -> str:
        """Return an artifact's file name, e.g. `PhaseC_Snapshot.json`."""
        return f"{self.manifest.release.prefix}_{ending}"

    @property
    def every(self) -> frozenset[str]:
        """The names of all that a run writes for the release as a whole."""
        return frozenset(self.artifact(ending) for ending in _ENDINGS)

    def evidence_artifact(self, service: Service) -> str:
        """Return the name of one service's evidence file."""
        return self.artifact(f"Evidence_{slug(service.id)}.json")

    def log_artifact(self, service: Service) -> str:
        """Return the name of what one service's tests wrote."""
        return self.artifact(f"Evidence_{slug(service.id)}.log")

    @property
    def evidence_artifacts(self) -> tuple[str, ...]:
        """The names of all artifacts that may hold evidence."""
        services = tuple(self.evidence_artifact(service) for service in self.manifest.services)
        shared = [INFRA_SIMULATION, CROSS_SERVICE, PERF_SUMMARY, POLICY_CHECK]
        shared += [OWN_CHECKS] if self.manifest.checks else []
        shared += [DOCUMENTS] if self.manifest.documents else []
        shared += [ORIGINS] if self.manifest.asks_origins else []
        return services + tuple(self.artifact(ending) for ending in shared)

    def beside(self, service: Service) -> tuple[str, str, str]:
        """Return the names of a service's samples, its latencies as a picture, and its trend."""
        name = slug(service.id)
        return (
            self.artifact(f"Samples_{name}.parquet"),
            self.artifact(f"Latency_{name}.svg"),
            self.artifact(f"Trend_{name}.svg"),
        )

    @property
    def measured(self) -> tuple[str, ...]:
        """The names of all samples and pictures that may be made."""
        services = (service for service in self.manifest.services if service.endpoints)
        return tuple(name for service in services for name in self.beside(service))

    @property
    def page(self) -> str:
        """The name of the release on one page."""
        return self.artifact(PAGE)

    @property
    def decision(self) -> str:
        """The name of the signed decision."""
        return self.artifact(DECISION)

    @property
    def folder(self) -> str:
        """The folder of the release commit that holds the artifacts."""
        return f"releases/{self.manifest.release.version}"
