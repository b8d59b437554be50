"""Which fields of two manifests differ, and which of these changes nobody can call stricter.

Knows the models and the table of `manifest_fields`; which way a field loosens is `ratchet`'s.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from pydantic import BaseModel

from atom_release.gate.manifest import Manifest, Service
from atom_release.gate.once import once_each
from atom_release.gate.rules.manifest_fields import FIELDS, OWN

_KEYS = {
    "services": "id",
    "checks": "id",
    "integration": "name",
    "secrets": "name",
    "logins": "name",
} | {
    "signed": "name",
    "services.endpoints": "name",
}
_LONGEST = 80


_STEPS = frozenset(
    {
        "services.approval.prepare",
        "services.privacy.plant",
        "signed.produce",
        "signed.consumer.deploy",
    }
)
"""Requests that come before the one that decides: one more of them may ask less."""


@dataclass(frozen=True)
class Difference:
    """One field whose value is another than before; `place` names it, `path` classifies it."""

    path: str
    place: str
    service: str
    before: Any
    now: Any


@dataclass(frozen=True)
class Change:
    """A change whose direction nobody knows, and the criteria that it concerns."""

    criteria: tuple[str, ...]
    sentence: str


@once_each
def changes_of_unknown_direction(before: Manifest, now: Manifest) -> tuple[Change, ...]:
    """Return the changes of fields of class `changed`, ordered by what they say.

    Nothing is said where a part or an item was only added: more is asked then.
    """
    changes = {
        Change(_criteria(difference), _sentence(difference))
        for difference in differences(before, now)
        if FIELDS[difference.path].kind == "changed" and not only_adds(difference)
    }
    changes |= set(_sources_among_tests(before, now))
    return tuple(sorted(changes, key=lambda change: change.sentence))


def _sources_among_tests(before: Manifest, now: Manifest) -> Iterator[Change]:
    """Yield each service whose source reaches its own tests' place, and did not before.

    What the control then takes out may be what the tests bring themselves, so that they fail
    without it whatever they test.
    """
    ids = {service.id: service for service in before.services}
    for service in now.services:
        earlier = ids.get(service.id)
        reached = _among_tests(service) if earlier and earlier.suite else []
        new = [path for path in reached if earlier and path not in _among_tests(earlier)]
        if new:
            yield Change(
                (service.id,),
                f"services[{service.id}].source reaches the tests' own place: {', '.join(new)}",
            )


def _among_tests(service: Service) -> list[str]:
    """Return the source paths that hold, or lie in, a place where the service's tests are."""
    paths = service.suite.paths if service.suite else ()
    files = [PurePosixPath(path.partition("::")[0]) for path in paths]
    places = [path.parent if path.suffix else path for path in files]
    return [
        source
        for source in service.source
        for pure in (PurePosixPath(source),)
        if any(pure.is_relative_to(place) or place.is_relative_to(pure) for place in places)
    ]


def differences(before: Manifest, now: Manifest) -> Iterator[Difference]:
    """Yield every field that differs, each at the deepest place that both manifests have."""
    yield from _of_models(before, now, "", "", "")


def _of_models(
    before: BaseModel, now: BaseModel, path: str, place: str, service: str
) -> Iterator[Difference]:
    for name in type(before).model_fields:
        old, new = getattr(before, name), getattr(now, name)
        if old != new:
            inner = f"{path}.{name}".lstrip(".")
            yield from _of_values(old, new, inner, f"{place}.{name}".lstrip("."), service)


def _of_values(old: Any, new: Any, path: str, place: str, service: str) -> Iterator[Difference]:  # noqa: ANN401 - any field
    if isinstance(old, BaseModel) and isinstance(new, BaseModel):
        yield from _of_models(old, new, path, place, service)
    elif path in _KEYS:
        yield from _of_items(old, new, path, place, service)
    elif path == "criteria":
        for name in old.keys() & new.keys():
            yield from _of_values(old[name], new[name], path, f"{place}.{name}", service)
    else:
        yield Difference(path, place, service, old, new)


def _of_items(
    old: Sequence[Any], new: Sequence[Any], path: str, place: str, service: str
) -> Iterator[Difference]:
    items = {getattr(item, _KEYS[path]): item for item in new}
    for item in old:
        key = getattr(item, _KEYS[path])
        owner = key if path in {"services", "checks"} else service
        if key not in items:
            yield Difference(path, f"{place}[{key}]", owner, item, None)
        elif items[key] != item:
            yield from _of_models(item, items[key], path, f"{place}[{key}]", owner)


def only_adds(difference: Difference) -> bool:
    """Return whether a first value, or more items, only ask more: as the table has it."""
    if not FIELDS[difference.path].absent_asked_nothing:
        return False
    old, new = difference.before, difference.now
    if old is None or old == ():
        return True
    if isinstance(old, tuple) and isinstance(new, tuple):
        return [item for item in new if item in old] == list(old)
    return False


def _criteria(difference: Difference) -> tuple[str, ...]:
    named = FIELDS[difference.path].criteria
    return tuple(difference.service if name == OWN else name for name in named)


def _sentence(difference: Difference) -> str:
    if difference.now is None:
        return f"{difference.place} is gone"
    if difference.path in _STEPS:
        before, now = tuple(difference.before or ()), tuple(difference.now)
        moved = [f"{_written(step)} was added" for step in now if step not in before]
        moved += [f"{_written(step)} is gone" for step in before if step not in now]
        return f"{difference.place}: {'; '.join(moved) or 'their order changed'}"
    return f"{difference.place}: {_written(difference.before)} became {_written(difference.now)}"


def _written(value: Any) -> str:  # noqa: ANN401 - any field
    if isinstance(value, BaseModel):
        value = value.model_dump(mode="json", exclude_defaults=True) or value.model_dump(
            mode="json", exclude_none=True
        )
    if isinstance(value, Mapping):
        text = ", ".join(f"{key}: {inner}" for key, inner in value.items())
    elif isinstance(value, tuple):
        text = ", ".join(_written(item) for item in value)
    else:
        text = "nothing" if value is None else str(value)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}..."
