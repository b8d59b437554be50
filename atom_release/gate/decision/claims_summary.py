"""The account of a release's reports.

For each service its ledger, what the report itself contradicts, and how much of it was not
examined.

Made from the evidence and the outcomes alone, so that every place that shows it (Markdown, JSON,
Dagster, terminal) shows the same. It decides nothing: C.x is decided leg by leg.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict

from atom_release.gate.catalogue import criteria
from atom_release.gate.claims import claim_facts
from atom_release.gate.claims.ledger import LedgerRow
from atom_release.gate.claims.service_evidence import by_service
from atom_release.gate.facts.evidence import Evidence
from atom_release.gate.manifest import Manifest, Service
from atom_release.gate.vocabulary import ClaimVerdict, Outcome

if TYPE_CHECKING:
    from atom_release.gate.decision.decision import CriterionResult


class Account(BaseModel):
    """What became of all that one service's report asserts.

    `lines` and `unexamined` are 0 where no report was read.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    service: str
    rows: tuple[LedgerRow, ...] = ()
    findings: tuple[str, ...] = ()
    lines: int = 0
    unexamined: int = 0

    @property
    def counts(self) -> dict[str, int]:
        """How many claims came to each verdict.

        And how many lines hold nothing that was looked for.
        """
        counted = Counter(row.verdict for row in self.rows)
        return {
            **{verdict.value: counted[verdict] for verdict in ClaimVerdict},
            "lines": self.lines,
            "unexamined": self.unexamined,
        }


class ClaimCount(BaseModel):
    """How many of the claims that a release's reports make were verified."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    verified: int = 0
    made: int = 0

    def __str__(self) -> str:
        """Return it in a few words; nothing where nothing is claimed."""
        return f"{self.verified} of {self.made} claims verified" if self.made else ""


def count_claims(
    manifest: Manifest, evidence: Mapping[str, Evidence], results: Iterable[CriterionResult]
) -> ClaimCount:
    """Count the claims of all reports, and those that were verified."""
    rows = [row for account in accounts(manifest, evidence, results) for row in account.rows]
    verified = sum(row.verdict is ClaimVerdict.VERIFIED for row in rows)
    return ClaimCount(verified=verified, made=len(rows))


def accounts(
    manifest: Manifest, evidence: Mapping[str, Evidence], results: Iterable[CriterionResult]
) -> tuple[Account, ...]:
    """Return the account of every service, in the manifest's order."""
    policies = [result for result in results if result.id.startswith("P-")]
    whole = {policy.id: policy.outcome for policy in policies}
    about = by_service(evidence)
    return tuple(
        _account(service, about.get(service.id, about[""]), whole, _own(service, policies))
        for service in manifest.services
    )


def _account(
    service: Service,
    evidence: Mapping[str, Evidence],
    whole: Mapping[str, Outcome],
    own: Mapping[str, Outcome],
) -> Account:
    record = claim_facts.record(service, evidence)
    return Account(
        service=service.id,
        rows=claim_facts.ledger(service, evidence, whole, own) or (),
        findings=claim_facts.findings(service, evidence),
        lines=record.lines if record else 0,
        unexamined=record.unexamined if record else 0,
    )


def _own(service: Service, policies: Iterable[CriterionResult]) -> dict[str, Outcome]:
    """Return the outcome of each policy by the legs that ask this service itself."""
    outcomes = {
        policy.id: criteria.worst(
            leg.outcome
            for leg in policy.legs
            if leg.subject == service.id and leg.outcome is not None
        )
        for policy in policies
    }
    return {name: outcome for name, outcome in outcomes.items() if outcome is not None}
