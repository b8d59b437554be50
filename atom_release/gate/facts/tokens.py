"""The facts of `tokens`: what became of each token that was sent."""

from __future__ import annotations

from atom_release.gate.facts.finding import Finding
from atom_release.gate.facts.model import Facts

_GOOD = "good token"


class TokensFacts(Facts):
    """By the name of a token: accepted, refused, no effect, or the status that was answered."""

    cases: dict[str, str | int]
    tenant_claim: str
    algorithm: str

    def list_findings(self) -> tuple[Finding, ...]:
        """Return each token that was accepted and must not be."""
        return tuple(
            Finding(
                name.replace("=", " ").replace(" ", "-"),
                f"a token is accepted that must be refused: {name} ({became})",
                decides=True,
                identity=(name,),
            )
            for name, became in self.cases.items()
            if name != _GOOD and str(became).startswith("accepted")
        )
