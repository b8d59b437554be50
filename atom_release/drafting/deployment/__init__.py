"""One module for each way in which services are deployed; the next is a module and a line here."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from atom_release.drafting.deployment import compose, dockerfile, kubernetes, procfile
from atom_release.drafting.files import Files
from atom_release.drafting.findings import Deployment

KINDS: tuple[Callable[[Files], Iterator[Deployment]], ...] = (
    compose.deployments,
    procfile.deployments,
    kubernetes.deployments,
    dockerfile.deployments,
)
"""In the order in which their names are preferred."""
