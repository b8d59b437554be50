"""What a service is said to be about and nothing of the release shows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from atom_release.gate.facts.contradiction import Contradiction, Place
from atom_release.gate.facts.focus import FocusFacts
from atom_release.gate.vocabulary import Answer

if TYPE_CHECKING:
    from collections.abc import Collection

    from atom_release.gate.facts.evidence import Evidence

NOT_SHOWN = "focus-not-shown"


def judge(evidence: Evidence, deciding: Collection[str]) -> tuple[Answer, str]:
    """Look again which words nothing shows; that is a no only where it is to decide."""
    facts = FocusFacts.read(evidence.facts)
    if facts is None or findings_of(facts) != facts.contradictions:
        return Answer.UNKNOWN, "what shows what the service is about cannot be read"
    named = [entry for entry in facts.contradictions if entry.id in deciding]
    return (Answer.NO, named[0].sentence) if named else (evidence.answer, evidence.reason)


def findings_of(facts: FocusFacts) -> list[Contradiction]:
    """Return the words that no leg, test, endpoint or claim has."""
    return [
        Contradiction(
            id=NOT_SHOWN,
            subject=facts.service,
            sentence=(
                f"{facts.service} is said to be about {word.text!r}, and no leg, no test, no"
                " endpoint and no claim of it shows that"
            ),
            first=Place(path=word.path, line=word.line, text=word.text),
            show=f"git grep -in '{word.text}'",
        )
        for word in facts.words
        if not word.shown_by
    ]
