"""Suites of a run's services are asked side by side where one process takes all its steps."""

from __future__ import annotations

import json
import signal
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import dagster as dg
import psutil
import pytest

from atom_release.errors import RunEnded
from atom_release.gate.catalogue.criteria import evidence_asset
from atom_release.gate.manifest import Service
from atom_release.gate.vocabulary import Answer
from atom_release.graph.blueprint import Blueprint
from atom_release.graph.materializing import materialize
from atom_release.graph.resource import ReleaseResource
from atom_release.graph.running import run
from atom_release.graph.stations import stations
from atom_release.lab import places
from atom_release.lab.look import Look
from atom_release.release import progress, suites_beside
from atom_release.release.service_questions import service_evidence
from atom_release.release.work import Work
from atom_release_tests.fixtures import many_services
from atom_release_tests.fixtures.tiny import Tiny

SERVICES = 3


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Tiny:
    return many_services.make(tmp_path_factory.mktemp("beside"), SERVICES, suite_seconds=0)


@pytest.fixture(autouse=True)
def ended(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """End what a test leaves, and ask two suites at once wherever this runs."""
    monkeypatch.setattr(places, "number", lambda: 2)
    yield
    suites_beside.end_all()


def works(release: Tiny, run_id: str, beside: Sequence[int] = ()) -> list[Work]:
    """Return the steps of all services in a run, of which one process takes those `beside`."""
    services = release.subject().manifest.services
    taken = frozenset(evidence_asset(services[place]) for place in beside)
    now = datetime.now(UTC)
    return [
        Work(release.settings, evidence_asset(service), run_id, now, beside=taken)
        for service in services
    ]


def ask(work: Work) -> Any:  # noqa: ANN401 - JSON
    """Return the document of a service's step."""
    (service,) = (entry for entry in work.manifest.services if evidence_asset(entry) == work.name)
    document, log = service_evidence(work, service).values()
    suite = next(
        piece for piece in json.loads(document)["evidence"] if piece["question"] == "suite"
    )
    return {**suite, "log": log.decode()}


def test_it_comes_to_the_same_as_one_after_another(release: Tiny) -> None:
    """Answers, controls and logs of each, in the steps' order, whoever was ready first."""
    alone = [ask(work) for work in works(release, "alone")]
    beside = [ask(work) for work in works(release, "beside", range(SERVICES))]
    for first, second in zip(alone, beside, strict=True):
        assert first["answer"] == second["answer"] == "yes"
        assert first["control"]["state"] == second["control"]["state"] == "alive"
        assert (first["subject"], first["reason"]) == (second["subject"], second["reason"])
        assert headings(first) == headings(second)


def headings(suite: Mapping[str, str]) -> list[str]:
    """Return which runs the log of a suite has; those that are made at once come in any order."""
    lines = [line for line in suite["log"].splitlines() if line.startswith("== suite")]
    assert lines
    return sorted(lines)


@dataclass
class Meeting:
    """A suite that comes to its end only while another one runs."""

    barrier: threading.Barrier

    def __call__(self, look: Look, service: Service) -> Any:  # noqa: ANN401 - evidence
        """Answer once both are here."""
        self.barrier.wait(60)
        look.tell(f"tests of {service.id}", 0.5)
        return look.found("suite", service.id, Answer.YES, "met another")


def test_two_run_at_the_same_time_and_each_is_shown_in_its_own_step(
    release: Tiny, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("atom_release.probes.suite.probe.run_suite", Meeting(threading.Barrier(2)))
    events: list[progress.Event] = []
    stop = progress.listen(events.append)
    try:
        for work in works(release, "meeting", range(2))[:2]:
            with progress.step(work.name):
                assert ask(work)["reason"] == "met another"
    finally:
        stop()
    steps = [event.step for event in events if event.step.startswith("service_evidence")]
    assert steps == sorted(steps), "what runs ahead is not told while another step is at work"


def test_what_is_not_in_the_run_is_not_asked(
    release: Tiny, monkeypatch: pytest.MonkeyPatch
) -> None:
    services: list[str] = []

    def answer(look: Look, service: Service) -> Any:  # noqa: ANN401 - evidence
        services.append(service.id)
        return look.found("suite", service.id, Answer.YES, "asked")

    monkeypatch.setattr("atom_release.probes.suite.probe.run_suite", answer)
    ask(works(release, "one")[0])
    assert services == ["X.1"]
    for work in works(release, "two", [0, 2])[::2]:
        ask(work)
    assert sorted(services) == ["X.1", "X.1", "X.3"]


def test_the_end_of_a_run_ends_what_runs_beside_it(tmp_path: Path) -> None:
    """No process and no folder is left of suites that would take a minute."""
    release = many_services.make(tmp_path, 2, suite_seconds=60)
    first, second = works(release, "ended", range(2))
    waiting = suites_beside.find_begun(first, first.manifest.services[0])
    other = suites_beside.find_begun(second, second.manifest.services[1])
    assert waiting is not None
    assert other is not None
    pause = threading.Event()
    while not _subjects():
        pause.wait(0.1)
    suites_beside.end_all()
    for begun in (waiting, other):
        with pytest.raises(RunEnded):
            begun.evidence()
    assert not _subjects()
    assert not list(release.settings.home.rglob("run-*"))


@dataclass
class Endless:
    """Suites that only the end of their run ends, but for one that is ready at once."""

    ready: str = ""
    ends: list[bool] = field(default_factory=list)
    at_work: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))

    def __call__(self, look: Look, service: Service) -> Any:  # noqa: ANN401 - evidence
        """Answer, or wait for the end."""
        if service.id == self.ready:
            return look.found("suite", service.id, Answer.YES, "ready")
        self.at_work.release()
        self.ends.append(look.ended.wait(60))
        raise RunEnded(service.id)


