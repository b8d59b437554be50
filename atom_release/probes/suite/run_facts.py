"""What one run of a suite says in numbers, and whether its results can be believed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from atom_release.gate.facts.suite import RunFacts
from atom_release.gate.first_few import first_few
from atom_release.lab.junit import Outcome
from atom_release.probes.suite.run import FAILED, PASSED

if TYPE_CHECKING:
    from atom_release.probes.suite.run import Run

_MESSAGES = 50
_BEFORE_THE_TESTS = frozenset({2, 3, 4, 5})  # interrupted, internal error, usage, no tests


def disagreement(run: Run, collection: Run) -> str:
    """Compare the JUnit file with the exit status and with the separate collection."""
    results = run.results
    if results is None:
        return run.problem
    bad = len(results.having(Outcome.FAILED, Outcome.ERROR))
    if (
        (run.status == PASSED and bad)
        or (run.status != PASSED and not bad)
        or run.status not in {PASSED, FAILED}
    ):
        return (
            f"the JUnit file does not agree with the exit status: {bad} failed, status {run.status}"
            f" ({run.last_lines})"
        )
    collected = set(collection.collected)
    if set(results.cases) != collected:
        missing, extra = (
            sorted(collected - set(results.cases)),
            sorted(set(results.cases) - collected),
        )
        which = f"it lacks {first_few(missing)}" if missing else f"it has {first_few(extra)}"
        return (
            f"the JUnit file does not agree with the collection: {len(results.cases)} and"
            f" {len(collected)} tests, {which}"
        )
    return ""


def unread(run: Run) -> str:
    """Return which words of the JUnit file the gate does not know; nothing if it knows all."""
    cases = run.results.having(Outcome.UNKNOWN) if run.results else []
    if not cases:
        return ""
    return (
        f"the JUnit file says of {first_few([case.id for case in cases])} what the gate cannot read"
        f" as passed, failed or skipped: {one_line(cases[0].message)}"
    )


def run_facts(run: Run) -> RunFacts:
    """Return the numbers of one run, and what failed in it."""
    counts = run.results.count() if run.results else {}
    bad = run.results.having(Outcome.FAILED, Outcome.ERROR) if run.results else []
    facts = RunFacts(
        seed=run.seed,
        status=run.status,
        failing=[case.id for case in bad],
        messages={case.id: one_line(case.message) for case in bad[:_MESSAGES]},
        met_limit=run.met_limit,
        problem=run.problem or unread(run) or _ended_early(run),
        counted={**run.counted},
        failures=run.failures,
    )
    return facts.model_copy(update=counts)


def _ended_early(run: Run) -> str:
    """Return why a run of pytest ended before it had all of its tests, or nothing.

    What then passed, or did not, is no count of the suite: a module that is missing here, an
    option that nobody knows.
    """
    if "pytest" not in run.witness or run.status not in _BEFORE_THE_TESTS:
        return ""
    return f"pytest ended with status {run.status} and did not collect all tests"


def one_line(text: str) -> str:
    """Return a message's first 200 characters on one line, or that there is none."""
    return " ".join(text.split())[:200] or "it did not say why"
