"""What services call each other, and what stands beside them, in the rehearsal's network."""

from __future__ import annotations

import re
from collections.abc import Iterator

from atom_release.gate.manifest import Manifest, Service
from atom_release.gate.manifest.suite import HOST_NAME


def host_names(manifest: Manifest) -> tuple[str, ...]:
    """Return the names of services, and those that their suites call systems by."""
    stated = [name for service in manifest.services for name in _of(service)]
    return tuple(dict.fromkeys(stated))


def _of(service: Service) -> Iterator[str]:
    if re.fullmatch(HOST_NAME, service.name) and service.name != "localhost":
        yield service.name
    yield from service.suite.hosts if service.suite else ()
