"""The facts of `vault`: whether a Vault is open, and what its token may read."""

from __future__ import annotations

from pydantic import Field

from atom_release.gate.facts.system import SystemFacts


class VaultFacts(SystemFacts):
    """How it was asked, and what the token may do at the paths that the manifest names."""

    paths: dict[str, tuple[str, ...]] = Field(
        default_factory=dict, description="path -> capabilities"
    )
    empty: tuple[str, ...] = Field(default=(), description="readable paths where nothing lies")
    policies: tuple[str, ...] = ()
