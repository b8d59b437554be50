"""A manifest of an earlier phase in the ids of a later one.

A phase calls its services after itself: what was C.1 is D.1, and it writes its own reports. The
same service is told by its name, so that comparing two phases compares what is asked of it, and not
what it is called.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from atom_release.gate.manifest import Manifest
from atom_release.gate.once import once_each

_PLACEHOLDER = re.compile(r"(\{\w+:)([^{}/:\s]+)(?=[}/:])")


@once_each
def in_later_ids(before: Manifest, now: Manifest) -> Manifest | None:
    """Return the earlier manifest with its services called as the later one calls them.

    Its reports and documents are the later phase's where that names as many: each has its own.

    None where both are of one phase, or no service of the same name has another id.
    """
    ids = _renamed(before, now) if before.release.phase != now.release.phase else {}
    if not ids:
        return None
    document = _with_ids(before.model_dump(mode="python", exclude_unset=True), ids)
    reports = {service.id: service.report for service in now.services}
    for service in document["services"]:
        if service.get("report") and reports.get(service["id"]):
            service["report"] = reports[service["id"]]
    if len(before.documents) == len(now.documents):
        document["documents"] = now.documents
    try:
        return Manifest.model_validate(document)
    except ValidationError:  # an id is taken there by something else: compared as they are called
        return None


def _renamed(before: Manifest, now: Manifest) -> dict[str, str]:
    """Return the later ids by the earlier, of services whose name one service each has."""
    taken = {service.id for service in before.services}
    later = {service.name: service.id for service in now.services if service.id not in taken}
    names = [service.name for service in (*before.services, *now.services)]
    return {
        service.id: later[service.name]
        for service in before.services
        if service.name in later and names.count(service.name) == 2  # noqa: PLR2004 - one in each
    }


def _with_ids(value: Any, ids: Mapping[str, str]) -> Any:  # noqa: ANN401 - any part of a manifest
    """Return a part of a manifest in which ids, alone or in a placeholder, are the later ones."""
    if isinstance(value, Mapping):
        return {ids.get(key, key): _with_ids(entry, ids) for key, entry in value.items()}
    if isinstance(value, list | tuple):
        return [_with_ids(entry, ids) for entry in value]
    if isinstance(value, str) and type(value) is str:
        return ids.get(value) or _PLACEHOLDER.sub(
            lambda match: match[1] + ids.get(match[2], match[2]), value
        )
    return value
