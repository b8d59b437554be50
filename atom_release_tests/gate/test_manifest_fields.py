"""The ratchet knows every field of the manifest, and no edit of a manifest goes unseen."""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from importlib.resources import files
from typing import Any, get_args

import pytest
import yaml
from pydantic import BaseModel, ValidationError

from atom_release.gate.manifest import Manifest
from atom_release.gate.rules.manifest_diff import (
    Difference,
    changes_of_unknown_direction,
    differences,
    only_adds,
)
from atom_release.gate.rules.manifest_fields import FIELDS
from atom_release.gate.rules.ratchet import loosenings

RELEASE: dict[str, Any] = yaml.safe_load(
    (files("atom_release.reference") / "tree" / "release.yaml").read_bytes()
)
BEFORE = Manifest.model_validate(RELEASE)


def models_in(annotation: Any) -> list[type[BaseModel]]:  # noqa: ANN401 - any annotation
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [model for inner in get_args(annotation) for model in models_in(inner)]


def paths_of(model: type[BaseModel], prefix: str = "") -> Iterator[str]:
    for name, field in model.model_fields.items():
        path = f"{prefix}{name}"
        yield path
        for inner in models_in(field.annotation):
            yield from paths_of(inner, f"{path}.")


def test_every_field_is_classified_and_nothing_else_is() -> None:
    """A new field of the manifest must say what a change of it means."""
    assert set(paths_of(Manifest)) == set(FIELDS)


@pytest.mark.parametrize("path", [path for path in FIELDS if FIELDS[path].kind == "neutral"])
def test_what_is_neutral_says_why(path: str) -> None:
    """A field may only be passed over with a reason."""
    assert FIELDS[path].reason


def edits(
    value: Any,  # noqa: ANN401 - any YAML
    place: tuple[str | int, ...] = (),
) -> Iterator[tuple[tuple[str | int, ...], Any]]:
    """Yield each place of a document with another value for it; None removes the place."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield (*place, key), None
            yield from edits(inner, (*place, key))
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield (*place, number), None
            yield from edits(inner, (*place, number))
    elif isinstance(value, bool):
        yield place, not value
    elif isinstance(value, int | float):
        yield place, value * 2
        yield place, value / 2 if isinstance(value, float) else max(1, value // 2)
    else:
        yield place, f"{value}x"


def edited(place: tuple[str | int, ...], value: Any) -> Manifest | None:  # noqa: ANN401 - any YAML
    document: Any = deepcopy(RELEASE)
    inner = document
    for key in place[:-1]:
        inner = inner[key]
    if value is None:
        del inner[place[-1]]
    else:
        inner[place[-1]] = value
    try:
        return Manifest.model_validate(document)
    except ValidationError:
        return None


def test_no_edit_of_the_reference_manifest_goes_unseen() -> None:
    """Field by field: a loosening, a change to accept, or neutral by the table; or it only adds."""
    seen = {"loosened": 0, "changed": 0, "tightened or neutral": 0}
    for place, value in edits(RELEASE):
        now = edited(place, value)
        if now is None or now == BEFORE:
            continue
        changed = list(differences(BEFORE, now))
        assert changed, place
        if loosenings(BEFORE, now):
            seen["loosened"] += 1
        elif changes_of_unknown_direction(BEFORE, now):
            seen["changed"] += 1
        else:
            seen["tightened or neutral"] += 1
            kinds = {FIELDS[difference.path].kind for difference in changed}
            assert kinds <= {"neutral", "ruled"}, (place, value)
    assert min(seen.values()) > 0


CHANGES: dict[str, tuple[tuple[str | int, ...], Any]] = {
    "narrower migrations": (("tenancy", "migrations"), "infra/db/migrations/001*.sql"),
    "another tenant column": (("tenancy", "column"), "owner"),
    "another role": (("tenancy", "role"), "postgres"),
    "another setting": (("tenancy", "setting"), "app.other"),
    "the service is not started any more": (("services", 0, "start"), None),
}


@pytest.mark.parametrize("name", CHANGES)
def test_a_change_that_nobody_can_order_is_shown(name: str) -> None:
    """Each of these made a release easier and was not seen."""
    place, value = CHANGES[name]
    now = edited(place, value)
    assert now is not None
    assert not loosenings(BEFORE, now)
    assert changes_of_unknown_direction(BEFORE, now)


def test_the_state_that_approval_reads_is_part_of_the_question() -> None:
    """An approval probe that reads `/health` sees nothing change, whatever the action does."""
    number = next(n for n, service in enumerate(RELEASE["services"]) if "approval" in service)
    now = edited(("services", number, "approval", "state", "path"), "/health")
    assert now is not None
    ((change),) = changes_of_unknown_direction(BEFORE, now)
    assert change.criteria == ("P-3",)
    assert "/health" in change.sentence


@pytest.mark.parametrize(("part", "steps"), [("approval", "prepare"), ("privacy", "plant")])
def test_one_more_step_of_the_preparation_may_ask_less(part: str, steps: str) -> None:
    """The attack: a request that purges what was planted, or freezes what is to be approved."""
    document: Any = deepcopy(RELEASE)
    service = next(service for service in document["services"] if part in service)
    before = list(service[part].get(steps, []))
    service[part][steps] = [*before, {"method": "POST", "path": "/purge"}]
    now = Manifest.model_validate(document)
    ((change),) = changes_of_unknown_direction(BEFORE, now)
    assert "/purge" in change.sentence


@pytest.mark.parametrize("path", FIELDS)
def test_what_appears_from_nothing_is_decided_by_the_table(path: str) -> None:
    """No guess by what kind of value it is: a part that is new may ask less than its absence."""
    part = BEFORE.services[0].suite
    adds = FIELDS[path].absent_asked_nothing
    assert only_adds(Difference(path, path, "A.1", None, part)) is adds
    assert only_adds(Difference(path, path, "A.1", (), (part,))) is adds


def test_an_environment_of_its_own_where_there_was_none_is_shown() -> None:
    """The attack: with it the suite loads the plug-ins that the author's packages bring."""
    document: Any = deepcopy(RELEASE)
    service = next(service for service in document["services"] if "suite" in service)
    service["suite"].pop("install", None)
    before = Manifest.model_validate(document)
    service["suite"]["install"] = {"folder": "."}
    now = Manifest.model_validate(document)
    ((change),) = changes_of_unknown_direction(before, now)
    assert change.criteria == (service["id"],)
    assert ".suite.install: nothing became folder: ." in change.sentence


def test_what_is_only_added_needs_nobodys_signature() -> None:
    """One more service, endpoint or secret asks more."""
    document: Any = deepcopy(RELEASE)
    document["services"].append({"id": "C.9", "name": "new", "source": ["s"], "report": "r.md"})
    document["services"][0]["endpoints"].append({"name": "new", "path": "/new"})
    now = Manifest.model_validate(document)
    assert changes_of_unknown_direction(BEFORE, now) == ()
    assert loosenings(BEFORE, now) == ()
