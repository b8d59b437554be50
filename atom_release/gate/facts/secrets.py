"""The facts of `secrets`: what the scan of the judged tree found."""

from __future__ import annotations

from pydantic import Field

from atom_release.gate.facts.tree_scan import ScanFacts


class SecretsFacts(ScanFacts):
    """A scan, and by which key its fingerprints are made."""

    fingerprints: str = Field(default="", description="whose key, so whether they can be compared")
