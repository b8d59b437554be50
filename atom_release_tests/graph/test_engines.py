"""In what a run's steps are executed is chosen by name, and a wrong name is told."""

from __future__ import annotations

import importlib
import os
import subprocess
import sys
from pathlib import Path

import dagster as dg
import pytest

from atom_release.errors import Misuse
from atom_release.graph.building import build_definitions
from atom_release.graph.engines import BROKER, RESULTS, chosen_executor
from atom_release.settings import Settings
from atom_release_tests.fixtures import many_services


@pytest.mark.parametrize(
    ("name", "executor"),
    [
        ("", "in_process"),
        ("in-process", "in_process"),
        ("multiprocess", "multiprocess"),
        ("celery", "celery"),
        ("k8s", "k8s"),
    ],
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


@pytest.mark.parametrize("name", ["celery", "k8s"])
def test_an_executor_whose_library_is_lacking_names_it(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ATOM_RELEASE_EXECUTOR", name)
    for module in ("dagster_celery", "dagster_celery.executor", "dagster_k8s"):
        monkeypatch.setitem(sys.modules, module, None)
    monkeypatch.delitem(sys.modules, "atom_release.graph.celery_executor", raising=False)
    with pytest.raises(Misuse, match=f"dagster-{name} is not installed") as caught:
        chosen_executor()
    assert f"atom-release[{name}]" in caught.value.remedy


def test_what_kubernetes_is_told_is_what_dagster_s_executor_takes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """As far as it can be looked at without a cluster: by the executor's own schema."""
    monkeypatch.setenv("ATOM_RELEASE_EXECUTOR", "k8s")
    job = build_definitions(settings=Settings()).resolve_job_def("phase_c_audit")
    for given in ({}, {"job_namespace": "gate", "max_concurrent": 4}):
        assert dg.validate_run_config(job, {"execution": {"config": given}})
    with pytest.raises(dg.DagsterInvalidConfigError):
        dg.validate_run_config(job, {"execution": {"config": {"namespace": 1}}})


def test_a_worker_keeps_a_step_until_it_has_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    """And has the broker that the executor has; what a dead worker had is taken by another."""
    monkeypatch.setenv(BROKER, "redis://broker.example.org/0")
    monkeypatch.setenv(RESULTS, "redis://broker.example.org/1")
    monkeypatch.delitem(sys.modules, "atom_release.graph.celery_worker", raising=False)
    app = importlib.import_module("atom_release.graph.celery_worker").app
    assert (app.conf.broker_url, app.conf.result_backend) == (
        "redis://broker.example.org/0",
        "redis://broker.example.org/1",
    )
    assert app.conf.task_acks_late
    assert app.conf.task_reject_on_worker_lost
    assert "execute_plan" in app.tasks


@pytest.mark.slow
def test_steps_of_services_alone_run_beside_one_another(tmp_path: Path) -> None:
    """With a process for each step: suites side by side, all else one after another."""
    made = many_services.make(tmp_path / "release", 3, suite_seconds=0.1)
    (tmp_path / "dagster").mkdir()
    given = {
        "ATOM_RELEASE_EXECUTOR": "multiprocess",
        "ATOM_RELEASE_HOME": str(made.settings.home),
        "ATOM_RELEASE_OPERATOR": str(made.settings.operator),
        "ATOM_RELEASE_OUT": made.settings.out,
        "ATOM_RELEASE_REPO": str(made.repository),
        "DAGSTER_HOME": str(tmp_path / "dagster"),
    }
    words = ["job", "execute", "-m", "atom_release.definitions", "-j", "phase_x_audit"]
    subprocess.run(
        [sys.executable, "-m", "dagster", *words],
        env={**os.environ, **given},
        check=True,
        capture_output=True,
    )
    with dg.DagsterInstance.from_config(given["DAGSTER_HOME"]) as instance:
        (run,) = instance.get_runs()
        steps = _steps_in_time(instance, run.run_id)
    together = [
        {first, second}
        for first, (_, end) in steps.items()
        for second, (begin, _) in steps.items()
        if first != second and steps[first][0] <= begin < end
    ]
    evidence = [pair for pair in together if all("service_evidence" in name for name in pair)]
    assert evidence
    assert all(any("__service_" in name for name in pair) for pair in together), together


def _steps_in_time(instance: dg.DagsterInstance, run: str) -> dict[str, tuple[float, float]]:
    """Return when each step of a run was begun and when it had ended."""
    began, ended = (
        {entry.step_key or "": entry.timestamp for entry in instance.all_logs(run, of_type=kind)}
        for kind in (dg.DagsterEventType.STEP_START, dg.DagsterEventType.STEP_SUCCESS)
    )
    return {step: (began[step], ended[step]) for step in ended}
