"""Steps as a worker takes them, one by one: of a run that has ended, and one that died half way."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import dagster as dg
import pytest
from dagster._core.definitions.job_base import InMemoryJob
from dagster._core.execution.api import create_execution_plan, execute_plan_iterator

from atom_release.release import system_questions
from atom_release.release.work import Work
from atom_release_tests.fixtures import tiny
from atom_release_tests.fixtures.tiny import Tiny

_STEP = "phase_x__infra_simulation"


@pytest.fixture
def release(tmp_path: Path) -> Tiny:
    return tiny.make(tmp_path)


@pytest.fixture
def instance() -> Iterator[dg.DagsterInstance]:
    with dg.DagsterInstance.ephemeral() as opened:
        yield opened


def begun(release: Tiny, instance: dg.DagsterInstance, status: dg.DagsterRunStatus) -> str:
    """Return a run that stands so, of which no step was taken."""
    job = release.definitions().resolve_job_def("phase_x_release")
    return str(instance.create_run_for_job(job, status=status).run_id)


def take(release: Tiny, instance: dg.DagsterInstance, run: str) -> list[dg.DagsterEvent]:
    """Take one step of a run as a worker does, and return its failures."""
    job = InMemoryJob(release.definitions().resolve_job_def("phase_x_release"))
    plan = create_execution_plan(job, step_keys_to_execute=[_STEP])
    stored = instance.get_run_by_id(run)
    assert stored is not None
    events = execute_plan_iterator(plan, job, stored, instance)
    return [event for event in events if event.is_step_failure]


@pytest.mark.parametrize("ended", ["CANCELING", "CANCELED", "FAILURE", "SUCCESS"])
def test_a_step_of_a_run_that_has_ended_is_not_done(
    ended: str, release: Tiny, instance: dg.DagsterInstance
) -> None:
    """A worker that comes back finds what a dead one had, long after somebody ended the run."""
    run = begun(release, instance, dg.DagsterRunStatus(ended))
    (failure,) = take(release, instance, run)
    error = failure.step_failure_data.error
    assert f"has ended ({ended})" in str(error)
    assert not Path(release.settings.out).exists()


def test_a_step_that_was_signed_is_not_asked_again_when_its_worker_died(
    release: Tiny, instance: dg.DagsterInstance
) -> None:
    """What it signed stays as it is, index and all."""
    run = begun(release, instance, dg.DagsterRunStatus.STARTED)
    assert take(release, instance, run) == []
    subject = release.subject()
    stored = subject.store.run(subject.commit, run)
    before = {name: stored.read(name) for name in stored.names()}
    assert before
    assert take(release, instance, run) == []
    assert {name: stored.read(name) for name in stored.names()} == before


def test_of_two_workers_that_had_one_step_the_first_that_signed_is_believed(
    release: Tiny, instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The broker gives a step to another worker when it takes too long, and both end it."""
    run = begun(release, instance, dg.DagsterRunStatus.STARTED)
    ask = system_questions.infra_simulation
    answered: list[dict[str, str]] = []

    def slow(work: Work) -> Mapping[str, bytes]:
        """Ask, while another worker begins and ends the same step."""
        artifacts = ask(work)
        if not answered:
            answered.append(work.run.names())
            assert take(release, instance, run) == []
            answered.append(work.run.names())
        return artifacts

    monkeypatch.setattr(system_questions, "infra_simulation", slow)
    assert take(release, instance, run) == []
    subject = release.subject()
    stored = subject.store.run(subject.commit, run)
    nothing, first = answered
    assert (nothing, stored.names()) == ({}, first)
    assert stored.read_all(first)
