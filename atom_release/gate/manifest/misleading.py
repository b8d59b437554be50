"""What a manifest that is to be judged may not ask, though one that is kept may have asked it.

Names that would silently take each other's place, and right answers that are errors. What was
recorded beside an older decision is read as it was; nobody has to be told there.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from atom_release.gate.manifest import Endpoint, Manifest

_ERRORS, _FAULTS = 400, 500


def find_misleading(manifest: Manifest) -> Iterator[tuple[str, str]]:
    """Yield what such a manifest must not ask: a sentence, and what to do instead."""
    yield from _shared_names(manifest)
    for service in manifest.services:
        for endpoint in service.endpoints:
            yield from _expected_errors(service.id, endpoint)


def _shared_names(manifest: Manifest) -> Iterator[tuple[str, str]]:
    named: dict[str, list[str]] = {
        "integration": [tests.name for tests in manifest.integration],
        "logins": [login.name for login in manifest.logins],
        "secrets": [secret.name for secret in manifest.secrets],
    } | {
        f"the endpoints of {service.id}": [endpoint.name for endpoint in service.endpoints]
        for service in manifest.services
    }
    for place, names in named.items():
        for name, times in Counter(names).items():
            if times > 1:
                sentence = (
                    f"{place}: {times} of them are called {name!r}, and one would take the place"
                    " of the other"
                )
                yield sentence, "Give each a name of its own."


def _expected_errors(service: str, endpoint: Endpoint) -> Iterator[tuple[str, str]]:
    place = f"endpoint {endpoint.name!r} of {service}"
    faults = [status for status in endpoint.expect if status >= _FAULTS]
    if faults:
        sentence = (
            f"{place} expects {', '.join(map(str, faults))}: a server error is never a right"
            " answer, and a fast one no performance"
        )
        yield sentence, "Name the statuses that the endpoint answers when it does its work."
    elif all(status >= _ERRORS for status in endpoint.expect):
        sentence = (
            f"{place} expects nothing but errors ({', '.join(map(str, endpoint.expect))}): a"
            " refusal's latency is not that of the work"
        )
        yield sentence, "Measure a request that the service answers, or leave this endpoint out."
