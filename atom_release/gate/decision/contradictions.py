"""What contradicts what in a release: its documents among themselves, and against the gate.

For every place that shows it: terminal, `explain`, page, ledger, JSON. AC1 decides by its own leg.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from atom_release.gate.facts.documents import Contradiction, DocumentsFacts
from atom_release.gate.rules.documents import against_gate
from atom_release.gate.vocabulary import Outcome

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from atom_release.gate.decision.decision import CriterionResult
    from atom_release.gate.facts.evidence import Evidence


def gather_contradictions(
    evidence: Mapping[str, Evidence], results: Iterable[CriterionResult]
) -> tuple[Contradiction, ...]:
    """Return all contradictions, those that decide first, then those with what the gate found."""
    facts = [
        read
        for _, piece in sorted(evidence.items())
        if piece.question == "documents" and (read := DocumentsFacts.read(piece.facts)) is not None
    ]
    outcomes = {result.id: (_by_evidence(result), result.reason) for result in results}
    gathered = [
        entry
        for read in facts
        for entry in (*read.contradictions, *against_gate(read.documents, outcomes))
    ]
    return tuple(sorted(gathered, key=lambda entry: (not entry.decides, entry.id)))


def _by_evidence(result: CriterionResult) -> Outcome:
    """Return the outcome of the legs, before anybody accepted it."""
    failed = any(leg.outcome is Outcome.FAIL for leg in result.legs)
    return Outcome.FAIL if failed else result.outcome
