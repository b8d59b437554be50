"""The facts of `tokens`: what became of each token that was sent."""

from __future__ import annotations

from atom_release.gate.facts.model import Facts


class TokensFacts(Facts):
    """By the name of a token: accepted, refused, no effect, or the status that was answered."""

    cases: dict[str, str | int]
    tenant_claim: str
    algorithm: str
