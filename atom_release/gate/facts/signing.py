"""The facts of `signing`: whether the gate's key signs, and refuses what was tampered with."""

from __future__ import annotations

from pydantic import Field

from atom_release.gate.facts.model import Facts


class SigningFacts(Facts):
    """One envelope and its tampered copies."""

    bytes: int = Field(ge=0, description="of the envelope")
    tampered_copies: int = Field(ge=0)
    accepted: tuple[str, ...] = Field(description="tampered copies that were taken")
    private_half_in_tree: tuple[str, ...]
