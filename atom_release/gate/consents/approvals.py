"""Approvals.

Persons who are not the author of the judged commit sign that it may be released, where the manifest
asks a criterion for them.

Who a person is, is not what they write of themselves: it is the name under which a trusted place
keeps their key. Signatures were checked by whoever read the approvals; here is only what counts.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict

from atom_release.gate.consents.waivers import Commit, Moment, Said, Signature


class Approval(BaseModel):
    """What a person signs who approves of a commit's release."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    type: Literal["atom-release/approval/v1"] = "atom-release/approval/v1"
    commit: Commit
    approver: Said
    not_before: Moment
    expires: Moment


class Shown(BaseModel):
    """An approval as it was handed in; `signer` is the name under which the key is trusted."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    digest: str
    approval: Approval | None
    signature: Signature
    signer: str = ""


class ApprovalUse(BaseModel):
    """What became of one approval in one decision."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    digest: str
    signer: str
    counts: bool
    why: str


def used(
    shown: Iterable[Shown], commit: str, authors: Sequence[str], as_of: datetime
) -> tuple[ApprovalUse, ...]:
    """Say of each approval whether it counts for this commit at this moment, ordered by digest.

    A person counts once.
    """
    found: list[ApprovalUse] = []
    for one in sorted(shown, key=lambda one: one.digest):
        why = _refusal(one, commit, authors, as_of)
        if not why and any(other.counts and other.signer == one.signer for other in found):
            why = f"{one.signer} approved already"
        found.append(
            ApprovalUse(digest=one.digest, signer=one.signer, counts=not why, why=why or "counts")
        )
    return tuple(found)


def _refusal(one: Shown, commit: str, authors: Sequence[str], as_of: datetime) -> str:
    approval = one.approval
    if approval is None or one.signature is not Signature.TRUSTED:
        return f"it is not signed by another person's trusted key ({one.signature})"
    if approval.commit != commit:
        return f"it is for another commit: {approval.commit[:12]}"
    if one.signer.lower() in {author.lower() for author in authors}:
        return f"{one.signer} is the author of the judged commit"
    if as_of < approval.not_before:
        return f"it does not count before {approval.not_before.isoformat()}"
    return f"it expired at {approval.expires.isoformat()}" if as_of >= approval.expires else ""


def lacking(needed: int, uses: Sequence[ApprovalUse]) -> str:
    """Say what is missing where this many persons have to approve, or nothing."""
    given = [one.signer for one in uses if one.counts]
    if len(given) >= needed:
        return ""
    refused = "; ".join(one.why for one in uses if not one.counts)
    return f"{len(given)} of {needed} approvals by persons other than the author" + (
        f" ({refused})" if refused else ""
    )
