"""What contradicts what in a release, whichever question found it; documents against the gate.

For every place that shows it: terminal, `explain`, page, ledger, JSON. Its leg decides.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from atom_release.gate.facts.by_question import read_facts
from atom_release.gate.facts.contradiction import Contradiction, ContradictionFacts
from atom_release.gate.facts.documents import DocumentsFacts
from atom_release.gate.rules.documents import against_gate
from atom_release.gate.vocabulary import Outcome

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from atom_release.gate.decision.decision import CriterionResult
    from atom_release.gate.facts.evidence import Evidence
    from atom_release.gate.facts.model import Facts


def gather_contradictions(
    evidence: Mapping[str, Evidence], results: Iterable[CriterionResult]
) -> tuple[Contradiction, ...]:
    """Return all contradictions, those that decide first, then those with what the gate found."""
    outcomes = {result.id: (_by_evidence(result), result.reason) for result in results}
    gathered = [
        entry
        for _, piece in sorted(evidence.items())
        for entry in _of_facts(read_facts(piece.question, piece.facts), outcomes)
    ]
    return tuple(sorted(gathered, key=lambda entry: (not entry.decides, entry.id)))


def _of_facts(
    facts: Facts | None, outcomes: Mapping[str, tuple[Outcome, str]]
) -> Iterator[Contradiction]:
    if isinstance(facts, ContradictionFacts):
        yield from facts.contradictions
    if isinstance(facts, DocumentsFacts):
        yield from against_gate(facts.documents, outcomes)


def _by_evidence(result: CriterionResult) -> Outcome:
    """Return the outcome of the legs, before anybody accepted it."""
    failed = any(leg.outcome is Outcome.FAIL for leg in result.legs)
    return Outcome.FAIL if failed else result.outcome
