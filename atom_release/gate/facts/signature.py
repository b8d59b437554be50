"""The facts of `signature` and `tampered-artifact`: what verifies, and who takes what does not."""

from __future__ import annotations

from pydantic import Field

from atom_release.gate.facts.model import Facts


class SignedArtifact(Facts):
    """One artifact that verifies, by the file with its signature."""

    signature: str


class SignatureFacts(Facts):
    """What verifies under the named public key, and where its private half stands."""

    artifacts: dict[str, SignedArtifact]
    unsigned: tuple[str, ...]
    wrong: tuple[str, ...] = Field(description="artifacts whose signature does not verify")
    tampered_copies: int = Field(ge=0)
    accepted: tuple[str, ...] = Field(description="tampered copies that verify all the same")
    public_key: str = Field(description="digest of the public key")
    private_half_in_tree: tuple[str, ...]
    protected_keys: tuple[str, ...] = Field(description="private keys under a passphrase")
    files_searched: int = Field(ge=0)
    numbers_tried: int = Field(ge=0, description="as the private half, of those in the tree")


class TamperedArtifactFacts(Facts):
    """What the artifact's user answers with a tampered copy, and with the genuine one."""

    tampered: int
    genuine: int
    artifacts: int = Field(ge=0)
    user: str = Field(description="the service that uses it")
