"""The facts of `secret-history`: secrets that the history holds and the judged commit does not."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import Field

from atom_release.gate.facts.finding import Finding, list_places
from atom_release.gate.facts.model import Facts
from atom_release.gate.facts.tree_scan import FindingCounts


class HistoryFinding(Facts):
    """One secret of the history: the first place that had it; never the value."""

    commit: str
    file: str
    line: int = Field(ge=0)
    paths: int = Field(ge=1, description="how many ever held it")
    rule: str
    what: str
    fingerprint: str

    def as_finding(self, *, decides: bool) -> Finding:
        """Return it as documents show it: its line is in no file of the judged tree."""
        where = f"{self.file}:{self.line} in commit {self.commit[:12]}"
        identity = (self.file, self.fingerprint or self.what)
        return Finding(self.rule, f"{self.what} ({where})", decides, identity=identity)


class SecretHistoryFacts(Facts):
    """How much of the history was read, and what it held: `warnings` where the manifest lets it."""

    findings: tuple[HistoryFinding, ...] = ()
    warnings: tuple[HistoryFinding, ...] = ()
    counts: FindingCounts
    commits: int = Field(ge=0)
    blobs: int = Field(ge=0)
    bytes: int = Field(ge=0)
    not_examined: dict[str, int] = Field(description="why -> how many blobs")
    gaps: tuple[str, ...] = Field(description="what keeps the history from having been read whole")
    fingerprints: str

    def list_findings(self) -> tuple[Finding, ...]:
        """Return what was found, then what it warns of."""
        return list_places(self.findings, self.warnings)

    def magnitudes(self) -> Mapping[str, float]:
        """Return how many findings decide."""
        return {"findings, count": self.counts.findings}

    def count_unlisted(self) -> int:
        """Return how many were counted and are not listed."""
        return self.counts.beyond(self.findings, self.warnings)
