"""The facts of `safety-mode`: which mode each workflow package of the tree states."""

from __future__ import annotations

from pydantic import Field

from atom_release.gate.facts.tree_scan import ScanFacts


class SafetyModeFacts(ScanFacts):
    """A scan, and what the packages state."""

    packages: int = Field(default=0, ge=0)
    modes: dict[str, str] = Field(default_factory=dict, description="path -> mode")
    unreadable: tuple[str, ...] = Field(
        default=(), description="manifests that speak of safety and cannot be read"
    )
    not_applicable: str = ""
