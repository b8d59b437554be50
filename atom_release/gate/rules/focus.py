"""What a service is said to be about and nothing of the release shows."""

from __future__ import annotations

from shlex import quote
from typing import TYPE_CHECKING

from atom_release.gate.facts.contradiction import Contradiction, Place
from atom_release.gate.facts.focus import FocusFacts
from atom_release.gate.rules.recheck import Recheck
from atom_release.gate.vocabulary import Answer

if TYPE_CHECKING:
    from collections.abc import Collection

    from atom_release.gate.facts.evidence import Evidence

NOT_SHOWN = "focus-not-shown"


def judge(evidence: Evidence, deciding: Collection[str]) -> tuple[Answer, str]:
    """Look again which words nothing shows; that is a no only where it is to decide."""
    unreadable = "what shows what the service is about cannot be read"
    return Recheck(FocusFacts, findings_of, unreadable=unreadable).judge(evidence, deciding)


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
            show=f"git grep -in {quote(word.text)}",
        )
        for word in facts.words
        if not word.shown_by
    ]
