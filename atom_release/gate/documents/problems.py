"""What stops a release, one problem for each cause: criteria that fall for one finding share it.

Several criteria may ask the same of the same service; what one finding makes of all of them is one
problem. What only follows from a problem is none of its own: a report counts tests as passed that
fail, or a service was not asked since it did not start. A test that fails where the gate itself
found the service it asks at fault, or the code that it shares, may see that same fault: nobody
showed it, so it stands beneath that problem as what likely falls with it, with its own place.

The terminal, a job's page and a pull request's comment count and tell the same problems. Nothing is
decided here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from atom_release.gate.catalogue.tasks import tasks
from atom_release.gate.documents.description import Description
from atom_release.gate.documents.rows import Cause, Row
from atom_release.gate.vocabulary import Outcome

if TYPE_CHECKING:
    from atom_release.gate.catalogue.tasks import Task
    from atom_release.gate.manifest import Manifest

_WORST_FIRST = (Outcome.FAIL, Outcome.INCONCLUSIVE, Outcome.BLOCKED)
_TESTS = ("suite", "integration")
_OF_BEHAVIOUR = frozenset(
    {
        "approval",
        "health",
        "isolation",
        "metrics",
        "privacy",
        "routes",
        "tampered-artifact",
        "tokens",
    }
)
"""Questions whose fault a test of the service may see as well."""
_FOLLOWING = {"claims": frozenset({"report", "suite"}), "isolation": frozenset({"migrations"})}
"""What follows from what, where both fail: a report from its tests, tables from migrations."""
_OF_SERVICES = frozenset({"claims"})
_OF_PLACES = frozenset({"secrets", "default-secrets"})
"""Questions of which two that speak of one line speak of one thing."""
_OF_THE_RELEASE = frozenset({"isolation"})
"""Of these, those that are put to what all services share."""


@dataclass(frozen=True)
class Echo:
    """Tests that may fail for a problem that the gate found by itself."""

    row: Row
    description: Description


@dataclass(frozen=True)
class Problem:
    """One cause: what it is, which criteria fall for it, and which tests may see it as well."""

    outcome: Outcome
    causes: tuple[Cause, ...]
    rows: tuple[Row, ...]
    echoes: tuple[Echo, ...] = ()

    @property
    def description(self) -> Description:
        """What is wrong, where, and what to do."""
        return self.causes[0].description

    @property
    def wrong(self) -> str:
        """What is wrong, and who else has the same fault."""
        others = [cause.description.who for cause in self.causes[1:] if cause.description.fault]
        same = f"; the same fault in {', '.join(dict.fromkeys(others))}" if others else ""
        return f"{self.description.wrong}{same}"

    @property
    def where(self) -> str:
        """Every place of it; of one fault in many services the first."""
        if self.description.fault:
            return self.description.where
        return "; ".join(dict.fromkeys(cause.description.where for cause in self.causes))

    @property
    def change(self) -> str:
        """What to do; of one fault in many services also which code they share."""
        codes = [cause.description.code for cause in self.causes]
        shared = [path for path in codes[0] if all(path in code for code in codes)]
        if not self.description.fault or not codes[1:] or not shared:
            return self.description.change
        return f"{self.description.change} All of them share {', '.join(shared)}: look there first."

    @property
    def title(self) -> str:
        """The heading: what is wrong in a few words, and the criteria that fall for it."""
        names = ", ".join(row.heading for row in self.rows)
        return f"{self.description.title} ({names})" if self.description.title else names

    def task(self, manifest: Manifest) -> Task | None:
        """Return what asks the least and this, by the criterion's id; None where nothing does."""
        settling = [
            task
            for task in tasks(manifest).values()
            if any(row.name in task.settles for row in self.rows)
        ]
        least = min(settling, key=lambda task: len(task.settles), default=None)
        if least is None:
            return None
        return least.only(next(row.name for row in self.rows if row.name in least.settles))


