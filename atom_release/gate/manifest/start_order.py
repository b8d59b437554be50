"""What waits for a service: others that start after it, and suites that run beside it.

It is one that is started, and nothing waits for itself.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from graphlib import CycleError, TopologicalSorter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from atom_release.gate.manifest.service import Service


def misordered(services: Sequence[Service]) -> str | None:
    """Return what is wrong with the order in which services start; None where nothing is."""
    order: Mapping[str, tuple[str, ...]] = {
        service.id: service.start.after for service in services if service.start
    }
    for service_id, before in order.items():
        absent = [name for name in before if name not in order]
        if absent:
            return f"{service_id} is started after {absent[0]}, which nothing starts"
    for service in services:
        beside = service.suite.beside if service.suite else ()
        if service.id in beside:
            return (
                f"the suite of {service.id} needs its own service, which would be there whole while"
                " its code is taken out: name such tests under `integration`"
            )
        absent = [name for name in beside if name not in order]
        if absent:
            return f"the suite of {service.id} needs {absent[0]}, which nothing starts"
    try:
        TopologicalSorter(order).prepare()
    except CycleError as error:
        return f"these wait for one another: {' -> '.join(error.args[1])}"
    return None
