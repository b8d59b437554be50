"""From Dagster's context to one step's work, which knows no Dagster."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import dagster as dg

from atom_release.graph.blueprint import Blueprint
from atom_release.graph.resource import settings_in
from atom_release.release.clock import now

if TYPE_CHECKING:
    from atom_release.release.work import Work


def work_of(
    context: dg.AssetExecutionContext,
    blueprint: Blueprint,
    name: str,
    *,
    anew: bool = False,
) -> Work:
    """Return the work of one asset in one run; one that acts opens what is judged `anew`."""
    from atom_release.release.work import Work

    record = context.instance.get_run_record_by_id(context.run.run_id)
    began = record.start_time if record is not None else None
    started = datetime.fromtimestamp(began, UTC) if began else now()
    settings = settings_in(context.resources, blueprint)
    return Work(settings, name, context.run.run_id, started, context.log, anew=anew)
