"""Whether a scorer answers like a table of the rows it is scored by: a finding, never a verdict."""

from __future__ import annotations

from atom_release.gate.facts.accuracy import Jitter
from atom_release.gate.statistics import wilson

_FEW = 30
_TOLERATED = 0.1


def may_have_memorised(jitter: Jitter) -> bool:
    """Return whether far more answers changed than a slight move of the numbers explains.

    Not by chance: the lower end of the share that changed is above a tenth, and above the upper end
    of the share that changed although nothing was moved (a service whose answers vary anyway).
    """
    if jitter.rows < _FEW:
        return False
    least, _ = wilson(jitter.changed, jitter.rows)
    _, anyway = wilson(jitter.changed_unmoved, jitter.rows)
    return least > _TOLERATED and least > anyway
