"""What one claim is judged to be, and the age of the line that claims it."""

from __future__ import annotations

from dataclasses import dataclass

from atom_release.gate.claims.record import Claim
from atom_release.gate.claims.service_facts import (
    Known,
    LineAge,
)
from atom_release.gate.vocabulary import ClaimVerdict

CONTRADICTED, UNVERIFIED, VERIFIED = (
    ClaimVerdict.CONTRADICTED,
    ClaimVerdict.UNVERIFIED,
    ClaimVerdict.VERIFIED,
)


@dataclass(frozen=True)
class Judged:
    """A verdict with what was found and why."""

    verdict: ClaimVerdict
    derived: str
    reason: str


def line_age(claim: Claim, facts: Known) -> LineAge | None:
    """Return when a claim's line was written; None where history does not tell."""
    ages = facts.lines if claim.file is None else facts.lines_beside
    return (ages or {}).get(claim.line)


def code_unchanged(claim: Claim, facts: Known, since_report: bool | None) -> bool | None:  # noqa: FBT001 - three states, as the facts have them
    """Return whether source and tests are as they were when the claim's line was written."""
    if facts.lines is None:
        return since_report
    age = line_age(claim, facts)
    return age.code_unchanged if age else None


def superseded(*, unchanged: bool | None, held: bool) -> str:
    """Return why a claim that does not hold now accuses nobody.

    Args:
        unchanged: whether the code is as it was when the claim's line was written; None if unknown.
        held: whether it held at that commit.
    """
    if held:
        return "superseded: it held at the commit that added the report"
    return (
        "history does not tell whether the code changed since"
        if unchanged is None
        else "superseded: source or tests changed since the report came"
    )
