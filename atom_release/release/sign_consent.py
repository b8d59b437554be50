"""Signing a waiver or an approval for the newest decision, and handing it in.

To a file, or to the repository's own reference.

What cannot count is refused while the person is still there to mend it; that it counts later is
decided by the gate alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from pydantic import ValidationError

from atom_release.acts import waivers_ref
from atom_release.acts.release_commit import ITSELF, Signature, identity_of
from atom_release.errors import Misuse, Refused, StoreError
from atom_release.gate.consents.approvals import Approval
from atom_release.gate.consents.waivers import Waiver
from atom_release.gate.decision.decision import CriterionResult, Decision
from atom_release.records import consents, signing_keys
from atom_release.release import review_range, trusted_keys
from atom_release.release.clock import now
from atom_release.release.last_decision import last_decision
from atom_release.release.subject import Subject, open_subject
from atom_release.settings import Settings
from atom_release.source.own_places import OwnPlace, check_own_places

One = TypeVar("One", Waiver, Approval)


@dataclass(frozen=True)
class Said:
    """What the person said, in words as they came."""

    approver: str
    expires: str
    not_before: str | None = None
    reason: str = ""
    ticket: str = ""


def waive(
    settings: Settings, criteria: Sequence[str], statement: Said, key: Path | None, to: Path | None
) -> dict[str, object]:
    """Sign a waiver for each of these criteria's failures in the newest decision, hand them in.

    And say what was done.

    Raises:
        Misuse: there is no such criterion, nothing to waive, or something that must be said is not.
        Refused: nobody can waive that failure, or there is no decision to waive anything of.
    """
    decision = last_decision(settings)
    failures = [_failure(decision, criterion) for criterion in criteria]
    return _handed_in(
        settings, [_waiver(decision, failure, statement) for failure in failures], key, to
    )


def approve(
    settings: Settings, statement: Said, key: Path | None, to: Path | None
) -> dict[str, object]:
    """Sign an approval of all that would be released by the settings' commit, and hand it in.

    It names the digest of that: the commit, its tree, and every commit since the release before.

    Raises:
        Misuse: the commit or the key are not usable, or something that must be said is not.
        Refused: which commits are to be approved cannot be told.
    """
    subject = open_subject(settings, create=True)
    review = review_range.review_of(subject, trusted_keys.release_before(subject))
    if review.unknown:
        raise Refused(
            f"Which commits are to be approved is not known: {review.unknown}.",
            "git fetch --unshallow --tags",
        )
    looked_at = {"commit": subject.commit, "looked_at": review.digest}
    handed_in = _handed_in(
        settings, [_made(Approval, {**looked_at, **_common(statement)})], key, to
    )
    commits = sum(change.commits for change in review.changes)
    return {**handed_in, "approved": f"{commits} commits {review.since}"}


def _failure(decision: Decision, criterion: str) -> CriterionResult:
    try:
        result = decision.criterion(criterion)
    except KeyError:
        ids = ", ".join(result.id for result in decision.criteria)
        raise Misuse(
            f"{criterion} is not a criterion of this decision; there are {ids}.",
            "See `atom-release explain`.",
        ) from None
    if not result.failure or result.accepted:
        raise Misuse(
            f"There is nothing to waive: {criterion} is {result.outcome}.",
            "See `atom-release explain`.",
        )
    if result.unwaivable:
        raise Refused(f"{criterion}: {result.unwaivable}.", "Mend what was found.")
    return result


def _waiver(decision: Decision, failed: CriterionResult, statement: Said) -> Waiver:
    named = {
        "criterion": failed.id,
        "commit": decision.commit,
        "fingerprint": failed.failure,
        "reason": statement.reason,
        "ticket": statement.ticket,
    }
    return _made(Waiver, {**named, "magnitudes": failed.magnitudes, **_common(statement)})


def _common(statement: Said) -> dict[str, object]:
    return {
        "approver": statement.approver,
        "not_before": statement.not_before or now(),
        "expires": statement.expires,
    }


def _made(kind: type[One], fields: Mapping[str, object]) -> One:
    try:
        return kind.model_validate(fields)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "what is to be signed"
        raise Misuse(f"{where}: {first['msg']}.", "See `atom-release waive --help`.") from error


def _handed_in(
    settings: Settings, made: Sequence[Waiver | Approval], key: Path | None, to: Path | None
) -> dict[str, object]:
    subject = open_subject(settings, create=True)
    if to is not None:
        written = OwnPlace("The file to write to", to.absolute(), "--to", only_links=True)
        check_own_places([written], subject.tree)
    pair = subject.key if key is None else signing_keys.load_key(key)
    envelopes = [consents.sign(consent, pair) for consent in made]
    where = _to_reference(subject, envelopes) if to is None else _to_file(to, envelopes)
    signed = (
        "the producer's own key (solo)"
        if pair.public.keyid == subject.key.public.keyid
        else pair.public.keyid
    )
    return {
        "written": where,
        "signed": signed,
        "entries": [consent.model_dump(mode="json") for consent in made],
    }


def _to_reference(subject: Subject, envelopes: list[bytes]) -> str:
    repository = subject.tree.repository
    commit = waivers_ref.add(
        repository,
        envelopes,
        Signature(identity_of(repository, ITSELF), now(), "What people signed about a release"),
    )
    return f"{waivers_ref.REFERENCE} ({commit[:12]})"


def _to_file(place: Path, envelopes: list[bytes]) -> str:
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        with place.open("ab") as file:
            file.writelines(envelopes)
    except OSError as error:
        raise StoreError(
            f"{place} cannot be written: {error.strerror}.", "Name another file with --to."
        ) from error
    return str(place)