def find_problems(rows: Iterable[Row]) -> tuple[Problem, ...]:
    """Return what stops a release by the rows of its criteria, the worst first."""
    refusing = sorted((row for row in rows if not row.accepted), key=_badness)
    pairs = [
        (row, cause)
        for row in refusing
        for cause in row.causes
        if not (_follows(cause, refusing) or _only_observes(row, cause))
    ]
    merged: dict[str, list[tuple[Row, Cause]]] = {}
    for row, cause in pairs:
        merged.setdefault(_fault(cause), []).append((row, cause))
    problems = sorted(map(_problem, merged.values()), key=_order)
    return tuple(_with_echoes(problems))


def _fault(cause: Cause) -> str:
    """Return what causes of one problem have in common: the fault, or what is wrong and next."""
    fault, shown = cause.description.fault, cause.description
    if cause.question in _OF_PLACES and shown.edit:
        return shown.edit
    return f"{cause.question} {fault}" if fault else f"{shown.wrong}\n{shown.change}"


def _order(problem: Problem) -> tuple[int, bool]:
    """Return where a problem stands: the worst first, tests after what the gate found by itself."""
    return _rank(problem.outcome), problem.causes[0].question in _TESTS


def _badness(row: Row) -> int:
    return _rank(row.outcome)


def _rank(outcome: Outcome | None) -> int:
    return _WORST_FIRST.index(outcome) if outcome in _WORST_FIRST else len(_WORST_FIRST)


def _problem(pairs: Sequence[tuple[Row, Cause]]) -> Problem:
    causes = dict.fromkeys(cause for _, cause in pairs)
    outcomes = [Outcome(cause.outcome) for cause in causes if cause.outcome in set(Outcome)]
    return Problem(
        min(outcomes, key=_rank, default=Outcome.INCONCLUSIVE),
        tuple(causes),
        tuple({row.name: row for row, _ in pairs}.values()),
    )


def _follows(cause: Cause, rows: Sequence[Row]) -> bool:
    """Return whether it only says of failing tests, of no report, of no table what these do.

    It is told with what it follows from, in `explain`.
    """
    firsts = _FOLLOWING.get(cause.question, frozenset())
    return any(
        other.question in firsts
        and (other.subject == cause.subject or cause.question not in _OF_SERVICES)
        and other.outcome != Outcome.PASS
        for row in rows
        for other in row.causes
    )


def _only_observes(row: Row, cause: Cause) -> bool:
    """Return whether it is an absent system that only observes, beside what refuses."""
    return (
        cause.observes and cause.outcome == Outcome.BLOCKED and row.outcome is not Outcome.BLOCKED
    )


def _with_echoes(problems: Sequence[Problem]) -> Iterator[Problem]:
    echoes = {
        number: source
        for number, problem in enumerate(problems)
        if (source := _source_of(problem, problems)) is not None
    }
    for number, problem in enumerate(problems):
        if number not in echoes:
            seen = [problems[other] for other, source in echoes.items() if source is problem]
            echoing = tuple(Echo(each.rows[0], each.description) for each in seen)
            yield Problem(problem.outcome, problem.causes, problem.rows, echoing)


def _source_of(problem: Problem, problems: Sequence[Problem]) -> Problem | None:
    """Return the one fault of a service that failing tests of it, or across services, may see."""
    cause = problem.causes[0]
    if cause.question not in _TESTS or problem.outcome is not Outcome.FAIL:
        return None
    sources = [
        other
        for other in problems
        if other.outcome is Outcome.FAIL and any(_may_see(cause, fault) for fault in other.causes)
    ]
    return sources[0] if len(sources) == 1 else None


def _may_see(test: Cause, fault: Cause) -> bool:
    if fault.question not in _OF_BEHAVIOUR:
        return False
    file = fault.description.edit.rpartition(":")[0]
    return (
        test.question == "integration"
        or test.subject == fault.subject
        or fault.question in _OF_THE_RELEASE
        or any(file.startswith(f"{folder}/") for folder in test.description.code)
    )
