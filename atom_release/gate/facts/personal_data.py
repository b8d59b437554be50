"""The facts of `personal-data`: what the scan of the judged tree and its databases found."""

from __future__ import annotations

from pydantic import Field

from atom_release.gate.facts.tree_scan import ScanFacts


class PersonalDataFacts(ScanFacts):
    """A scan, which committed databases were read, and what could not be opened."""

    rows: int = Field(default=0, ge=0, description="of databases")
    databases: tuple[str, ...] = ()
    corrupt_databases: dict[str, str] = Field(default_factory=dict, description="path -> why")
    not_opened: tuple[str, ...] = Field(default=(), description="archives, documents and the like")
