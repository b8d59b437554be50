"""The report assets as one table.

What each is for, on what it stands, which artifacts it makes and by which function.

Every report asset works alike, as `materializing` has it. What a step asks stands in
`release/*_questions`, what it writes from evidence in `release/decision_reports`; here only the
shape of the graph. Those are loaded when a step runs: whoever loads the definitions, as Dagster
does all the time, wants the shape.
"""

# No postponed annotations here: dagster reads those of asset functions as objects.

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

import dagster as dg

from atom_release.gate.catalogue import criteria
from atom_release.gate.catalogue.criteria import evidence_asset
from atom_release.gate.catalogue.lineage import DOCUMENTS, ORIGINS, upstreams
from atom_release.gate.manifest import Service
from atom_release.graph.blueprint import OWNERS, Blueprint
from atom_release.graph.checks import check_specs
from atom_release.graph.station import Station
from atom_release.graph.step import work_of
from atom_release.records import names as artifact_names

if TYPE_CHECKING:
    from atom_release.release.work import Work


def _infra_simulation(work: "Work") -> Mapping[str, bytes]:
    from atom_release.release import system_questions

    return system_questions.infra_simulation(work)


def _cross_service(work: "Work") -> Mapping[str, bytes]:
    from atom_release.release import service_questions

    return service_questions.cross_service(work)


def _perf_summary(work: "Work") -> Mapping[str, bytes]:
    from atom_release.release import service_questions

    return service_questions.perf_summary(work)


def _policy_check(work: "Work") -> Mapping[str, bytes]:
    from atom_release.release import policy_questions

    return policy_questions.policy_check(work)


def _own_checks(work: "Work") -> Mapping[str, bytes]:
    from atom_release.release import check_questions

    return check_questions.own_checks(work)


def _aggregated(work: "Work") -> Mapping[str, bytes]:
    from atom_release.release import decision_reports

    return decision_reports.aggregated(work)


def _snapshot(work: "Work") -> Mapping[str, bytes]:
    from atom_release.release import decision_reports

    return decision_reports.snapshot(work)


def _documents(work: "Work") -> Mapping[str, bytes]:
    from atom_release.release import document_questions

    return document_questions.documents(work)


def _origins(work: "Work") -> Mapping[str, bytes]:
    from atom_release.release import origin_questions

    return origin_questions.origins(work)


def stations(blueprint: Blueprint) -> tuple[Station, ...]:
    """Return the report assets of one release, upstream first."""
    services = tuple(
        _service_evidence(blueprint, service) for service in blueprint.manifest.services
    )
    above = upstreams(blueprint.manifest)
    names = blueprint.names
    name = names.artifact
    own = (
        *_own_check_stations(blueprint),
        *_document_stations(blueprint),
        *_origin_stations(blueprint),
    )
    return (
        *services,
        Station(
            "infra_simulation",
            "evidence",
            "T2: asks Vault, Prometheus, PostgreSQL, the signing key, the git remote and the forge;"
            " a rehearsed system answers for one that is not set.",
            frozenset({"openbao", "postgres"}),
            above["infra_simulation"],
            (name(artifact_names.INFRA_SIMULATION), name(artifact_names.INFRA_SIMULATION_LOG)),
            _infra_simulation,
        ),
        Station(
            "cross_service",
            "evidence",
            "T3: the integration tests against the rehearsed services, and again without the"
            " services' code.",
            frozenset({"pytest"}),
            above["cross_service"],
            (name(artifact_names.CROSS_SERVICE), name(artifact_names.CROSS_SERVICE_LOG)),
            _cross_service,
        ),
        Station(
            "perf_summary",
            "evidence",
            "T5: latency of every endpoint and accuracy on labelled data, measured on the rehearsed"
            " services, with their uncertainty.",
            frozenset({"python"}),
            above["perf_summary"],
            (
                name(artifact_names.PERF_SUMMARY),
                name(artifact_names.PERF_SUMMARY_LOG),
                *names.measured,
            ),
            _perf_summary,
        ),
        Station(
            "policy_check",
            "evidence",
            "T4: policies P-1 to P-6 audited on the judged tree and on the rehearsed services; each"
            " pass with its negative control.",
            frozenset({"postgres", "python"}),
            above["policy_check"],
            (
                name(artifact_names.POLICY_CHECK),
                name(artifact_names.POLICY_CHECK_LOG),
                name(artifact_names.POLICY_CHECK_TEXT),
                name(artifact_names.POLICY_CHECK_SARIF),
            ),
            _policy_check,
        ),
        *own,
        Station(
            "aggregated",
            "decision",
            "T1: the ledger of every claim of every service report, with what the evidence says"
            " of it.",
            frozenset({"markdown"}),
            above["aggregated"],
            (name(artifact_names.AGGREGATED), name(artifact_names.AGGREGATED_TEXT)),
            _aggregated,
        ),
        Station(
            "snapshot",
            "decision",
            "T6: the decision as of one moment, with every artifact and piece of evidence by"
            " digest, signed.",
            frozenset({"json"}),
            above["snapshot"],
            (
                name(artifact_names.WAIVERS),
                name(artifact_names.BASELINE),
                name(artifact_names.OPERATOR),
                name(artifact_names.SNAPSHOT),
                name(artifact_names.ATTESTATIONS),
                name(artifact_names.DECISION),
                names.page,
            ),
            _snapshot,
        ),
    )


