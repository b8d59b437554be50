"""Dagster's executor for Celery, which settles something before it hands out the first step.

What that is stands in `begin_run`. Loaded only where Celery is chosen.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, cast

import dagster as dg
from dagster_celery.executor import CELERY_CONFIG, CeleryExecutor
from dagster_celery.executor import celery_executor as dagsters

if TYPE_CHECKING:
    from dagster._core.execution.context.system import PlanOrchestrationContext
    from dagster._core.execution.plan.plan import ExecutionPlan

    from atom_release.graph.begin_run import Begin

_MAKE = dagsters.executor_creation_fn


def executor_that(begin: Begin) -> dg.ExecutorDefinition:
    """Return the executor that calls `begin` where a run is started."""

    @dg.executor(
        name="celery",
        config_schema=CELERY_CONFIG,
        requirements=dg.multiple_process_executor_requirements(),
    )
    def celery(context: dg.InitExecutorContext) -> dg.Executor:
        make = cast("Callable[[dg.InitExecutorContext], CeleryExecutor]", _MAKE)
        return _Beginning(make(context), begin)

    return celery


class _Beginning(CeleryExecutor):
    """The executor as Dagster makes it, and what is done before the first step."""

    def __init__(self, made: CeleryExecutor, begin: Begin) -> None:
        self.__dict__.update(made.__dict__)
        self._begin = begin

    def execute(
        self, plan_context: PlanOrchestrationContext, execution_plan: ExecutionPlan
    ) -> Iterator[dg.DagsterEvent]:
        """Settle what is to be settled, then hand out steps."""
        run = plan_context.dagster_run
        self._begin(run.run_id, run.run_config, execution_plan.step_keys_to_execute)
        yield from super().execute(plan_context, execution_plan)  # type: ignore[no-untyped-call]