def test_what_interrupts_a_waiting_step_ends_the_others(
    release: Tiny, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As Ctrl-C, the end of the timebox and Dagster's own word to end do.

    By a signal, since nothing less wakes a thread that waits for a lock.
    """
    suites = Endless()
    monkeypatch.setattr("atom_release.probes.suite.probe.run_suite", suites)
    work = works(release, "interrupted", range(2))[0]
    begun = suites_beside.find_begun(work, work.manifest.services[0])
    assert begun is not None
    assert all(suites.at_work.acquire(timeout=60) for _ in range(2))

    def interrupt() -> None:
        while not begun.ended.wanted:
            threading.Event().wait(0.01)
        signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)

    former = signal.signal(signal.SIGINT, signal.default_int_handler)
    threading.Thread(target=interrupt, daemon=True).start()
    try:
        with pytest.raises(KeyboardInterrupt):
            begun.evidence()
    finally:
        signal.signal(signal.SIGINT, former)
    assert not _asking()
    assert suites.ends == [True, True]


def test_a_run_that_ends_between_two_steps_ends_them(
    release: Tiny, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No step is at work then, and at the end of the process Python waits for their threads."""
    suites = Endless()
    monkeypatch.setattr("atom_release.probes.suite.probe.run_suite", suites)
    work = works(release, "between", range(2))[0]
    assert suites_beside.find_begun(work, work.manifest.services[0]) is not None
    assert all(suites.at_work.acquire(timeout=60) for _ in range(2))

    @dg.asset(required_resource_keys={"release"})
    def step() -> None:
        """Do nothing that would end them."""

    resource = ReleaseResource.from_settings(release.settings)
    assert dg.materialize([step], resources={"release": resource}).success
    assert not _asking()
    assert suites.ends == [True, True]


def test_what_interrupts_another_step_ends_them_too(
    release: Tiny, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The step that is interrupted reads the report of a service whose suite runs meanwhile."""
    suites = Endless(ready="X.1")
    monkeypatch.setattr("atom_release.probes.suite.probe.run_suite", suites)
    first, second = works(release, "elsewhere", range(2))[:2]
    blueprint = Blueprint(first.manifest)
    steps = {station.name: station for station in stations(blueprint)}
    list(materialize(first, blueprint, steps[first.name]))
    assert suites.at_work.acquire(timeout=60)

    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("atom_release.probes.claims.collect", interrupted)
    with pytest.raises(KeyboardInterrupt):
        list(materialize(second, blueprint, steps[second.name]))
    assert not _asking()
    assert suites.ends == [True]


def _asking() -> list[threading.Thread]:
    """Return the threads that ask suites."""
    return [thread for thread in threading.enumerate() if thread.name == "suites beside"]


def _subjects() -> list[psutil.Process]:
    """Return the processes below this one that run tests."""
    processes = []
    for process in psutil.Process().children(recursive=True):
        try:
            if "--junitxml" in " ".join(process.cmdline()):
                processes.append(process)
        except psutil.Error:
            continue
    return processes


def test_an_error_of_one_is_evidence_of_that_one_alone(
    release: Tiny, monkeypatch: pytest.MonkeyPatch
) -> None:
    def raise_for_second(look: Look, service: Service) -> Any:  # noqa: ANN401 - evidence
        if service.id == "X.2":
            raise ValueError("broken")
        return look.found("suite", service.id, Answer.YES, "asked")

    monkeypatch.setattr("atom_release.probes.suite.probe.run_suite", raise_for_second)
    answers = [ask(work) for work in works(release, "broken", range(SERVICES))]
    assert [answer["answer"] for answer in answers] == ["yes", "unknown", "yes"]
    assert "broken" in answers[1]["reason"]


@pytest.mark.slow
def test_a_run_of_the_graph_asks_them_side_by_side(tmp_path: Path) -> None:
    """By the way that the command line takes, with every criterion as by steps alone."""
    release = many_services.make(tmp_path, SERVICES, suite_seconds=0)
    begun: list[int] = []
    original = suites_beside.SuitesBeside.__init__

    def counting(self: Any, work: Work, services: Sequence[Service], at_once: int) -> None:  # noqa: ANN401
        begun.append(len(services))
        original(self, work, services, at_once)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(suites_beside.SuitesBeside, "__init__", counting)
        result = run(release.subject(), acts=False)
    assert begun == [SERVICES]
    assert {entry.id: str(entry.outcome) for entry in result.decision.criteria} == {
        "X.1": "PASS",
        "X.2": "PASS",
        "X.3": "PASS",
        "AC1": "PASS",
        "AC5": "PASS",
    }
