"""Sensors that tell people of a refused release, where the environment says whom.

Dagster looks at each run of the release's jobs once it has ended, whoever started it. What is told
stands in `release/refusals`, how in `notify`.
"""

# No postponed annotations here: dagster reads those of sensor functions as objects.

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import dagster as dg

from atom_release.graph.blueprint import Blueprint
from atom_release.graph.resource import ReleaseResource
from atom_release.notify import Notices
from atom_release.settings import Settings

if TYPE_CHECKING:
    from atom_release.graph.jobs import Job

_ENDS = {
    "refused": dg.DagsterRunStatus.FAILURE,
    "audited": dg.DagsterRunStatus.SUCCESS,  # an audit up to a check that only shows succeeds
}


def build_notices(
    blueprint: Blueprint, settings: Settings, jobs: Sequence["Job"], notices: Notices
) -> list[dg.SensorDefinition]:
    """Return the sensors that tell of runs that have ended; none where nobody is to be told."""
    if not notices.wanted:
        return []
    return [
        _sensor(_Telling(blueprint, settings, notices), jobs, name, status)
        for name, status in _ENDS.items()
    ]


@dataclass(frozen=True)
class _Telling:
    """One release, where it is, and who is told of it."""

    blueprint: Blueprint
    settings: Settings
    notices: Notices

    def tell(self, run: dg.DagsterRun) -> str:
        """Tell of a run that refused; return what was told, or that there was nothing to tell.

        The run's own settings name the release: one may be started for another revision.
        """
        from atom_release.notify import tell
        from atom_release.release.refusals import find_refusal
        from atom_release.release.subject import open_subject

        resources: Mapping[str, Any] = run.run_config.get("resources") or {}  # type: ignore[assignment]
        config = resources.get(self.blueprint.resource, {}).get("config")
        settings = (
            ReleaseResource(**config).settings(self.blueprint.location) if config else self.settings
        )
        refusal = find_refusal(open_subject(settings, create=True), run.run_id)
        if refusal is None:
            return ""
        tell(refusal, self.notices)
        return refusal.subject


def _sensor(
    telling: _Telling, jobs: Sequence["Job"], name: str, status: dg.DagsterRunStatus
) -> dg.SensorDefinition:
    @dg.run_status_sensor(
        run_status=status,
        name=f"{telling.blueprint.asset_key}_tell_{name}",
        monitored_jobs=list(jobs),
        default_status=dg.DefaultSensorStatus.RUNNING,
        description="Tells people of a RED or BLOCKED release by webhook and e-mail.",
    )
    def tell_of_run(context: dg.RunStatusSensorContext) -> dg.SkipReason | None:
        subject = telling.tell(context.dagster_run)
        if not subject:
            return dg.SkipReason("The run came to GREEN: nobody is told.")
        context.log.info("Told of %s.", subject)
        return None

    return tell_of_run
