"""What a worker of Celery is started with: `celery -A atom_release.graph.celery_worker worker`.

Broker and results are those of the executor (`graph.engines`). A task counts as done once its step
has ended: one whose worker died is taken by another after an hour, and is not lost.
"""

from __future__ import annotations

from celery.signals import task_postrun, worker_process_shutdown  # type: ignore[import-untyped]
from dagster_celery.make_app import make_app
from dagster_celery.tasks import create_task

from atom_release.graph.engines import BROKER, RESULTS
from atom_release.lab import closing
from atom_release.lab.rehearsal import close_all
from atom_release.settings import values_of

_AGAIN_AFTER = 3600  # seconds; a step that takes longer would be begun by another worker too

_named = values_of([BROKER, RESULTS])
app = make_app(  # type: ignore[no-untyped-call]
    {
        "broker": _named.get(BROKER),
        "backend": _named.get(RESULTS),
        "config_source": {
            "task_acks_late": True,
            "task_reject_on_worker_lost": True,
            "worker_prefetch_multiplier": 1,
            "broker_transport_options": {"visibility_timeout": _AGAIN_AFTER},
        },
    }
)
execute_plan = create_task(app)  # type: ignore[no-untyped-call]


@task_postrun.connect  # type: ignore[untyped-decorator]
def end_rehearsal(**_: object) -> None:
    """End what a step started: this process goes on, and the next step may be of another run."""
    close_all()


@worker_process_shutdown.connect  # type: ignore[untyped-decorator]
def end_process(**_: object) -> None:
    """Remove what this process made: Celery ends it without a word to Python."""
    closing.close_all()
