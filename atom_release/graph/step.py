"""From Dagster's context to one step's work, which knows no Dagster."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import dagster as dg

from atom_release.errors import Refused
from atom_release.gate.catalogue.criteria import evidence_asset
from atom_release.graph.blueprint import Blueprint
from atom_release.graph.engines import is_one_process
from atom_release.graph.resource import settings_in
from atom_release.release.clock import now

if TYPE_CHECKING:
    from atom_release.release.work import Work

_taken: dict[tuple[str, str], frozenset[str]] = {}
_ENDED = {
    dg.DagsterRunStatus.SUCCESS,
    dg.DagsterRunStatus.FAILURE,
    dg.DagsterRunStatus.CANCELING,
    dg.DagsterRunStatus.CANCELED,
}


def work_of(
    context: dg.AssetExecutionContext,
    blueprint: Blueprint,
    name: str,
    *,
    anew: bool = False,
) -> Work:
    """Return the work of one asset in one run; one that acts opens what is judged `anew`.

    Raises:
        Refused: the run has ended already, and a worker takes its step only now.
    """
    from atom_release.release.work import Work

    record = context.instance.get_run_record_by_id(context.run.run_id)
    if record is not None and record.dagster_run.status in _ENDED:
        raise Refused(
            f"Run {context.run.run_id} has ended ({record.dagster_run.status.value}): nothing is"
            f" asked or done for it any more.",
            "Start another run.",
        )
    began = record.start_time if record is not None else None
    started = datetime.fromtimestamp(began, UTC) if began else now()
    settings = settings_in(context.resources, blueprint)
    return Work(
        settings,
        name,
        context.run.run_id,
        started,
        context.log,
        anew=anew,
        beside=_taken_here(context.run, blueprint),
    )


def _taken_here(run: dg.DagsterRun, blueprint: Blueprint) -> frozenset[str]:
    """Return the services' steps of a run that this process takes; told once a run and release."""
    taken_of = run.run_id, blueprint.asset_key
    if taken_of not in _taken:
        _taken.clear()
        _taken[taken_of] = _find_taken(run, blueprint)
    return _taken[taken_of]


def _find_taken(run: dg.DagsterRun, blueprint: Blueprint) -> frozenset[str]:
    """Return the services' steps of a run, if this process takes them all; nothing else is certain.

    Another project's own jobs have its executor. A run that goes on where another failed has some
    steps only.
    """
    own = run.job_name in {blueprint.job_name, blueprint.audit_job_name}
    whole = own or (not blueprint.hosted and bool(run.asset_selection))
    if not (whole and is_one_process()):
        return frozenset()
    names = map(evidence_asset, blueprint.manifest.services)
    return frozenset(name for name in names if _is_taken(run, blueprint.key_of(name)))


def _is_taken(run: dg.DagsterRun, key: dg.AssetKey) -> bool:
    """Return whether a run has the step of an asset."""
    steps, selected = run.step_keys_to_execute, run.asset_selection
    return (not selected or key in selected) and (
        steps is None or key.to_python_identifier() in steps
    )
