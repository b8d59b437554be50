"""In what a run's steps are executed: one process for all, or one for each.

Dagster's own executors, chosen by the environment. Steps share the store, git and the state alone,
so that it makes no difference to what a run decides. One step at a time either way: a suite beside
a measurement of latency would be measured with it.
"""

from __future__ import annotations

import dagster as dg

from atom_release.errors import Misuse
from atom_release.settings import executor_name

_ENGINES: dict[str, dg.ExecutorDefinition] = {
    "in-process": dg.in_process_executor,
    "multiprocess": dg.multiprocess_executor.configured(
        {
            "max_concurrent": 1,
            "start_method": {"forkserver": {"preload_modules": ["dagster"]}},
        }
    ),
}


def chosen_executor() -> dg.ExecutorDefinition:
    """Return the executor that the environment names, by default that of one process.

    Raises:
        Misuse: there is none of that name.
    """
    name = executor_name()
    if name not in _ENGINES:
        raise Misuse(
            f"There is no executor {name!r}.",
            f"Set ATOM_RELEASE_EXECUTOR to {' or '.join(_ENGINES)}, or unset it.",
        )
    return _ENGINES[name]
