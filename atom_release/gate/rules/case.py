"""What a decision is made of: manifest, evidence, and what people and history say beside them.

Nothing else is read by any rule. Judging is `rules.legs`'s and `decision`'s.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

from pydantic import BaseModel, ConfigDict

from atom_release.gate.claims.service_evidence import by_service
from atom_release.gate.consents.approvals import Shown
from atom_release.gate.consents.review import Review, Signatory
from atom_release.gate.consents.waivers import Presented
from atom_release.gate.facts.evidence import Evidence
from atom_release.gate.manifest import CriterionPolicy, Manifest
from atom_release.gate.operator import Operator
from atom_release.gate.rules.ratchet import Baseline

_DEFAULT_POLICY = CriterionPolicy()
NOTHING_TO_REVIEW = Review()
NO_OPERATOR = Operator(floor=())
"""What decisions were made under before there were operators' files: no floor."""
_FIRST = Baseline(None, "no baseline: there is no release before this one")


class Earlier(BaseModel):
    """A failure of a criterion on the same commit, manifest and environment, in an earlier run."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    when: str
    reason: str
    fingerprint: str = ""
    unwaivable: str = ""
    commit: str = ""  # another commit of the same tree that it was found on
    ended: int = 0  # it was no failure: so often did the suite end its own runner

    @property
    def place(self) -> str:
        """On what it was found."""
        return f"the same tree, as commit {self.commit[:12]}" if self.commit else "this very commit"

    def __str__(self) -> str:
        """Return it in one line."""
        return f"{self.when}: {self.reason}"


@dataclass(frozen=True)
class Case:
    """All that a decision may depend on: nothing else is read, and the clock was read once."""

    manifest: Manifest
    commit: str
    tree: str
    as_of: datetime
    evidence: Mapping[str, Evidence]  # sha256 of its canonical JSON -> evidence
    history: Mapping[str, Earlier] = field(default_factory=dict)  # criterion -> its earlier failure
    remembered: str = "none"  # what is known of earlier runs on this repository
    waivers: tuple[Presented, ...] = ()
    approvals: tuple[Shown, ...] = ()
    review: Review = NOTHING_TO_REVIEW  # the commits that approvals are about
    people: tuple[Signatory, ...] = ()  # those whose signatures count
    trust: str = ""  # whose signatures those are, and why no others
    baseline: Baseline = _FIRST
    operator: Operator = NO_OPERATOR
    operator_digest: str = ""  # SHA-256 of the operator's file; empty where there is none

    def evidence_of(self, question: str, subject: str) -> list[tuple[str, Evidence]]:
        """Return the evidence of one leg with its digests, ordered by digest."""
        return self._by_leg.get((question, subject), [])

    def evidence_about(self, subject: str) -> Mapping[str, Evidence]:
        """Return the evidence that says something about a service, by digest."""
        return self._by_service.get(subject) or self._by_service.get("") or {}

    @cached_property
    def _by_leg(self) -> Mapping[tuple[str, str], list[tuple[str, Evidence]]]:
        by_leg: dict[tuple[str, str], list[tuple[str, Evidence]]] = {}
        for digest in sorted(self.evidence):
            by_leg.setdefault(self.evidence[digest].leg, []).append((digest, self.evidence[digest]))
        return by_leg

    @cached_property
    def _by_service(self) -> Mapping[str, Mapping[str, Evidence]]:
        return by_service(self.evidence)


def policy(manifest: Manifest, criterion: str) -> CriterionPolicy:
    """Return what the manifest asks of a criterion beyond the defaults."""
    return manifest.criteria.get(criterion, _DEFAULT_POLICY)
