"""An answer about a suite, with its reason and what would change it.

How it is reached is `trial`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from atom_release.gate.first_few import first_few
from atom_release.gate.vocabulary import Answer
from atom_release.source.objects import MENDED

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True)
class Verdict:
    """An answer with its reason and what would change it."""

    answer: Answer
    reason: str
    remedy: str = ""

    def without_files(self, missing: Sequence[str]) -> Verdict:
        """Return what it is where the clone lacks files, and so did the copy that was run.

        What passed did not need them; what failed may have failed for want of them.
        """
        if not missing:
            return self
        lacked = f"the copy lacked {first_few(missing)}, which this clone does not hold"
        if self.answer is Answer.YES:
            return replace(self, reason=f"{self.reason}; {lacked}")
        return Verdict(Answer.UNKNOWN, f"{lacked}: {self.reason}", f"Fetch it: {MENDED}")
