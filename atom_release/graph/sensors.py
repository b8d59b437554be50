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
from typing import TYPE_CHECKING

import dagster as dg

from atom_release.errors import AtomReleaseError
from atom_release.gate.first_few import first_few
from atom_release.gate.manifest import slug
from atom_release.gate.vocabulary import Acts
from atom_release.graph.blueprint import Blueprint
from atom_release.graph.resource import ReleaseResource
from atom_release.release import report_changes
from atom_release.release.subject import open_subject
from atom_release.settings import Settings

if TYPE_CHECKING:
    from atom_release.graph.jobs import Job

SECONDS = 5
_PASSING = (AtomReleaseError, OSError)
"""What may be gone at the next look: the cursor stays where it was, and the look is repeated."""


def build_sensors(
    blueprint: Blueprint, settings: Settings, jobs: Sequence["Job"]
) -> list[dg.SensorDefinition]:
    """Return the sensors of one release; the inbox only where one is configured."""
    own = settings.with_options(manifest=blueprint.location)
    sensors = [_revision_sensor(blueprint, own, jobs)]
    if own.inbox is not None:
        sensors.append(_inbox_sensor(blueprint, own, own.inbox))
    return sensors


def _revision_sensor(
    blueprint: Blueprint, settings: Settings, jobs: Sequence["Job"]
) -> dg.SensorDefinition:
    @dg.sensor(
        name=f"{blueprint.asset_key}_reports",
        jobs=jobs,
        minimum_interval_seconds=SECONDS,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description=(
            "Starts an audit when a service report is new or changed at the judged revision."
        ),
    )
    def reports(context: dg.SensorEvaluationContext) -> dg.SensorResult | dg.SkipReason:
        try:
            revision = report_changes.look_at_revision(settings, context.cursor)
            automatic = revision.changed is not None and _acts_automatically(settings)
        except _PASSING as error:
            return dg.SkipReason(f"Looked at again in {SECONDS} s: {error}")
        if revision.changed is None:
            return dg.SensorResult(skip_reason=revision.why, cursor=revision.cursor)
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


def _nothing_of_it(strays: Sequence[str]) -> str:
    return (
        f"{first_few(strays)} in the inbox is no report of this manifest. Name it as"
        " `services[].report` says."
    )


def _left_beside(strays: Sequence[str], unread: Sequence[str]) -> str:
    """Return which files of the inbox were not judged, for who put them there."""
    kinds = {"no report of this manifest": strays, "cannot be read": unread}
    named = "; ".join(f"{first_few(names)}: {kind}" for kind, names in kinds.items() if names)
    return f"Left aside in the inbox: {named}."


def _acts_automatically(settings: Settings) -> bool:
    subject = open_subject(settings, create=True)
    return not subject.external and subject.manifest.acts is Acts.AUTOMATIC


def _inbox_sensor(blueprint: Blueprint, settings: Settings, inbox: Path) -> dg.SensorDefinition:
    @dg.sensor(
        name=f"{blueprint.asset_key}_inbox",
        job_name=blueprint.audit_job_name,
        minimum_interval_seconds=SECONDS,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description=(
            f"Starts an audit of the reports that were put into {inbox}, judged as uncommitted;"
            " never acts."
        ),
    )
    def dropped(context: dg.SensorEvaluationContext) -> dg.SensorResult | dg.SkipReason:
        seen = report_changes.look_at_folder(inbox, context.cursor)
        if not seen.settled:
            return dg.SensorResult(skip_reason=seen.why, cursor=seen.cursor)
        try:
            subject = open_subject(settings, create=True)
            placed, strays = report_changes.place_reports(subject.manifest, seen.settled)
            if not placed:
                return dg.SensorResult(skip_reason=_nothing_of_it(strays), cursor=seen.cursor)
            overlay = report_changes.lay_over(subject, placed)
        except _PASSING as error:
            return dg.SensorResult(
                skip_reason=f"Looked at again in {SECONDS} s: {error}", cursor=seen.waiting
            )
        if strays or seen.unread:
            context.log.warning("%s", _left_beside(strays, seen.unread))
        config = ReleaseResource.from_settings(
            settings.with_options(
                repository=overlay.repository, revision=overlay.commit, dry_run=True
            )
        ).model_dump()
        return dg.SensorResult(
            run_requests=[
                dg.RunRequest(
                    run_key=seen.run_key,
                    run_config={"resources": {blueprint.resource: {"config": config}}},
                    tags={
                        "atom_release/uncommitted": ", ".join(sorted(overlay.paths))[:200],
                        "atom_release/commit": overlay.commit,
                    },
                )
            ],
            cursor=seen.cursor,
        )

    return dropped
