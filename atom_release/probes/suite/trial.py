"""What the runs of one suite come to.

All passed in every run, a test failed, or neither can be said.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from atom_release.gate.facts.suite import CaseRate, CountsFacts, FailureFacts, SuiteFacts
from atom_release.gate.first_few import first_few
from atom_release.gate.vocabulary import Answer
from atom_release.lab.failure_cause import causes, remedy, words_of_cause
from atom_release.lab.junit import Outcome
from atom_release.lab.junit_results import last_place
from atom_release.probes.suite.run import FAILED, NOTHING, PASSED
from atom_release.probes.suite.run_facts import disagreement, run_facts, unread
from atom_release.probes.suite.told_failure import failure_facts, failure_of, remedy_of, words_of
from atom_release.probes.suite.verdict import Verdict

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from atom_release.lab.junit_results import Case
    from atom_release.probes.suite.run import Run

_NAMED = 3
_SHOW = "Commit what the tests read, or have the operator add that path to the readable ones."
_LOOK = "See the run's output among the artifacts."
_FEWER = {
    "memory": "Let the tests hold less memory, or give the suite more by its `memory_mb`.",
    "wall": "Let the tests be faster, or give the suite more time by its `timeout`.",
    "cpu": "Let the tests be faster, or give the suite more time by its `timeout`.",
    "processes": "Let the tests run fewer processes and threads at once, and end those they start.",
    "disk": "Let the tests write less, or remove what they wrote.",
}
_VARIES = (
    "The same commit passes and fails: find what differs from run to run (random numbers, time,"
    " order, threads), in the code or in the test, and commit what makes it the same."
)


@dataclass(frozen=True)
class Trial:
    """A collection and the runs that followed it.

    `excused` are failures that are known to be no fault of the tests, with the reason.
    """

    collection: Run
    runs: Sequence[Run]
    wanted: int
    excused: Mapping[str, str]

    @property
    def is_collected_apart(self) -> bool:
        """Whether the collection is a run beside the others, and none of them."""
        return self.collection.seed == 0

    @property
    def verdict(self) -> Verdict:
        """What these runs show, a proven failure before a doubt."""
        return _uncollected(self.collection) or self._failure() or self._doubt() or self._success()

    @property
    def always_passed(self) -> list[str]:
        """The tests that passed in every run."""
        counted = self._counted(Outcome.PASSED)
        return sorted(name for name, times in counted.items() if times == len(self.runs))

    @property
    def facts(self) -> SuiteFacts:
        """The numbers of every run and the pass rate of every test."""
        passed = self._counted(Outcome.PASSED)
        ran = self._counted(Outcome.PASSED, Outcome.FAILED, Outcome.ERROR)
        first = next((run.results.count() for run in self.runs if run.results), None)
        return SuiteFacts(
            runs=[
                run_facts(run).model_copy(update={"ended": _ended_itself(run, self.collection)})
                for run in self.runs
            ],
            collected=len(self.collection.collected),
            left_out=self.collection.left_out,
            left_out_by=self.collection.left_out_by,
            expected_failures=max((run.counted.get("xfailed", 0) for run in self.runs), default=0),
            counts=CountsFacts(**first) if first else None,
            cases={
                name: CaseRate(passed=passed[name], ran=times)
                for name, times in sorted(ran.items())
            },
            not_the_code={
                case: why for run in self.runs for case, why in self._not_the_code(run).items()
            },
        )

    def _counted(self, *outcomes: Outcome) -> Counter[str]:
        return Counter(
            case.id for run in self.runs if run.results for case in run.results.having(*outcomes)
        )

    def _not_the_code(self, run: Run) -> dict[str, str]:
        """Return the failing, or never really run, tests of a run whose surroundings erred."""
        cases = (
            run.results.having(Outcome.FAILED, Outcome.ERROR, Outcome.SKIPPED)
            if run.results
            else []
        )
        excused = {
            case.id: self.excused[case.id]
            for case in cases
            if case.id in self.excused and case.outcome is not Outcome.SKIPPED
        }
        return causes(cases) | excused

    @property
    def failure(self) -> FailureFacts | None:
        """The test that failed most by its own judgement, as fields."""
        proven, times = self._proven()
        if not proven or _uncollected(self.collection):
            return None
        worst = _worst(times)
        return failure_facts(proven[worst], proven, times[worst])

    @property
    def _sound(self) -> list[Run]:
        """The runs that failed by their tests' own judgement, and met no limit."""
        return [
            run
            for run in self.runs
            if run.results and run.met_limit is None and run.status == FAILED
        ]

    def _proven(self) -> tuple[dict[str, Case], Counter[str]]:
        """Return the tests that failed by their own judgement, and in how many runs each did."""
        proven: dict[str, Case] = {}
        times: Counter[str] = Counter()
        for run in self._sound:
            excused = self._not_the_code(run)
            for case in run.results.having(Outcome.FAILED, Outcome.ERROR) if run.results else ():
                if case.id not in excused:
                    proven.setdefault(case.id, case)
                    times[case.id] += 1
        return proven, times

    def _failure(self) -> Verdict | None:
        """Return what the tests show that failed by their own judgement, if any did."""
        proven, times = self._proven()
        if not proven:
            return None
        flaky = {name: count for name, count in times.items() if count < len(self.runs)}
        worst = _worst(times)
        place = f"{proven[worst].place}: " if proven[worst].place else ""
        if len(flaky) == len(proven):
            rates = ", ".join(
                f"{name} in {count} of {len(self.runs)} runs"
                for name, count in sorted(flaky.items())[:_NAMED]
            )
            return Verdict(
                Answer.NO,
                f"flaky: {place}{rates} failed: {words_of(proven[worst])}",
                _VARIES,
            )
        ended = next((f"; {run.ended}" for run in self._sound if run.ended), "")
        summary = failure_of(proven[worst], proven)
        return Verdict(Answer.NO, f"{summary}{ended}", remedy_of(proven[worst]))

    def _doubt(self) -> Verdict | None:
        for run in self.runs:
            doubt = self._doubtful(run)
            if doubt:
                return Verdict(
                    Answer.UNKNOWN,
                    f"{doubt} (run {run.seed} of {self.wanted})",
                    self._advice(run),
                )
        if len(self.runs) < self.wanted:
            return Verdict(Answer.UNKNOWN, f"only {len(self.runs)} of {self.wanted} runs were made")
        return None

    def _advice(self, run: Run) -> str:
        if run.met_limit:
            return _FEWER.get(run.met_limit, _LOOK)
        outside = sorted(set(self._not_the_code(run).values()))
        return next((advice for why in outside if (advice := remedy(why))), _LOOK)

    def _doubtful(self, run: Run) -> str:
        if run.met_limit:
            return (
                f"the suite met its {_limit(run.met_limit)} limit, also with limits four times as"
                " high"
            )
        if run.results is None and run.hidden_path:
            return (
                f"the run ended with status {run.status}: {run.hidden_path} is outside what the"
                " tests may see"
            )
        if run.results is None:
            return f"the run ended with status {run.status} and {run.problem}: {run.last_lines}"
        if unread(run):
            return unread(run)
        outside = self._not_the_code(run)
        if outside:
            return _not_really_run(run, outside)
        return disagreement(run, self.collection)

    def _success(self) -> Verdict:
        counts = [run.results.count() for run in self.runs if run.results]
        passed, skipped = counts[0]["passed"], counts[0]["skipped"]
        if not all(count["passed"] for count in counts):
            return Verdict(
                Answer.UNKNOWN,
                f"no test ran: {skipped} skipped",
                "Let the suite run here, or name an interpreter that has what it needs.",
            )
        beside = f", {skipped} skipped" if skipped else ""
        return Verdict(
            Answer.YES,
            f"{passed} of {passed} tests passed in {len(self.runs)} of {self.wanted} runs{beside}",
        )


