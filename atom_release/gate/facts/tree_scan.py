"""The facts of every question that scans the judged tree: what was read, what was found where."""

from __future__ import annotations

from collections.abc import Mapping, Sized

from pydantic import Field

from atom_release.gate.facts.finding import Finding, list_places
from atom_release.gate.facts.model import Facts


class FindingFact(Facts):
    """One place of the judged tree, and by which rule it was found; never the value."""

    path: str
    line: int = Field(ge=0)
    rule: str
    what: str
    fingerprint: str = Field(description="equal values have equal ones; empty where none is kept")

    def as_finding(self, *, decides: bool) -> Finding:
        """Return it as documents show it."""
        identity = (self.path, self.fingerprint or self.what)
        return Finding(self.rule, self.what, decides, self.path, self.line, identity=identity)


class FindingCounts(Facts):
    """How many there are, more than are listed among them."""

    findings: int = Field(default=0, ge=0)
    warnings: int = Field(default=0, ge=0)

    def beyond(self, findings: Sized, warnings: Sized) -> int:
        """Return how many there are beyond those that are listed."""
        return max(0, self.findings - len(findings)) + max(0, self.warnings - len(warnings))


class ScanFacts(Facts):
    """How much was read, what was not, and what was found: `findings` decide, `warnings` do not."""

    files: int = Field(default=0, ge=0)
    bytes: int = Field(default=0, ge=0)
    blobs_in_tree: int = Field(default=0, ge=0, description="that were to be read")
    unread: dict[str, str] = Field(default_factory=dict, description="path -> why")
    submodules: tuple[str, ...] = ()
    lfs_pointers: tuple[str, ...] = ()
    findings: tuple[FindingFact, ...] = ()
    warnings: tuple[FindingFact, ...] = ()
    counts: FindingCounts = FindingCounts()
    by_rule: dict[str, int] = Field(default_factory=dict)

    def list_findings(self) -> tuple[Finding, ...]:
        """Return what was found, then what it warns of."""
        return list_places(self.findings, self.warnings)

    def magnitudes(self) -> Mapping[str, float]:
        """Return how many findings decide."""
        return {"findings, count": self.counts.findings}

    def count_unlisted(self) -> int:
        """Return how many places were counted and are not listed."""
        return self.counts.beyond(self.findings, self.warnings)
