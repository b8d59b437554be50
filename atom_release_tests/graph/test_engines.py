"""In what a run's steps are executed is chosen by name, and a wrong name is told."""

from __future__ import annotations

import pytest

from atom_release.errors import Misuse
from atom_release.graph.building import build_definitions
from atom_release.graph.engines import chosen_executor
from atom_release.settings import Settings


@pytest.mark.parametrize(
    ("name", "executor"),
    [("", "in_process"), ("in-process", "in_process"), ("multiprocess", "multiprocess")],
)
def test_the_executor_is_the_one_that_is_named(
    name: str, executor: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ATOM_RELEASE_EXECUTOR", name)
    assert chosen_executor().name == executor
    for hosted in (False, True):
        definitions = build_definitions(settings=Settings(), hosted=hosted)
        assert definitions.resolve_job_def("phase_c_audit").executor_def.name == executor


def test_a_name_that_is_none_names_those_there_are(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ATOM_RELEASE_EXECUTOR", "cellery")
    with pytest.raises(Misuse, match="no executor 'cellery'") as caught:
        build_definitions(settings=Settings())
    assert "multiprocess" in caught.value.remedy
