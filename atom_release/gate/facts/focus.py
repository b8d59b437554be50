"""The facts of `focus`: what a service is said to be about, and what of the release shows it."""

from __future__ import annotations

from pydantic import Field

from atom_release.gate.facts.contradiction import ContradictionFacts
from atom_release.gate.facts.model import Facts


class FocusWord(Facts):
    """One thing that the service is about, where that is said, and what shows it."""

    text: str
    path: str
    line: int = 0
    shown_by: str = Field(default="", description="a leg, a test, an endpoint or a claim")


class FocusFacts(ContradictionFacts):
    """What one service is about."""

    service: str
    words: list[FocusWord]
