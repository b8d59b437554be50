"""All assets of one release.

The service reports, the report stations, the gate, the audit bundle and the acts.
"""

# No postponed annotations here: dagster reads those of asset functions as objects.

from collections.abc import Iterator

import dagster as dg

from atom_release.gate.manifest import Service, slug
from atom_release.graph import acts
from atom_release.graph.blueprint import OWNERS, Blueprint
from atom_release.graph.stations import asset_of, stations
from atom_release.graph.step import work_of
from atom_release.release import progress


def build_assets(blueprint: Blueprint, *, alone: bool) -> list[dg.AssetsDefinition]:
    """Return every asset of one release; `alone` says that no other release is loaded beside it."""
    reports = [_service_report(blueprint, service) for service in blueprint.manifest.services]
    return [
        *reports,
        *(asset_of(blueprint, station) for station in stations(blueprint)),
        *acts.endings(blueprint, alone=alone),
    ]


def _service_report(blueprint: Blueprint, service: Service) -> dg.AssetsDefinition:
    name = f"service_report/{slug(service.id)}"

    @dg.asset(
        key=blueprint.key_of(name),
        description=(
            f"The implementation report of {service.name} ({service.id}) as committed; its data"
            " version is the SHA-256 of its bytes, or its Git id where the clone lacks them."
        ),
        kinds={"markdown", "git"},
        op_tags=blueprint.order(name),
        owners=OWNERS,
        required_resource_keys={blueprint.resource},
        group_name=blueprint.group("services"),
    )
    def report(context: dg.AssetExecutionContext) -> Iterator[dg.MaterializeResult[None]]:
        work = work_of(context, blueprint, name)
        with progress.step(name):
            tree = work.subject.tree
            paths = tree.glob(service.report) if service.report is not None else []
            shown: dict[str, str] = {
                "commit": tree.commit,
                "paths": ", ".join(paths) or _why_none(service),
            }
            version = "+".join(map(tree.version, paths)) or "absent"
            yield dg.MaterializeResult(
                asset_key=blueprint.key_of(name),
                data_version=dg.DataVersion(version),
                metadata=shown,
            )

    return report


def _why_none(service: Service) -> str:
    return f"nothing matches {service.report}" if service.report else "no report is named"
