"""Waivers.

A named person accepts one failure of one criterion, for one commit, until a moment, with a reason;
and when that counts.

A waiver names the failure itself by a fingerprint that is the same in every run that fails alike:
what fails otherwise is not waived. What no person may accept stays refused: a contradicted claim, a
bad signature, a vacuous suite, and nothing shown at all. Who signed a waiver was checked by whoever
reads it (`Presented.signature`); here nothing is read and nothing is trusted that does not stand in
the case.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Literal

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    FiniteFloat,
    model_validator,
)

from atom_release.gate.consents import severity
from atom_release.gate.consents.failing import Failing
from atom_release.gate.consents.signed import Consent, HandedIn, Said, Signature
from atom_release.gate.vocabulary import ControlState, Outcome

_UNWAIVABLE = {
    "claims": "a contradicted claim cannot be waived: the report says what is not so",
    "signing": "a bad signature cannot be waived",
    "signature": "a bad signature cannot be waived",
    "tag": "a tag in the way cannot be waived: nobody can accept what another signature stands for",
}


class Waiver(Consent):
    """What a person signs who accepts a failure."""

    type: Literal["atom-release/waiver/v1"] = "atom-release/waiver/v1"
    criterion: Said
    fingerprint: str = Field(
        pattern=r"^[0-9a-f]{64}$", description="of the failure, as `explain` prints it"
    )
    reason: Said
    ticket: Said
    magnitudes: dict[str, FiniteFloat] = Field(
        default_factory=dict, description="how large a failure it accepts, as the decision has it"
    )

    @model_validator(mode="after")
    def _lasts(self) -> Waiver:
        if self.expires <= self.not_before:
            message = "it expires before it begins"
            raise ValueError(message)
        return self


class Presented(HandedIn):
    """A waiver as it was handed in; `waiver` is None where it cannot be read."""

    waiver: Waiver | None


class WaiverUse(BaseModel):
    """What became of one waiver in one decision; always shown, whether it counted or not."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    digest: str
    criterion: str
    approver: str
    ticket: str
    reason: str
    not_before: str
    expires: str
    signature: Signature
    signer: str
    counts: bool
    why: str


def fingerprint(criterion: str, failing: Iterable[Failing]) -> str:
    """Return the fingerprint of a criterion's failure.

    Over its failing legs' question, subject, answer and deciding facts.
    """
    legs = sorted(json.dumps(leg.material, sort_keys=True) for leg in failing)
    return hashlib.sha256(json.dumps([criterion, legs]).encode()).hexdigest()


def unwaivable(failing: Sequence[Failing]) -> str:
    """Return why nobody may waive this failure, or nothing."""
    if not failing:
        return "nothing was shown, and nothing cannot be waived"
    for leg in failing:
        if leg.control is ControlState.VACUOUS:
            return f"a vacuous suite cannot be waived ({leg.question}/{leg.subject})"
        if leg.question in _UNWAIVABLE and (leg.outcome is Outcome.FAIL or leg.question == "tag"):
            return _UNWAIVABLE[leg.question]
    return ""


def refusal(
    presented: Presented,
    commit: str,
    failure: str,
    as_of: datetime,
    size: Mapping[str, float] | None = None,
) -> str:
    """Return why a waiver does not cover this failure of its criterion on this commit now.

    Or nothing where it does.
    """
    signed = _unsigned(presented)
    waiver = presented.waiver
    if signed or waiver is None:
        return signed or "it cannot be read"
    if barred := waiver.about_another(commit) or waiver.out_of_time(as_of):
        return barred
    if waiver.fingerprint != failure:
        return (
            f"the failure is another now: {failure[:12]}, and {waiver.fingerprint[:12]} was waived"
        )
    return severity.worse(waiver.magnitudes, size or {})


def _unsigned(presented: Presented) -> str:
    return {
        Signature.UNKNOWN_KEY: f"its key is not one that is trusted here: {presented.signer[:12]}",
        Signature.BAD: "its signature does not fit what it says",
        Signature.UNREADABLE: "it cannot be read as a signed waiver",
    }.get(presented.signature, "")


def use(presented: Presented, why: str) -> WaiverUse:
    """Return the account of a waiver: it counted where there is no reason against it."""
    waiver = presented.waiver
    return WaiverUse(
        digest=presented.digest,
        criterion=waiver.criterion if waiver else "",
        approver=waiver.approver if waiver else "",
        ticket=waiver.ticket if waiver else "",
        reason=waiver.reason if waiver else "",
        not_before=waiver.not_before.isoformat() if waiver else "",
        expires=waiver.expires.isoformat() if waiver else "",
        signature=presented.signature,
        signer=presented.signer,
        counts=not why,
        why=why or "counts",
    )


def describe_waiver(waiver: WaiverUse, before: Outcome, reason: str) -> str:
    """Return in one line what was accepted, by whom and until when, with the outcome before."""
    solo = (
        ", signed with the producer's own key (solo)"
        if waiver.signature is Signature.SOLO
        else f", signed by {waiver.signer}"
    )
    return (
        f"was {before}, waived by {waiver.approver} until {waiver.expires} ({waiver.ticket}:"
        f" {waiver.reason}){solo}; before: {reason}"
    )
