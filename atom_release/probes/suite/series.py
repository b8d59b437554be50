"""The runs of one suite: a collection, the repeats, and three controls.

Without the code, with the code as it is but written differently, and with wrong results of it. What
they found is `finding`.
"""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar, TypeVar

from atom_release.gate.vocabulary import ControlState
from atom_release.lab.ablation import ablate, spare
from atom_release.lab.distortion import distort
from atom_release.lab.failure_cause import causes, stays
from atom_release.lab.idling import idle
from atom_release.lab.junit import Outcome
from atom_release.lab.left_whole import names_left_whole
from atom_release.probes.suite import canary, trees
from atom_release.probes.suite.choice import chooses
from atom_release.probes.suite.control import Control
from atom_release.probes.suite.distorted import Distorted
from atom_release.probes.suite.finding import Finding
from atom_release.probes.suite.other_version import find_other_versions, loaded_in_copy
from atom_release.probes.suite.repeats import Repeats
from atom_release.probes.suite.sorting import compare
from atom_release.probes.suite.trial import Trial

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
    from concurrent.futures import Future
    from contextlib import AbstractContextManager
    from pathlib import Path

    from atom_release.lab.look import Look
    from atom_release.lab.rewriting import Call, Rewrite, Rewritten
    from atom_release.probes.suite.bench import Bench
    from atom_release.probes.suite.run import Run

    Changed = tuple[Rewritten, Run]


T = TypeVar("T")


def _nothing(_runs: Sequence[Run]) -> Mapping[str, str]:
    return {}


