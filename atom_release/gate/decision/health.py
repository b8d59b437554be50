"""What the history says of each criterion itself: one that never failed shows little, and so on.

Made from the outcomes of recorded decisions; it decides nothing. Reading a history is
`records.history`'s.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import Any

from atom_release.gate.vocabulary import FIXED_CRITERIA, Outcome

_FEW = 5


@dataclass(frozen=True)
class Past:
    """One recorded decision: of which tree and release, and what each criterion came to.

    `seconds` is what asking each criterion took. A decision that was recorded before outcomes were
    kept has the failures alone.
    """

    release: str
    tree: str
    outcomes: dict[str, Outcome]
    left_out: tuple[str, ...] = ()
    seconds: dict[str, float] = field(default_factory=dict)
    whole: bool = True


@dataclass(frozen=True)
class CriterionHealth:
    """One criterion of one release over all of its decisions."""

    release: str
    criterion: str
    times: int
    outcomes: dict[Outcome, int]
    left_out: int
    flapped: int  # trees on which it came to more than one outcome
    seconds: float | None  # the median

    @property
    def notes(self) -> tuple[str, ...]:
        """What is worth a look, in the words of the list that a person reads."""
        if not self.times:
            return ("never asked",)
        notes = []
        if not self.outcomes.get(Outcome.FAIL, 0):
            notes.append("never failed" if self.times >= _FEW else "not failed yet")
        if not self.outcomes.get(Outcome.PASS, 0):
            notes.append("never passed")
        if self.flapped:
            notes.append(f"flapping on {self.flapped} trees")
        return tuple(notes)

    def to_row(self) -> dict[str, Any]:
        """Return it as one row of a table, or of JSON."""
        return {
            "release": self.release,
            "criterion": self.criterion,
            "asked": self.times,
            "outcomes": {outcome.value: count for outcome, count in self.outcomes.items()},
            "left out": self.left_out,
            "seconds": self.seconds,
            "notes": ", ".join(self.notes),
        }


def health_of(past: Iterable[Past]) -> tuple[CriterionHealth, ...]:
    """Return the health of every criterion of every release, in the order of their names."""
    by_release: dict[str, list[Past]] = {}
    for decision in past:
        by_release.setdefault(decision.release, []).append(decision)
    return tuple(
        _health(release, criterion, decisions)
        for release, decisions in sorted(by_release.items())
        for criterion in _criteria(decisions)
    )


def _criteria(decisions: Sequence[Past]) -> list[str]:
    """Return every criterion that a release can have had, its own and the fixed ones."""
    named = {name for decision in decisions for name in (*decision.outcomes, *decision.left_out)}
    return sorted(named | {*FIXED_CRITERIA})


def _health(release: str, criterion: str, decisions: Sequence[Past]) -> CriterionHealth:
    judged = [decision for decision in decisions if criterion in decision.outcomes]
    counted = Counter(decision.outcomes[criterion] for decision in judged)
    trees: dict[str, set[Outcome]] = {}
    for decision in judged:
        if decision.whole:
            trees.setdefault(decision.tree, set()).add(decision.outcomes[criterion])
    seconds = [more.seconds[criterion] for more in decisions if criterion in more.seconds]
    return CriterionHealth(
        release,
        criterion,
        len(judged),
        {outcome: counted[outcome] for outcome in Outcome if counted[outcome]},
        sum(criterion in decision.left_out for decision in decisions),
        sum(len(outcomes) > 1 for outcomes in trees.values()),
        round(median(seconds), 3) if seconds else None,
    )
