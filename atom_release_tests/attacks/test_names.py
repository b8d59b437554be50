"""A name that the author chooses must not take the place of one that has a meaning."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from atom_release.gate.catalogue import criteria
from atom_release.gate.manifest import Manifest
from atom_release_tests.fixtures.cases import MANIFEST

DOCUMENT: dict[str, Any] = MANIFEST.model_dump(mode="json", exclude_defaults=True)


def calling(service_id: str) -> dict[str, Any]:
    """Return a manifest with one service more, called so."""
    another = {**DOCUMENT["services"][0], "id": service_id, "report": "another.md"}
    return {**DOCUMENT, "services": [*DOCUMENT["services"], another]}


@pytest.mark.parametrize(
    "service_id",
    ["AC1", "AC2", "AC3", "AC4", "AC5", "AC6", "T5", "t5", "P.1", "p.5", "ac2"],
)
def test_a_service_takes_the_name_of_a_criterion(service_id: str) -> None:
    """It was GREEN with "T5 PASS" for a service's suite, and accuracy was asked no more."""
    with pytest.raises(ValidationError, match=r"is a criterion of every release"):
        Manifest.model_validate(calling(service_id))


@pytest.mark.parametrize("service_id", ["T.6", "C.5", "AC7", "P.7", "S1", "AC1.1"])
def test_a_service_of_any_other_name_is_one_criterion_more(service_id: str) -> None:
    """The honest twin."""
    manifest = Manifest.model_validate(calling(service_id))
    names = [criterion.id for criterion in criteria.catalogue(manifest)]
    assert service_id in names
    assert len(set(names)) == len(names)
