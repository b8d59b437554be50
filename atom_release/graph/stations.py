"""The report assets as one table: what each is for, on what it stands, which artifacts it makes and by which function.

Every report asset works alike (`materialize`): make the artifacts, store them, show them, then yield one check for each criterion that it
shows. What a step asks stands in `asking`, what it writes from evidence in `writing`; here only the shape of the graph.
"""

# No postponed annotations here: dagster reads those of asset functions as objects.

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import dagster as dg

from atom_release.gate import criteria
from atom_release.gate.decision import CriterionResult, judge
from atom_release.gate.manifest import Manifest, Service, slug
from atom_release.graph import asking, depicting, writing
from atom_release.graph.blueprint import OWNERS, Blueprint
from atom_release.graph.checks import check_results, check_specs
from atom_release.graph.shown import metadata_of
from atom_release.graph.step import ReleaseResource, Step

Make = Callable[[Step], Mapping[str, bytes]]


@dataclass(frozen=True)
class Station:
    """One report asset: its place in the graph and the function that makes its artifacts."""

    name: str
    stage: str
    describes: str
    kinds: frozenset[str]
    upstream: tuple[str, ...]
    makes: tuple[str, ...]
    make: Make

    def shows(self, manifest: Manifest) -> tuple[criteria.Criterion, ...]:
        """The expected criteria whose checks stand on this asset."""
        return tuple(criterion for criterion in criteria.expected(manifest) if criterion.asset == self.name)


def stations(blueprint: Blueprint) -> tuple[Station, ...]:
    """Give the report assets of one release, upstream first."""
    services = tuple(_service_evidence(blueprint, service) for service in blueprint.manifest.services)
    evidence = tuple(station.name for station in services)
    name = blueprint.artifact
    return (
        *services,
        Station(
            "infra_simulation",
            "evidence",
            "T2: asks Vault, Prometheus, PostgreSQL, the signing key, the git remote and the forge; a rehearsed system answers for one that is not set.",
            frozenset({"openbao", "postgres"}),
            (),
            (name("InfraSimulation.json"), name("InfraSimulation.log")),
            asking.infra_simulation,
        ),
        Station(
            "cross_service",
            "evidence",
            "T3: the integration tests against the rehearsed services, and again without the services' code.",
            frozenset({"pytest"}),
            ("infra_simulation",),
            (name("CrossService.json"),),
            asking.cross_service,
        ),
        Station(
            "perf_summary",
            "evidence",
            "T5: latency of every endpoint and accuracy on labelled data, measured on the rehearsed services, with their uncertainty.",
            frozenset({"python"}),
            ("infra_simulation", "cross_service"),
            (name("PerfSummary.json"), *depicting.names(blueprint)),
            asking.perf_summary,
        ),
        Station(
            "policy_check",
            "evidence",
            "T4: policies P-1 to P-6 audited on the judged tree and on the rehearsed services; each pass with its negative control.",
            frozenset({"postgres", "python"}),
            (*evidence, "infra_simulation", "cross_service", "perf_summary"),
            (name("PolicyCheck.json"), name("PolicyCheck.md"), name("PolicyCheck.sarif")),
            asking.policy_check,
        ),
        Station(
            "aggregated",
            "decision",
            "T1: the ledger of every claim of every service report, with what the evidence says of it.",
            frozenset({"markdown"}),
            (*evidence, "cross_service", "perf_summary", "policy_check"),
            (name("Aggregated.json"), name("Aggregated.md")),
            writing.aggregated,
        ),
        Station(
            "snapshot",
            "decision",
            "T6: the decision as of one moment, with every artifact and piece of evidence by digest, signed.",
            frozenset({"json"}),
            (*evidence, "infra_simulation", "cross_service", "perf_summary", "policy_check", "aggregated"),
            (
                name("Waivers.json"),
                name("Baseline.json"),
                name("Snapshot.json"),
                name("Attestations.intoto.jsonl"),
                name("Decision.dsse.json"),
                depicting.page_name(blueprint),
            ),
            writing.snapshot,
        ),
    )


def _service_evidence(blueprint: Blueprint, service: Service) -> Station:
    def make(step: Step) -> Mapping[str, bytes]:
        return asking.service_evidence(step, service)

    return Station(
        f"service_evidence/{slug(service.id)}",
        "evidence",
        f"What {service.name} ({service.id}) claims in its report, its suite run from the judged tree, and the suite run without the code.",
        frozenset({"pytest", "markdown"}),
        (f"service_report/{slug(service.id)}",),
        (blueprint.evidence_artifact(service),),
        make,
    )


def asset_of(blueprint: Blueprint, station: Station) -> dg.AssetsDefinition:
    """Make the Dagster asset of one station."""

    @dg.asset(
        key=blueprint.key_of(station.name),
        deps=[blueprint.key_of(upstream) for upstream in station.upstream],
        check_specs=check_specs(blueprint, station.shows(blueprint.manifest)),
        description=station.describes,
        kinds=set(station.kinds),
        owners=OWNERS,
        group_name=blueprint.group(station.stage),
    )
    def report(context: dg.AssetExecutionContext, release: ReleaseResource) -> Iterator[dg.MaterializeResult[None] | dg.AssetCheckResult]:
        yield from materialize(Step(context, blueprint, release.settings(blueprint.location), station.name), station)

    return report


def materialize(step: Step, station: Station) -> Iterator[dg.MaterializeResult[None] | dg.AssetCheckResult]:
    """Make, store and show one report, then the criteria on it; an already released commit shows its recorded ones."""
    key = step.blueprint.key_of(station.name)
    recorded = step.standing
    if recorded is not None:
        artifacts: Mapping[str, bytes] = {name: recorded.artifacts[name] for name in station.makes if name in recorded.artifacts}
        # The record does without pictures and page.
        artifacts = {**artifacts, **step.inputs(name for name in station.makes if name.endswith((".svg", ".html")))}
        results = [result for result in recorded.record.decision.criteria if result.asset == station.name]
    else:
        step.begin()
        artifacts = station.make(step)
        step.write(artifacts)
        results = judged(step, station, artifacts)
    yield dg.MaterializeResult(asset_key=key, metadata=metadata_of(step, station.makes, artifacts, results))
    yield from check_results(key, results)


def judged(step: Step, station: Station, artifacts: Mapping[str, bytes]) -> list[CriterionResult]:
    """Judge the criteria shown on a station from what has been stored so far."""
    case = step.case({**step.inputs(step.blueprint.evidence_artifacts), **artifacts})
    return [judge(criterion, case) for criterion in station.shows(step.manifest)]
