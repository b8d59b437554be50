"""The report assets as one table: what each is for, on what it stands, which artifacts it makes and by which function.

Every report asset works alike, as `materializing` has it. What a step asks stands in `asking`, what it writes from evidence in `writing`; here
only the shape of the graph. Those three are loaded when a step runs: whoever loads the definitions, as Dagster does all the time, wants the shape.
"""

# No postponed annotations here: dagster reads those of asset functions as objects.

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import dagster as dg

from atom_release.gate import criteria
from atom_release.gate.manifest import Manifest, Service, slug
from atom_release.graph.blueprint import OWNERS, Blueprint
from atom_release.graph.checks import check_specs
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


def _infra_simulation(step: Step) -> Mapping[str, bytes]:
    from atom_release.graph import asking  # noqa: PLC0415 - see above

    return asking.infra_simulation(step)


def _cross_service(step: Step) -> Mapping[str, bytes]:
    from atom_release.graph import asking  # noqa: PLC0415 - see above

    return asking.cross_service(step)


def _perf_summary(step: Step) -> Mapping[str, bytes]:
    from atom_release.graph import asking  # noqa: PLC0415 - see above

    return asking.perf_summary(step)


def _policy_check(step: Step) -> Mapping[str, bytes]:
    from atom_release.graph import asking  # noqa: PLC0415 - see above

    return asking.policy_check(step)


def _aggregated(step: Step) -> Mapping[str, bytes]:
    from atom_release.graph import writing  # noqa: PLC0415 - see above

    return writing.aggregated(step)


def _snapshot(step: Step) -> Mapping[str, bytes]:
    from atom_release.graph import writing  # noqa: PLC0415 - see above

    return writing.snapshot(step)


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
            _infra_simulation,
        ),
        Station(
            "cross_service",
            "evidence",
            "T3: the integration tests against the rehearsed services, and again without the services' code.",
            frozenset({"pytest"}),
            ("infra_simulation",),
            (name("CrossService.json"),),
            _cross_service,
        ),
        Station(
            "perf_summary",
            "evidence",
            "T5: latency of every endpoint and accuracy on labelled data, measured on the rehearsed services, with their uncertainty.",
            frozenset({"python"}),
            ("infra_simulation", "cross_service"),
            (name("PerfSummary.json"), *blueprint.measured),
            _perf_summary,
        ),
        Station(
            "policy_check",
            "evidence",
            "T4: policies P-1 to P-6 audited on the judged tree and on the rehearsed services; each pass with its negative control.",
            frozenset({"postgres", "python"}),
            (*evidence, "infra_simulation", "cross_service", "perf_summary"),
            (name("PolicyCheck.json"), name("PolicyCheck.md"), name("PolicyCheck.sarif")),
            _policy_check,
        ),
        Station(
            "aggregated",
            "decision",
            "T1: the ledger of every claim of every service report, with what the evidence says of it.",
            frozenset({"markdown"}),
            (*evidence, "cross_service", "perf_summary", "policy_check"),
            (name("Aggregated.json"), name("Aggregated.md")),
            _aggregated,
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
                blueprint.page,
            ),
            _snapshot,
        ),
    )


def _service_evidence(blueprint: Blueprint, service: Service) -> Station:
    def make(step: Step) -> Mapping[str, bytes]:
        from atom_release.graph import asking  # noqa: PLC0415 - see above

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
        from atom_release.graph.materializing import materialize  # noqa: PLC0415 - see above

        yield from materialize(Step(context, blueprint, release.settings(blueprint.location), station.name), station)

    return report
