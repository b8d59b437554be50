"""What the parts of one manifest must agree on: names that are one thing each, and exist.

A sentence for each that do not, in the order in which they are told. What one part must hold by
itself is said where it is defined.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from atom_release.gate.manifest.fields import slug
from atom_release.gate.manifest.start_order import misordered
from atom_release.gate.vocabulary import FIXED_CRITERIA, ROLL_UP_NAMES

if TYPE_CHECKING:
    from atom_release.gate.manifest import Manifest


def disagreements(manifest: Manifest) -> Iterator[str]:
    """Yield what the parts of a manifest do not agree on."""
    if trouble := misordered(manifest.services):
        yield trouble
    yield from _names(manifest)
    yield from _checks(manifest)
    yield from _migrations(manifest)
    yield from _ports(manifest)
    yield from _secrets(manifest)
    yield from _signed(manifest)


def _names(manifest: Manifest) -> Iterator[str]:
    """Yield names that two things have, and names of criteria that there are not."""
    ids = [service.id for service in manifest.services]
    if _repeated(slug(service_id) for service_id in ids):
        yield f"two services share an id: {', '.join(ids)}"
    taken = {slug(name).casefold(): name for name in (*FIXED_CRITERIA, *ROLL_UP_NAMES)}
    for service_id in ids:
        if name := taken.get(slug(service_id).casefold()):
            yield (
                f"a service cannot be called {service_id!r}: {name} is a criterion of every"
                " release, whose place it would take"
            )
    taken |= {slug(name).casefold(): name for name in ids}
    own = [check.id for check in manifest.checks]
    for check_id in own:
        if name := taken.get(slug(check_id).casefold()):
            yield f"a check cannot be called {check_id!r}: {name} has that place already"
        taken[slug(check_id).casefold()] = check_id
    for name in manifest.roll_ups:
        if name not in ROLL_UP_NAMES and slug(name).casefold() in taken:
            yield f"a roll-up cannot be called {name!r}: it is a criterion"
    criteria = {*ids, *FIXED_CRITERIA, *own}
    for name in _criteria_named(manifest):
        if name not in criteria:
            yield (
                f"{name!r} is not a criterion of this release; there are"
                f" {', '.join(sorted(criteria))}"
            )


def _criteria_named(manifest: Manifest) -> Iterator[str]:
    """Yield every name by which the manifest means a criterion."""
    yield from manifest.left_out
    yield from manifest.criteria
    for members in manifest.roll_ups.values():
        yield from members
    for artifact in manifest.artifacts:
        yield from artifact.evidence_for
    for validator in manifest.validators:
        yield from validator.evidence_for


def _checks(manifest: Manifest) -> Iterator[str]:
    started = {service.id for service in manifest.services if service.start}
    for check in manifest.checks:
        if unstarted := sorted({*check.services} - started):
            yield (
                f"check {check.id} runs beside {', '.join(unstarted)}, which is no service that"
                " the manifest starts"
            )


def _migrations(manifest: Manifest) -> Iterator[str]:
    if manifest.tenancy is None:
        return
    if manifest.tenancy.migrations is None and manifest.migrations is None:
        yield "tenancy names no migrations: give it a glob, or the manifest `migrations`"
    if manifest.tenancy.migrations is not None and manifest.migrations is not None:
        yield "migrations are programs or plain SQL: choose between the two `migrations`"


def _ports(manifest: Manifest) -> Iterator[str]:
    ports = (service.start.port for service in manifest.services if service.start)
    if _repeated(port for port in ports if port is not None):
        yield "two services listen on one port: each needs its own"


def _secrets(manifest: Manifest) -> Iterator[str]:
    kinds = {secret.name: secret.kind for secret in manifest.secrets if secret.public_of is None}
    ids = {service.id for service in manifest.services}
    for secret in manifest.secrets:
        if secret.public_of is not None and kinds.get(secret.public_of, "random") == "random":
            yield (
                f"{secret.name} is the public half of {secret.public_of!r}, which is no private"
                " key among the secrets"
            )
        if strangers := sorted({*secret.readers} - ids):
            yield f"{secret.name} is read by {', '.join(strangers)}, which is no service"
    for service in manifest.services:
        if service.secret_use is not None and service.secret_use.secret not in kinds:
            yield f"{service.id} is asked with {service.secret_use.secret!r}, which is no secret"


def _signed(manifest: Manifest) -> Iterator[str]:
    names = [document.name for document in manifest.signed]
    if _repeated(names):
        yield f"two signed artifacts share a name: {', '.join(names)}"
    secrets = {secret.name for secret in manifest.secrets}
    for document in manifest.signed:
        key = document.public_key_from
        if key is not None and key not in secrets:
            yield f"{document.name} is verified with {key!r}, which is no secret"


def _repeated(values: Iterable[object]) -> bool:
    """Return whether one of these stands twice."""
    every = [*values]
    return len(set(every)) != len(every)
