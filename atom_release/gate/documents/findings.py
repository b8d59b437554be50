"""The findings of a leg: those that its evidence's facts hold, or the failing leg itself.

A finding's identity holds no line number: what moves down a file stays the same finding.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from atom_release.gate.facts.by_question import read_facts
from atom_release.gate.facts.evidence import Evidence
from atom_release.gate.facts.finding import Finding
from atom_release.gate.facts.model import Facts
from atom_release.gate.rules.legs import Leg
from atom_release.gate.vocabulary import Outcome


def findings(leg: Leg, evidence: Mapping[str, Evidence]) -> list[Finding]:
    """Return the findings of a leg.

    Where it does not fail, as when a manifest lets secrets of the history warn, none of them
    decides.
    """
    entries = [entry for facts in _facts_of(leg, evidence) for entry in facts.list_findings()]
    failing = leg.outcome is Outcome.FAIL
    kept = [entry if failing else replace(entry, decides=False) for entry in entries]
    if failing and not any(entry.decides for entry in kept):
        kept.append(
            Finding(
                leg.question, leg.reason, decides=True, remedy=leg.remedy, identity=(leg.subject,)
            )
        )
    return kept


def withheld(leg: Leg, evidence: Mapping[str, Evidence]) -> int:
    """Return how many findings the evidence counts beyond those that it lists."""
    return sum(facts.count_unlisted() for facts in _facts_of(leg, evidence))


def _facts_of(leg: Leg, evidence: Mapping[str, Evidence]) -> Iterator[Facts]:
    for digest in leg.evidence:
        if digest in evidence:
            facts = read_facts(evidence[digest].question, evidence[digest].facts)
            if facts is not None:
                yield facts
