"""Suites of several services side by side, where one process takes all steps of a run.

Steps come one after another, and a suite is mostly one run of its tests at a time. So the first
step that runs a suite has those of the steps after it begun too, in threads; each step waits for
its own, judges, signs and shows it as if it had run it itself. What is evidence, in which order it
is told and what the terminal shows stays the steps' affair. How many tests run at once on the
machine, and that none does beside a measurement, is `lab.places`'s.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Collection, Iterator, Sequence
from concurrent.futures import Future, wait
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import psutil

from atom_release.errors import TimeboxExceeded
from atom_release.gate.catalogue.criteria import evidence_asset
from atom_release.lab import places
from atom_release.lab.closing import Closing, at_process_end
from atom_release.lab.rights import readable_by_subject
from atom_release.release import timebox
from atom_release.release.ask_rehearsal import keep_logs
from atom_release.release.kept_evidence import find_kept_suite

if TYPE_CHECKING:
    from atom_release.gate.facts.evidence import Evidence
    from atom_release.gate.manifest import Service
    from atom_release.release.work import Work

_NOTICED = 1.0  # seconds until a signal is noticed at the latest
_ENDING = 20.0  # seconds that suites have to end once their run is over
_MEBI = 1 << 20
_begun: dict[str, SuitesBeside] = {}


@dataclass
class BegunSuite:
    """The suite of one service: its evidence once there is any, its log, and what it took."""

    service: Service
    logs: list[bytes] = field(default_factory=list)
    seconds: float = 0.0
    ended: places.Ahead = field(default_factory=places.Ahead)
    outcome: Future[Evidence] = field(default_factory=Future)

    def evidence(self) -> Evidence:
        """Return the evidence, or raise what its probe raised; waits for it.

        What interrupts the wait ends the run, and with it the others: where the process ends now,
        Python would first wait for the threads that they run in. The wait is a short one at a time:
        a signal that came just before it would not be noticed by the end of it.
        """
        try:
            self.ended.wanted = True
            while not self.outcome.done():
                wait([self.outcome], _NOTICED)
        except BaseException:
            end_all()
            raise
        return self.outcome.result()


class SuitesBeside(Closing):
    """The suites of a run that are asked side by side, in the manifest's order."""

    def __init__(self, work: Work, services: Sequence[Service], at_once: int) -> None:
        """Take them up; `begin` asks them."""
        self._work, self._ended = work, threading.Event()
        self._suites = {service.id: BegunSuite(service) for service in services}
        self._all = [*self._suites.values()]
        self._waiting = deque(self._all)
        self._cancel = at_process_end(self.close)
        self._threads = [
            threading.Thread(target=self._ask_all, name="suites beside", daemon=True)
            for _ in range(at_once)
        ]

    def begin(self) -> None:
        """Begin to ask."""
        for thread in self._threads:
            thread.start()

    def take(self, service: Service) -> BegunSuite | None:
        """Return a suite that was begun, once."""
        return self._suites.pop(service.id, None)

    def close(self) -> None:
        """End what runs, and wait until its folders are gone."""
        self._cancel()
        self._ended.set()
        for suite in self._all:
            suite.ended.set()
        self._waiting.clear()
        latest = time.monotonic() + _ENDING
        for thread in (thread for thread in self._threads if thread.ident is not None):
            thread.join(max(0.0, latest - time.monotonic()))

    def _ask_all(self) -> None:
        while not self._ended.is_set():
            try:
                suite = self._waiting.popleft()
            except IndexError:
                return
            try:
                evidence = self._timed(suite)
            except BaseException as error:  # noqa: BLE001 - the step that waits raises it
                suite.outcome.set_exception(error)
            else:
                suite.outcome.set_result(evidence)

    def _timed(self, suite: BegunSuite) -> Evidence:
        began = time.monotonic()
        try:
            return self._ask(suite)
        finally:
            suite.seconds = time.monotonic() - began

    def _ask(self, suite: BegunSuite) -> Evidence:
        from atom_release.probes.suite.probe import run_suite

        look = self._work.look
        if look.clock() >= self._work.boundary.deadline:
            raise TimeboxExceeded(
                "The timebox of the release ended before this suite was run.", timebox.REMEDY
            )
        with readable_by_subject():
            return run_suite(
                keep_logs(replace(look, ended=suite.ended, tell=_teller(suite)), suite.logs),
                suite.service,
            )


def _teller(suite: BegunSuite) -> Callable[[str, float], None]:
    """Return what tells of a suite while its own step is at work."""
    from atom_release.release import progress

    step = evidence_asset(suite.service)

    def tell(doing: str, share: float | None = None) -> None:
        if suite.ended.wanted:  # its step is at work
            progress.announce(step, doing, share)

    return tell


def find_begun(work: Work, service: Service) -> BegunSuite | None:
    """Return a service's suite as it is asked beside others; None where each step asks its own.

    The first that is wanted of a run has those of the others begun.
    """
    if work.run_id not in _begun:
        end_all()
        services = [service, *_others(work, service)]
        at_once = _at_once(services)
        if len(services) == 1 or at_once == 1:
            return None
        _begun[work.run_id] = SuitesBeside(work, services, at_once)  # known before a thread starts
        _begun[work.run_id].begin()
    return _begun[work.run_id].take(service)


def _others(work: Work, service: Service) -> Iterator[Service]:
    """Yield the services whose suites this process is going to run in this run."""
    steps: Collection[str] = work.beside
    for other in work.manifest.services:
        if other.id != service.id and other.suite is not None and evidence_asset(other) in steps:
            later = replace(work, name=evidence_asset(other))
            wanted = later.boundary.wants([("suite", other.id)])
            if wanted and find_kept_suite(later, other) is None:
                yield other


def _at_once(services: Sequence[Service]) -> int:
    """Return how many suites are asked at once: as the places have it.

    No more than memory holds at their limits, where that is less than the places would let run.
    """
    largest = max(service.suite.memory_mb for service in services if service.suite is not None)
    held = psutil.virtual_memory().available // (largest * _MEBI)
    wanted = places.at_once() if held >= places.number() else held // places.RUNS_OF_SUITE
    return int(max(1, min(wanted, len(services))))


@contextmanager
def ended_with_block() -> Iterator[None]:
    """End what is still asked when the block ends, whatever ended it."""
    try:
        yield
    finally:
        end_all()


@contextmanager
def ended_by_interrupt() -> Iterator[None]:
    """End what is still asked where the block is interrupted, in whatever it does.

    An error of a step is none: the run goes on with the others.
    """
    try:
        yield
    except Exception:
        raise
    except BaseException:
        end_all()
        raise


def end_all() -> None:
    """End what runs of any run in this process."""
    while _begun:
        _begun.popitem()[1].close()
