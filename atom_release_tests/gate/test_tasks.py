"""What can be asked alone: the tasks of a plan, services, and each criterion by what its task asks."""

from __future__ import annotations

import pytest
import yaml

from atom_release.errors import Misuse
from atom_release.gate.catalogue.tasks import find_task
from atom_release.gate.manifest import Manifest
from atom_release_tests.fixtures import tiny


@pytest.fixture(scope="module")
def manifest() -> Manifest:
    return Manifest.model_validate(yaml.safe_load(tiny.MANIFEST.replace("ACTS", "off")))


def test_a_criterion_is_asked_by_what_its_task_asks_and_settles_itself_alone(
    manifest: Manifest,
) -> None:
    policies, secrets = find_task(manifest, "T4"), find_task(manifest, "P-2")
    assert {"P-1", "P-2"} <= set(policies.settles)
    assert (secrets.name, secrets.assets, secrets.settles) == ("P-2", policies.assets, ("P-2",))
    expected = [criterion.id for criterion in find_task(manifest, "AC1").expected(manifest)]
    assert expected == ["AC1"]


def test_a_task_is_meant_where_a_criterion_has_its_name(manifest: Manifest) -> None:
    assert find_task(manifest, "X.1").settles == ("X.1",)
    assert find_task(manifest, "T5").assets == ("perf_summary",)
    assert find_task(manifest, "T6").decides


def test_what_the_release_has_is_named_where_something_else_was_asked(manifest: Manifest) -> None:
    with pytest.raises(Misuse, match=r"no criterion P-9.*T6.*P-2"):
        find_task(manifest, "P-9")
