"""Sensors: a new or changed service report starts the run it needs, and never more than that.

`<key>_reports` watches the manifest's git revision: a commit whose reports differ from the last
seen ones starts one audit (the whole graph where the judged manifest itself says `acts:
automatic`). `<key>_inbox` watches a folder (`ATOM_RELEASE_INBOX`): its reports are laid over the
judged commit, judged as uncommitted, and nothing is acted on. What counts as a change stands in
`release/report_changes`; nothing is judged here.
"""

# No postponed annotations here: dagster reads those of asset functions as objects.

from collections.abc import Sequence
from pathlib import Path

import dagster as dg
from dagster._core.definitions.unresolved_asset_job_definition import (
    UnresolvedAssetJobDefinition,  # what define_asset_job gives has no public name
)

from atom_release.errors import AtomReleaseError
from atom_release.gate.manifest import slug
from atom_release.gate.vocabulary import Acts
from atom_release.graph.blueprint import Blueprint
from atom_release.graph.resource import ReleaseResource
from atom_release.release import report_changes
from atom_release.release.subject import open_subject
from atom_release.settings import Settings

SECONDS = 5


def build_sensors(
    blueprint: Blueprint, settings: Settings, jobs: Sequence[UnresolvedAssetJobDefinition]
) -> list[dg.SensorDefinition]:
    """Return the sensors of one release; the inbox only where one is configured."""
    sensors = [_revision_sensor(blueprint, jobs)]
    if settings.inbox is not None:
        sensors.append(_inbox_sensor(blueprint, settings.inbox))
    return sensors


def _revision_sensor(
    blueprint: Blueprint, jobs: Sequence[UnresolvedAssetJobDefinition]
) -> dg.SensorDefinition:
    @dg.sensor(
        name=f"{blueprint.manifest.release.asset_key}_reports",
        jobs=jobs,
        minimum_interval_seconds=SECONDS,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description=(
            "Starts an audit when a service report is new or changed at the judged revision."
        ),
    )
    def reports(
        context: dg.SensorEvaluationContext, release: ReleaseResource
    ) -> dg.SensorResult | dg.SkipReason:
        settings = release.settings(blueprint.location)
        try:
            revision = report_changes.look_at_revision(settings, context.cursor)
        except AtomReleaseError as error:
            return dg.SkipReason(str(error))
        if revision.changed is None:
            return dg.SensorResult(skip_reason=revision.why, cursor=revision.cursor)
        automatic = _acts_automatically(settings)
        return dg.SensorResult(
            run_requests=[
                dg.RunRequest(
                    run_key=revision.run_key,
                    job_name=blueprint.job_name if automatic else blueprint.audit_job_name,
                    tags={
                        "atom_release/commit": revision.commit,
                        "atom_release/changed": ", ".join(revision.changed)[:200],
                    },
                )
            ],
            asset_events=[
                dg.AssetObservation(
                    blueprint.key("service_report", slug(service)),
                    metadata={"commit": revision.commit},
                )
                for service in revision.changed
            ],
            cursor=revision.cursor,
        )

    return reports


def _acts_automatically(settings: Settings) -> bool:
    subject = open_subject(settings, create=True)
    return not subject.external and subject.manifest.acts is Acts.AUTOMATIC


def _inbox_sensor(blueprint: Blueprint, inbox: Path) -> dg.SensorDefinition:
    @dg.sensor(
        name=f"{blueprint.manifest.release.asset_key}_inbox",
        job_name=blueprint.audit_job_name,
        minimum_interval_seconds=SECONDS,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description=(
            f"Starts an audit of the reports that were put into {inbox}, judged as uncommitted;"
            " never acts."
        ),
    )
    def dropped(
        context: dg.SensorEvaluationContext, release: ReleaseResource
    ) -> dg.SensorResult | dg.SkipReason:
        seen = report_changes.look_at_folder(inbox, context.cursor)
        if not seen.settled:
            return dg.SensorResult(skip_reason=seen.why, cursor=seen.cursor)
        settings = release.settings(blueprint.location)
        try:
            overlay = report_changes.lay_over(open_subject(settings, create=True), seen.settled)
        except AtomReleaseError as error:
            return dg.SensorResult(skip_reason=str(error), cursor=seen.cursor)
        config = ReleaseResource.from_settings(
            settings.with_options(
                repository=overlay.repository, revision=overlay.commit, dry_run=True
            )
        ).model_dump()
        return dg.SensorResult(
            run_requests=[
                dg.RunRequest(
                    run_key=seen.run_key,
                    run_config={"resources": {"release": {"config": config}}},
                    tags={
                        "atom_release/uncommitted": ", ".join(sorted(overlay.paths))[:200],
                        "atom_release/commit": overlay.commit,
                    },
                )
            ],
            cursor=seen.cursor,
        )

    return dropped
