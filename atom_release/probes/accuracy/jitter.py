"""The same rows asked again with their numbers moved very little.

Code that has learned from other rows answers nearly all as before, since few rows lie at a border;
a table of these very rows does not know them any more. What it comes to is told and decides
nothing: an honest model may be as steep.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from statistics import pstdev
from typing import Any

from atom_release.gate.facts.accuracy import Jitter
from atom_release.probes.accuracy.labelled import Labelled

_MOST_ROWS = 60
_SHARE = 0.001  # of the column's standard deviation
_WIDE = 50  # a column of whole numbers that spans less may be a code

Ask = Callable[[dict[str, Any]], str | None]


def ask_again(labelled: Labelled, answers: Sequence[str | None], ask: Ask) -> Jitter | None:
    """Ask answered rows, at most 60 of them spread over the file, twice again.

    None where no column can be moved.
    """
    steps = _steps(labelled)
    answered = [row for row, answer in enumerate(answers) if answer is not None]
    if not steps or not answered:
        return None
    chosen = answered[:: -(-len(answered) // _MOST_ROWS)]
    unmoved = sum(ask(labelled.features[row]) != answers[row] for row in chosen)
    moved = sum(
        ask(_moved(labelled.features[row], steps, 1 if at % 2 else -1)) != answers[row]
        for at, row in enumerate(chosen)
    )
    return Jitter(columns=tuple(steps), rows=len(chosen), changed=moved, changed_unmoved=unmoved)


def _steps(labelled: Labelled) -> dict[str, float]:
    """Return how far each column's numbers are moved: those with decimals, else wide whole ones."""
    steps = {
        name: _SHARE * spread
        for name in _columns(labelled, "numbers")
        if (spread := pstdev(_numbers(labelled, name))) > 0
    }
    wide: dict[str, float] = {
        name: 1
        for name in _columns(labelled, "whole numbers")
        if max(numbers := _numbers(labelled, name)) - min(numbers) >= _WIDE
    }
    return steps or wide


def _columns(labelled: Labelled, kind: str) -> list[str]:
    return [name for name, sort in labelled.kinds.items() if sort == kind]


def _numbers(labelled: Labelled, name: str) -> list[float]:
    return [row[name] for row in labelled.features if row[name] is not None]


def _moved(row: dict[str, Any], steps: dict[str, float], sign: int) -> dict[str, Any]:
    return {
        name: value + sign * steps[name] if name in steps and value is not None else value
        for name, value in row.items()
    }
