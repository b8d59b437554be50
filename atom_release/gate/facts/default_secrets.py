"""The facts of `default-secrets`: where something falls back to a secret in the tree."""

from __future__ import annotations

from pydantic import Field

from atom_release.gate.facts.tree_scan import ScanFacts


class DefaultSecretsFacts(ScanFacts):
    """A scan, and which Python has no syntax tree and was read line by line."""

    python_files: int = Field(default=0, ge=0)
    unparsed: tuple[str, ...] = ()
