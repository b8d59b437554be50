"""What a step's process needs, imported as a whole.

Where each step has a process of its own, all are forked from one that has imported this. Otherwise
most steps would take longer to import use cases, probes and Dagster's storage than for their work.
Nothing is opened or started here: what a process has opened is no fork's.
"""

from __future__ import annotations

import importlib
import pkgutil

from atom_release import probes, release

_FURTHER = (
    "atom_release.graph.home_storage",
    "atom_release.graph.materializing",
    "securesystemslib.signer",
)

for _name in (
    *_FURTHER,
    *(
        module.name
        for room in (release, probes)
        for module in pkgutil.walk_packages(room.__path__, f"{room.__name__}.")
    ),
):
    importlib.import_module(_name)
