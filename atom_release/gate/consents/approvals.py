"""Approvals.

People sign that a release may be made of what they looked at. Where n are asked, every commit since
the release before needs n people who neither wrote nor committed it; nobody counts for their own.

Who a person is, is not what they write of themselves (`gate.consents.review`). Signatures were
checked by whoever read the approvals; here is only what counts.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from atom_release.gate.consents.review import Change, Review, Signatory
from atom_release.gate.consents.signed import Consent, HandedIn, Signature


class Approval(Consent):
    """What a person signs who approves of a commit's release."""

    type: Literal["atom-release/approval/v1"] = "atom-release/approval/v1"
    looked_at: str = Field(
        default="",
        pattern=r"^([0-9a-f]{64})?$",
        description="digest of what was looked at: the commit, its tree, every commit in the range",
    )


class Shown(HandedIn):
    """An approval as it was handed in; `approval` is None where it cannot be read."""

    approval: Approval | None


class ApprovalUse(BaseModel):
    """What became of one approval in one decision."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    digest: str
    signer: str
    counts: bool
    why: str


def judge_approvals(
    shown: Iterable[Shown],
    commit: str,
    review: Review,
    people: Sequence[Signatory],
    as_of: datetime,
) -> tuple[ApprovalUse, ...]:
    """Return of each approval whether it counts for this review at this moment, ordered by digest.

    A person counts once.
    """
    uses: list[ApprovalUse] = []
    for approval in sorted(shown, key=lambda approval: approval.digest):
        why = _refusal(approval, commit, review, people, as_of)
        if not why and any(use.counts and use.signer == approval.signer for use in uses):
            why = f"{approval.signer} approved already"
        uses.append(
            ApprovalUse(
                digest=approval.digest,
                signer=approval.signer,
                counts=not why,
                why=why or _own_part(approval.signer, review, people) or "counts",
            )
        )
    return tuple(uses)


def _refusal(
    shown: Shown, commit: str, review: Review, people: Sequence[Signatory], as_of: datetime
) -> str:
    approval, person = shown.approval, _person(shown.signer, people)
    if approval is None or shown.signature is not Signature.TRUSTED:
        return f"it is not signed by another person's trusted key ({shown.signature})"
    own = bool(review.changes) and all(
        person is not None and person.made(change) for change in review.changes
    )
    refusals = (
        (not review.digest, review.unknown or "this release asks for no approvals"),
        (
            approval.looked_at != review.digest,
            (
                "it names something else than what is to be released:"
                f" {approval.looked_at[:12] or 'nothing'}, not {review.digest[:12]}"
            ),
        ),
        (
            person is None or not person.addresses,
            f"no address is bound to {shown.signer}: which commits are theirs is not known",
        ),
        (own, f"{shown.signer} wrote or committed all that is to be approved"),
    )
    wrong = next((why for refused, why in refusals if refused), "")
    return approval.about_another(commit) or wrong or approval.out_of_time(as_of)


def _own_part(signer: str, review: Review, people: Sequence[Signatory]) -> str:
    person = _person(signer, people)
    own = [change for change in review.changes if person is not None and person.made(change)]
    return f"counts, but not for {own[0]}, their own" if own else ""


def _person(name: str, people: Sequence[Signatory]) -> Signatory | None:
    return next((person for person in people if person.name == name), None)


def lacking(
    needed: int, uses: Sequence[ApprovalUse], review: Review, people: Sequence[Signatory]
) -> tuple[str, str]:
    """Return what is missing where so many people have to approve of every commit, and the remedy.

    Two empty texts where nothing is missing.
    """
    if review.unknown:
        return f"which commits are to be approved is not known: {review.unknown}", _WHOLE_HISTORY
    given = [person for person in people if person.name in {u.signer for u in uses if u.counts}]
    refused = "; ".join(use.why for use in uses if not use.counts)
    beside = f" ({refused})" if refused else ""
    if len(given) < needed and not review.changes:
        return f"{len(given)} of {needed} approvals{beside}", _remedy(needed, None, people)
    for change in review.changes:
        counting = [person for person in given if not person.made(change)]
        if len(counting) < needed:
            lacks = (
                f"{len(counting)} of {needed} approvals of {change} by people who neither wrote nor"
                f" committed it, {review.since}{beside}"
            )
            return lacks, _remedy(needed, change, people)
    return "", ""


def _remedy(needed: int, change: Change | None, people: Sequence[Signatory]) -> str:
    able = [
        person.name
        for person in people
        if person.keys and person.addresses and not (change and person.made(change))
    ]
    if len(able) >= needed:
        return (
            f"{needed} of {', '.join(able)}: look at the commits, then atom-release approve --key"
            " KEY --approver NAME --expires MOMENT"
        )
    names = ", ".join(person.name for person in people) or "nobody"
    left = ", ".join(able) or "nobody"
    sha = f" {change.example[:12]}" if change else ""
    return (
        f"Nobody else is left who could approve{sha}: trusted here: {names}; of them did not make"
        f" it: {left}. Add people to the operator's file (people: name, addresses, keys)."
    )


_WHOLE_HISTORY = "git fetch --unshallow --tags"
