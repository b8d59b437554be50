"""Whether tests that passed were across services, by what crossed between these."""

from __future__ import annotations

from typing import TYPE_CHECKING

from atom_release.gate.facts.suite import IntegrationFacts
from atom_release.gate.vocabulary import Answer

if TYPE_CHECKING:
    from atom_release.gate.facts.evidence import Evidence

_NOT_ACROSS = (
    "not across services: while the tests ran no service asked another, no test gave one what"
    " another had answered, and the services have nothing in common to meet by"
)


def judge(evidence: Evidence) -> tuple[Answer, str]:
    """Return the tests' own answer, or a no where it was seen that nothing crossed."""
    facts = IntegrationFacts.read(evidence.facts)
    if facts is not None and facts.crossing == "none":
        return Answer.NO, _NOT_ACROSS
    return evidence.answer, evidence.reason