def _worst(times: Counter[str]) -> str:
    """Return the test that failed in the most runs; of several the last by name."""
    return max(times, key=lambda name: (times[name], name))


def _not_really_run(run: Run, outside: Mapping[str, str]) -> str:
    """Return which tests did not really run, why, and the line of the first that says it."""
    why, names = first_few(sorted(set(outside.values()))), sorted(outside)
    first = run.results.cases.get(names[0]) if run.results else None
    words = words_of_cause(first, outside[names[0]]) if first else ""
    many = "1 test" if len(names) == 1 else f"{len(names)} tests"
    named = f" ({words})" if words else ""
    return f"{many} did not really run, {why}{named}: {first_few(names)}"


def _ended_itself(run: Run, collection: Run) -> bool:
    """Return whether a run's process was gone before it had written its results.

    Where its tests could be collected, by no limit, and for nothing that it was not shown.
    """
    return (
        collection.status == PASSED
        and run.results is None
        and not run.met_limit
        and not run.hidden_path
    )


def _uncollected(collection: Run) -> Verdict | None:
    """Return why nothing can be run, if so."""
    if collection.met_limit:
        return Verdict(
            Answer.UNKNOWN,
            f"collecting the tests met the {_limit(collection.met_limit)} limit, also with limits"
            " four times as high",
            _FEWER.get(collection.met_limit, _LOOK),
        )
    if collection.status == NOTHING or (collection.status == PASSED and not collection.collected):
        return Verdict(
            Answer.UNKNOWN,
            "no test was collected",
            "See that the manifest's test paths hold tests.",
        )
    if collection.status != PASSED:
        place = f" ({at})" if (at := last_place(collection.output)) else ""
        why = _error_of(collection.output) or collection.problem or collection.last_words
        if collection.hidden_path:
            return Verdict(
                Answer.UNKNOWN,
                f"the tests could not be collected: {collection.hidden_path} is outside what they"
                f" may see ({why[:300]})",
                _SHOW,
            )
        return Verdict(
            Answer.UNKNOWN,
            f"the tests could not be collected: {why[:300]}{place}",
            "Name an interpreter or requirements with what the suite and its options need.",
        )
    return None


def _error_of(output: str) -> str:
    """Return the error that a collection ended with: of a module, else of pytest's own options.

    An option of a plugin that is not there is named before or after all that was collected.
    """
    lines = output.splitlines()
    raised = [line[2:].strip() for line in lines if line.startswith("E  ")]
    misused = [line for line in lines if re.match(r"ERROR: (?!usage: )|\S+: error: ", line)]
    return (raised or misused or [""])[-1]


def _limit(name: str) -> str:
    return {"wall": "time", "cpu": "processor time"}.get(name, name)