def _own_check_stations(blueprint: Blueprint) -> tuple[Station, ...]:
    """Return the asset of the release's own checks, where it has any."""
    if not blueprint.manifest.checks:
        return ()
    name = blueprint.names.artifact
    return (
        Station(
            criteria.OWN_CHECKS,
            "evidence",
            "The release's own checks, each as the tree is and with a change that it has to find.",
            frozenset({"shell"}),
            upstreams(blueprint.manifest)[criteria.OWN_CHECKS],
            (name(artifact_names.OWN_CHECKS), name(artifact_names.OWN_CHECKS_LOG)),
            _own_checks,
        ),
    )


def _document_stations(blueprint: Blueprint) -> tuple[Station, ...]:
    """Return the asset of the release's own documents, where it names any."""
    if not blueprint.manifest.documents:
        return ()
    return (
        Station(
            DOCUMENTS,
            "evidence",
            "The release's own documents, held against one another, the services' reports and the"
            " files that they cite.",
            frozenset({"markdown", "json"}),
            upstreams(blueprint.manifest)[DOCUMENTS],
            (blueprint.names.artifact(artifact_names.DOCUMENTS),),
            _documents,
        ),
    )


def _origin_stations(blueprint: Blueprint) -> tuple[Station, ...]:
    """Return the asset of where the release's evidence comes from, where it says so."""
    if not blueprint.manifest.asks_origins:
        return ()
    name = blueprint.names.artifact
    return (
        Station(
            ORIGINS,
            "evidence",
            "Where the release's evidence comes from: the commands that make its files, as the tree"
            " is and without the code.",
            frozenset({"shell"}),
            upstreams(blueprint.manifest)[ORIGINS],
            (name(artifact_names.ORIGINS), name(artifact_names.ORIGINS_LOG)),
            _origins,
        ),
    )


def _service_evidence(blueprint: Blueprint, service: Service) -> Station:
    def make(work: "Work") -> Mapping[str, bytes]:
        from atom_release.release import service_questions

        return service_questions.service_evidence(work, service)

    name = evidence_asset(service)
    return Station(
        name,
        "services",
        f"What {service.name} ({service.id}) claims in its report, its suite run from the judged"
        " tree, and the suite run without the code.",
        frozenset({"pytest", "markdown"}),
        upstreams(blueprint.manifest)[name],
        (blueprint.names.evidence_artifact(service), blueprint.names.log_artifact(service)),
        make,
    )


def asset_of(blueprint: Blueprint, station: Station) -> dg.AssetsDefinition:
    """Make the Dagster asset of one station."""

    @dg.asset(
        key=blueprint.key_of(station.name),
        deps=[blueprint.key_of(upstream) for upstream in station.upstream],
        check_specs=check_specs(blueprint, station.shows(blueprint.manifest), station.name),
        op_tags=blueprint.order(station.name),
        description=station.describes,
        kinds=set(station.kinds),
        owners=OWNERS,
        required_resource_keys={blueprint.resource},
        group_name=blueprint.group(station.stage),
    )
    def report(
        context: dg.AssetExecutionContext,
    ) -> Iterator[dg.MaterializeResult[None] | dg.AssetCheckResult]:
        from atom_release.graph.materializing import materialize

        yield from materialize(work_of(context, blueprint, station.name), blueprint, station)

    return report
