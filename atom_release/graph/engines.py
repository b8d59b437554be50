"""In what a run's steps are executed: one process, one for each, workers, jobs of Kubernetes.

Dagster's own executors, chosen by the environment. Steps share the store, git and the state alone,
so that it makes no difference to what a run decides. Beside one another on a machine are steps of
services alone, as many as one process has suites side by side: what measures waits for their tests.
"""

from __future__ import annotations

from collections.abc import Callable

import dagster as dg

from atom_release.errors import Misuse
from atom_release.graph.begin_run import Begin, begin_nothing
from atom_release.graph.blueprint import ALONE
from atom_release.lab.places import at_once
from atom_release.settings import executor_name

_ONE = "in-process"
BROKER, RESULTS = "ATOM_RELEASE_CELERY_BROKER", "ATOM_RELEASE_CELERY_RESULTS"
"""The variables that name Celery's broker and its store of results: their URLs hold passwords."""
_PRELOADED = ["dagster", "atom_release.graph.step_modules", "atom_release.graph.team_storage"]
"""Of which the last is passed over where the extra `team` is not installed."""


def is_one_process() -> bool:
    """Return whether the environment names the executor that takes all steps in one process."""
    return executor_name() == _ONE


def chosen_executor(begin: Begin = begin_nothing) -> dg.ExecutorDefinition:
    """Return the executor that the environment names, by default that of one process.

    Args:
        begin: what is settled where a run is started, if its steps are taken elsewhere.

    Raises:
        Misuse: there is none of that name, or its library is not installed.
    """
    name = executor_name()
    if name not in _ENGINES:
        raise Misuse(
            f"There is no executor {name!r}.",
            f"Set ATOM_RELEASE_EXECUTOR to {' or '.join(_ENGINES)}, or unset it.",
        )
    return _ENGINES[name](begin)


def _in_process(_: Begin) -> dg.ExecutorDefinition:
    return dg.in_process_executor


def _multiprocess(_: Begin) -> dg.ExecutorDefinition:
    return dg.multiprocess_executor.configured(
        {
            "max_concurrent": at_once(),
            "tag_concurrency_limits": [{"key": ALONE, "limit": 1}],
            "start_method": {"forkserver": {"preload_modules": _PRELOADED}},
        }
    )


def _celery(begin: Begin) -> dg.ExecutorDefinition:
    try:
        from atom_release.graph.celery_executor import executor_that
    except ImportError:
        raise Misuse(
            "ATOM_RELEASE_EXECUTOR is celery, and dagster-celery is not installed.",
            "pip install 'atom-release[celery]'",
        ) from None
    return executor_that(begin).configured(
        {"broker": {"env": BROKER}, "backend": {"env": RESULTS}}, name="celery"
    )


def _k8s(_: Begin) -> dg.ExecutorDefinition:
    try:
        from dagster_k8s import k8s_job_executor
    except ImportError:
        raise Misuse(
            "ATOM_RELEASE_EXECUTOR is k8s, and dagster-k8s is not installed.",
            "pip install 'atom-release[k8s]'",
        ) from None
    return k8s_job_executor.configured(
        lambda given: {"max_concurrent": 1, **given},
        name="k8s",
        config_schema=k8s_job_executor.config_schema.config_type,
    )


_ENGINES: dict[str, Callable[[Begin], dg.ExecutorDefinition]] = {
    _ONE: _in_process,
    "multiprocess": _multiprocess,
    "celery": _celery,
    "k8s": _k8s,
}
