"""The runs of one suite and the evidence made of them.

A collection, the repeats, and three controls: without the code, with the code as it is but written
differently, and with wrong results of it.
"""

from __future__ import annotations

import threading
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar

from atom_release.gate.rules.isolation import common_isolation
from atom_release.gate.vocabulary import Answer, ControlState
from atom_release.lab.ablation import ablate, spare
from atom_release.lab.distortion import distort
from atom_release.lab.failure_cause import causes, stays
from atom_release.lab.idling import idle
from atom_release.lab.junit import Outcome
from atom_release.lab.left_whole import names_left_whole
from atom_release.lab.log_text import kept_log
from atom_release.probes.suite import canary, trees
from atom_release.probes.suite.choice import chooses
from atom_release.probes.suite.control import Control
from atom_release.probes.suite.distorted import Distorted
from atom_release.probes.suite.sorting import compare
from atom_release.probes.suite.trial import Trial

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence
    from contextlib import AbstractContextManager
    from pathlib import Path

    from atom_release.gate.facts.evidence import Evidence
    from atom_release.gate.facts.suite import SuiteFacts
    from atom_release.lab.look import Look
    from atom_release.lab.rewriting import Call, Rewrite, Rewritten
    from atom_release.probes.suite.bench import Bench
    from atom_release.probes.suite.run import Run


def _nothing(_runs: Sequence[Run]) -> Mapping[str, str]:
    return {}


@dataclass(frozen=True)
class Finding:
    """A trial and its control, if there was anything to control, with the digest of the copy."""

    trial: Trial
    control: Control | None
    copy: str
    by_manifest: bool = False  # the manifest's own arguments choose among the tests

    @property
    def runs(self) -> tuple[tuple[str, Run], ...]:
        """Every run that was made, each with what it is called."""
        control = self.control
        distorted = control.distorted if control else None
        idling = distorted.idle if distorted else None
        twin = control.twin if control else None
        return (
            ("the collection", self.trial.collection),
            *((f"run {run.seed}", run) for run in self.trial.runs),
            *([("the run without the code", control.run)] if control else []),
            *(
                [("the run against other answers", control.answered)]
                if control and control.answered
                else []
            ),
            *([("the run with code written differently", twin)] if twin else []),
            *([("the run with wrong results", distorted.run)] if distorted else []),
            *([("the run with idle code", idling)] if idling else []),
        )


@dataclass(frozen=True)
class Series:
    """What is run: `bench` with the code, `without` without it.

    `excuse` names failures that are no fault of the tests.
    """

    look: Look
    bench: Bench
    without: Bench
    repeats: int
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
                collecting = pool.submit(self.bench.run, tree, 0, collect_only=True)
                repeating = [
                    pool.submit(self._repeat, tree, seed, stop)
                    for seed in range(1, self.repeats + 1)
                ]
                collection = collecting.result()
                controlling = self._begin_control(pool, collection, stop)
                runs = [run for pending in repeating if (run := pending.result())]
                trial = Trial(collection, runs, self.repeats, self.excuse(runs))
                control = controlling.result() if controlling else None
                return Finding(
                    trial,
                    control.only(trial.always_passed) if control else None,
                    digest,
                    self._chooses,
                )
            except BaseException:
                for event in (stop, self.bench.sandbox.stopped, self.without.sandbox.stopped):
                    event.set()
                raise

    @property
    def _chooses(self) -> bool:
        bench = self.bench
        return chooses(bench.arguments, bench.environment, by_pytest=bench.by_pytest)

    def _repeat(self, tree: Path, seed: int, stop: threading.Event) -> Run | None:
        if stop.is_set():
            return None
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
        return pool.submit(self._run_control, collection, stop)

    def _run_control(self, collection: Run, stop: threading.Event) -> Control | None:
        if stop.is_set():
            return None
        keep = _calls(collection)
        control = self._run_without_code(collection, keep)
        if control.judged.state is ControlState.ALIVE and self.answering and not stop.is_set():
            with self._rewritten(ablate, keep) as (copy, _):
                control = control.against(self.answering.run(copy, 1))
        return self._beside_others(control, keep, stop)

    def _beside_others(
        self, control: Control, keep: Collection[Call], stop: threading.Event
    ) -> Control:
        """Return the control with those of code that is there, and runs."""
        if stop.is_set() or not self.distorts:
            return control
        if control.reached or control.failed or control.lost:
            with self._rewritten(self.ways[0], keep) as (copy, _):
                control = control.beside_twin(self.without.run(copy, 1))
        return control.beside(self._run_distorted(keep, stop, control.by_text))

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

    def _run_distorted(
        self, keep: Collection[Call], stop: threading.Event, by_text: Collection[str]
    ) -> Distorted | None:
        """Run with wrong results; None where there are none to change."""
        if stop.is_set():
            return None
        _, to_distort, to_idle = self.ways
        with self._rewritten(to_distort, keep) as (copy, changed):
            if not changed.functions:
                return None
            distorted = Distorted.of(changed, self.without.run(copy, 1), by_text)
        if not distorted.unnoticed or stop.is_set():
            return distorted
        with self._rewritten(to_idle, keep) as (copy, _):
            return replace(distorted, idle=self.without.run(copy, 1))

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


def evidence(
    look: Look,
    question: str,
    subject: str,
    finding: Finding,
    more: Callable[[SuiteFacts], SuiteFacts] = lambda facts: facts,
) -> Evidence:
    """Put what was found into evidence; `more` adds what a question has beside the runs."""
    trial, control = finding.trial, finding.control
    verdict = trial.verdict.without_files(look.tree.missing)
    for label, run in finding.runs:  # for people who look for the cause of what it came to
        heading = f"{question} {subject}, {label}: status {run.status}"
        look.keep(heading, kept_log(run.output))
    facts = trial.facts.model_copy(
        update={
            "control": control.facts if control else None,
            "by_manifest": finding.by_manifest,
        }
    )
    reason = verdict.reason
    if verdict.answer is Answer.YES and facts.beside:
        reason = f"{reason}; {facts.beside}"
    return look.found(
        question,
        subject,
        verdict.answer,
        reason,
        remedy=verdict.remedy,
        control=control.judged if control else None,
        facts=more(facts).to_json(),
        sources={"copy of the judged tree": finding.copy},
        tools={
            name: trial.collection.witness[name]
            for name in ("python", "pytest", "node", "vitest", "jest", "mocha")
            if name in trial.collection.witness
        },
        isolation=common_isolation(run.isolation for _, run in finding.runs),
    )