@dataclass(frozen=True)
class Series:
    """What is run: `bench` with the code, `without` without it.

    `excuse` names failures that are no fault of the tests.
    """

    look: Look
    bench: Bench
    without: Bench
    repeats: int | None  # None: as many as it takes for them to agree
    sources: Sequence[str]
    tests: Sequence[str]
    at_once: int
    setup_counts: bool = False
    distorts: bool = True  # whether it also runs with code that gives wrong results
    excuse: Callable[[Sequence[Run]], Mapping[str, str]] = _nothing
    answering: Bench | None = None  # as `without`, where what is asked answers all the same
    # to do what it did, to give wrong results, to do nothing
    ways: ClassVar[tuple[Rewrite, Rewrite, Rewrite]] = (spare, distort, idle)

    def carry_out(self) -> Finding:
        """Make the runs.

        Once one of them met a limit twice over, or failed for a cause that will not go away by
        running it again, those not yet begun are not begun.
        """
        tree, digest = trees.judged(self.look, self.bench.history, self.bench.built)
        stop = threading.Event()
        with ThreadPoolExecutor(self.at_once, "suite") as pool:
            try:
                return self._carry_out(pool, tree, digest, stop)
            except BaseException:
                for event in (stop, self.bench.sandbox.stopped, self.without.sandbox.stopped):
                    event.set()
                raise

    def _carry_out(
        self, pool: ThreadPoolExecutor, tree: Path, digest: str, stop: threading.Event
    ) -> Finding:
        repeats = Repeats(self.repeats)
        first = repeats.first(collects=not self.bench.by_pytest)
        collecting = pool.submit(self._collect, tree, stop, counts=first[0] > 1)
        begun = [pool.submit(self._repeat, tree, seed, stop) for seed in first]
        collection, counted = collecting.result()
        controlling = self._begin_control(pool, collection, stop)
        runs = [*counted, *_made(begun)]
        control = controlling.result() if controlling else None
        trial = Trial(collection, runs, repeats.wanted(), self.excuse(runs))
        by_text = control.only(trial.always_passed).by_text if control else ()
        if not stop.is_set() and (more := repeats.more(runs, by_text=bool(by_text))):
            runs += _made([pool.submit(self._repeat, tree, seed, stop) for seed in more])
            trial = Trial(collection, runs, repeats.wanted(more), self.excuse(runs))
        return Finding(
            trial, control.only(trial.always_passed) if control else None, digest, self._chooses
        )

    @property
    def _chooses(self) -> bool:
        bench = self.bench
        return chooses(bench.arguments, bench.environment, by_pytest=bench.by_pytest)

    def _collect(
        self, tree: Path, stop: threading.Event, *, counts: bool
    ) -> tuple[Run, Sequence[Run]]:
        """Return the collection, and beside it the run that stands for it where that counts."""
        if not counts:
            return self.bench.run(tree, 0, collect_only=True), ()
        run = self._run_once(tree, 1, stop)
        return self.bench.as_collection(run), [run]

    def _repeat(self, tree: Path, seed: int, stop: threading.Event) -> Run | None:
        return None if stop.is_set() else self._run_once(tree, seed, stop)

    def _run_once(self, tree: Path, seed: int, stop: threading.Event) -> Run:
        run = self.bench.run(tree, seed)
        if (run.met_limit and run.status != 0) or _fails_again(run):
            stop.set()
        return run

    def _begin_control(
        self, pool: ThreadPoolExecutor, collection: Run, stop: threading.Event
    ) -> Future[Control | None] | None:
        if collection.status != 0 or not collection.collected:
            stop.set()
            return None
        return pool.submit(self._run_control, pool, collection, stop)

    def _run_control(
        self, pool: ThreadPoolExecutor, collection: Run, stop: threading.Event
    ) -> Control | None:
        if stop.is_set():
            return None
        keep = _calls(collection)
        beside = self._begin_beside(pool, keep, stop)
        control = self._run_without_code(collection, keep)
        control = self._beside_versions(control, loaded_in_copy((collection, control.run)))
        if control.judged.state is ControlState.ALIVE and self.answering and not stop.is_set():
            with self._rewritten(ablate, keep) as (copy, _):
                control = control.against(self.answering.run(copy, 1))
        return self._beside_others(control, keep, stop, beside)

    def _beside_versions(self, control: Control, loaded: Iterable[str]) -> Control:
        """Return the control with what the tests load that is another version of the code."""
        versions = find_other_versions(self.look.tree, control.ablated.files, loaded)
        return replace(control, versions=versions)

    def _begin_beside(
        self, pool: ThreadPoolExecutor, keep: Collection[Call], stop: threading.Event
    ) -> Beside | None:
        """Begin the other controls beside the run without the code, the longest first."""
        if not self.distorts:
            return None
        return Beside(
            pool.submit(self._run_twin, keep, stop), pool.submit(self._run_distorted, keep, stop)
        )

    def _beside_others(
        self, control: Control, keep: Collection[Call], stop: threading.Event, beside: Beside | None
    ) -> Control:
        """Return the control with those of code that is there, and runs.

        The one with wrong results first: this thread makes it where none was free for it, while
        another still makes the twin's.
        """
        if stop.is_set() or beside is None:
            return control
        twin_says = bool(control.reached or control.failed or control.lost)
        if not twin_says:
            beside.twin.cancel()
        changed = _made_or(beside.distorted, self._run_distorted, keep, stop)
        if twin_says and (twin := _made_or(beside.twin, self._run_twin, keep, stop)):
            control = control.beside_twin(twin)
        return control.beside(self._judge_distorted(changed, keep, stop, control.by_text))

    def _run_twin(self, keep: Collection[Call], stop: threading.Event) -> Run | None:
        """Run with code that is written differently and does what it did."""
        if stop.is_set():
            return None
        with self._rewritten(self.ways[0], keep) as (copy, _):
            return self.without.run(copy, 1)

    def _run_without_code(self, collection: Run, keep: Collection[Call]) -> Control:
        with self._rewritten(ablate, keep) as (copy, ablated):
            if self.without.by_pytest:
                planted = canary.plant(copy, self.without.paths)
                bench = replace(self.without, paths=[*self.without.paths, planted.path])
                control = self._compare(collection, bench, copy, ablated)
                made_up = planted.passed(control.run)
                if made_up or control.judged.state is not ControlState.WEAK:
                    return replace(control, made_up=made_up)
                (copy / planted.path).unlink()  # a suite that stops at a first failure ended there
            return self._compare(collection, self.without, copy, ablated)

    def _compare(self, collection: Run, bench: Bench, copy: Path, ablated: Rewritten) -> Control:
        run = bench.run(copy, 1)
        control = compare(collection.collected, run, ablated, copy, setup_counts=self.setup_counts)
        if not self.distorts or control.judged.state is not ControlState.VACUOUS:
            return control  # code that runs elsewhere is not used by name
        left = names_left_whole(copy, self.sources, tests=self.tests, kept=ablated.kept)
        return replace(control, left_whole=left)

    def _run_distorted(self, keep: Collection[Call], stop: threading.Event) -> Changed | None:
        """Run with wrong results; None where there are none to change."""
        if stop.is_set():
            return None
        with self._rewritten(self.ways[1], keep) as (copy, changed):
            return (changed, self.without.run_once(copy, 1)) if changed.functions else None

    def _judge_distorted(
        self,
        changed: Changed | None,
        keep: Collection[Call],
        stop: threading.Event,
        by_text: Collection[str],
    ) -> Distorted | None:
        """Return what the tests noticed; where it is nothing, they are run with idle code too."""
        distorted = Distorted.of(*changed, by_text) if changed else None
        if distorted is None or not distorted.unnoticed or stop.is_set():
            return distorted
        with self._rewritten(self.ways[2], keep) as (copy, _):
            return replace(distorted, idle=self.without.run_once(copy, 1))

    def _rewritten(
        self, rewrite: Rewrite, keep: Collection[Call]
    ) -> AbstractContextManager[tuple[Path, Rewritten]]:
        """Return a copy with its code written anew, but for what its loading called."""
        return trees.rewritten(
            self.look,
            self.sources,
            rewrite,
            tests=self.tests,
            keep=keep,
            history=self.bench.history,
            built=self.bench.built,
        )


@dataclass(frozen=True)
class Beside:
    """Controls that are made beside the run without the code."""

    twin: Future[Run | None]
    distorted: Future[Changed | None]


def _made_or(
    begun: Future[T | None],
    make: Callable[[Collection[Call], threading.Event], T | None],
    keep: Collection[Call],
    stop: threading.Event,
) -> T | None:
    """Return what was begun, made here where no thread was free for it."""
    return make(keep, stop) if begun.cancel() else begun.result()


def _made(pending: Sequence[Future[Run | None]]) -> list[Run]:
    """Return those runs that were made, as they come to their end."""
    return [run for future in pending if (run := future.result())]


def _fails_again(run: Run) -> bool:
    """Return whether tests failed for want of something that another run would lack too."""
    bad = run.results.having(Outcome.FAILED, Outcome.ERROR) if run.results else []
    return any(stays(why) for why in causes(bad).values())


def _calls(collection: Run) -> set[Call]:
    """Read which functions the imports called, as far as it is what the witness writes."""
    called = collection.witness.get("called", [])
    return {
        (call[0], call[1], call[2])
        for call in called
        if isinstance(call, list) and [type(part) for part in call] == [str, int, str]
    }
