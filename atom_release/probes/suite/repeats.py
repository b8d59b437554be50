"""How often a suite runs as it is: as often as the manifest says, else until its runs agree.

Where the manifest names no number, two runs are made. Where they come to the same, test by test,
and so does the one with the code written differently, further ones would say it again. Where
anything differs, as many are made as tell at what rate.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from atom_release.gate.manifest.suite import FEWEST_REPEATS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from atom_release.probes.suite.run import Run

_IN_DOUBT = 5


@dataclass(frozen=True)
class Repeats:
    """The number that the manifest names, or None."""

    stated: int | None

    def first(self, *, collects: bool) -> range:
        """Return the seeds of the runs that are made in any case.

        Args:
            collects: whether a run, that with the first seed, stands for the collection. Where only
                one run is asked for, it is held against another one that does.
        """
        planned = range(1, self._planned + 1)
        return planned[1:] if collects and len(planned) > 1 else planned

    def more(self, runs: Sequence[Run], *, by_text: bool) -> range:
        """Return the seeds of further runs.

        Args:
            runs: those that were made.
            by_text: whether tests did not pass with the code written differently, which they may
                have seen, or which a test that fails now and then does.
        """
        if self.stated or not (by_text or _differ(runs)):
            return range(0)
        return range(self._planned + 1, _IN_DOUBT + 1)

    def wanted(self, more: range = range(0)) -> int:
        """Return how many runs there were to be."""
        return self._planned + len(more)

    @property
    def _planned(self) -> int:
        return self.stated or FEWEST_REPEATS


def _differ(runs: Sequence[Run]) -> bool:
    first, *others = map(_outcomes, runs) if runs else [None]
    return any(outcomes != first for outcomes in others)


def _outcomes(run: Run) -> object:
    cases = run.results.cases if run.results else {}
    return run.status, {name: case.outcome for name, case in cases.items()}
