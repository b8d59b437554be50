"""How large a failure is: what a waiver accepts, and beyond which it is another failure.

A fingerprint leaves out what is measured, so that the same failure keeps it in every run. How much
of it there was, the facts of its question tell by name (`Facts.magnitudes`). A measured figure may
come out a quarter worse and still be the same failure; one more finding or failing test is more
than was accepted.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from atom_release.gate.consents.failing import Failing
from atom_release.gate.facts.by_question import read_facts

_MORE = 1.25


def collect_figures(failing: Iterable[Failing]) -> dict[str, float]:
    """Return the figures of these failing legs by which they can get worse.

    Where several pieces of evidence give one, the worst.
    """
    figures: dict[str, float] = {}
    for leg in failing:
        for piece in leg.evidence:
            facts = read_facts(leg.question, piece.facts)
            for name, value in (facts.magnitudes() if facts else {}).items():
                full = f"{leg.question}/{leg.subject} {name}"
                figures[full] = max(figures.get(full, 0.0), float(f"{value:.4g}"))
    return dict(sorted(figures.items()))


def worse(accepted: Mapping[str, float], now: Mapping[str, float]) -> str:
    """Return what there is more of now than was accepted, or nothing."""
    for name, value in now.items():
        if name not in accepted:
            return f"it does not say how large a failure it accepts: {name} is {value:g}"
        limit = accepted[name] * (1 if name.endswith("count") else _MORE)
        if value > limit:
            return (
                f"the failure is larger now: {name} is {value:g}, and {accepted[name]:g} was waived"
            )
    return ""
