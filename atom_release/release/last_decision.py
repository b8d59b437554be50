"""The newest decision on a commit and the ledger behind it, read back.

Nothing is asked and nothing is made.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from atom_release.errors import Refused
from atom_release.gate.decision.claims_summary import Account, accounts
from atom_release.gate.decision.decision import Decision
from atom_release.release import released, stored_decision
from atom_release.release.grounds import grounds_of
from atom_release.release.subject import Subject, open_subject
from atom_release.settings import Settings

if TYPE_CHECKING:
    from atom_release.gate.documents.description import Grounds
    from atom_release.records.record import Record


@dataclass(frozen=True)
class ReleaseStatus:
    """Where a release stands: its newest decision, if any can be believed, else why none can."""

    release: str
    commit: str
    tag: str
    decision: Decision | None
    released: bool = False
    reason: str = ""
    grounds: Grounds | None = None


def release_status(settings: Settings) -> ReleaseStatus:
    """Return where the release stands at its commit; nothing is asked and nothing made.

    Raises:
        Misuse: repository, revision or manifest are not usable.
        Refused: nothing was ever judged here.
    """
    subject = open_subject(settings, create=False)
    release = subject.manifest.release
    title = f"{release.phase} {release.name} {release.version}"
    recorded = released.find_released(subject)
    if recorded is not None:
        decision = recorded.record.decision
        return ReleaseStatus(title, subject.commit, release.tag, decision, released=True)
    try:
        record = stored_decision.newest_record(subject)
    except Refused as error:
        return ReleaseStatus(title, subject.commit, release.tag, None, reason=error.message)
    return ReleaseStatus(
        title, subject.commit, release.tag, record.decision, grounds=_grounds(record, subject)
    )


def last_decision(settings: Settings) -> Decision:
    """Return the newest decision on the commit, derived again; nothing is asked and nothing made.

    Raises:
        Misuse: repository, revision or manifest are not usable.
        Refused: there is no decision that can be believed.
    """
    return _last_record(settings).decision


def explained_decision(settings: Settings) -> tuple[Decision, Grounds]:
    """Return the newest decision on the commit with what it rests on, for who explains it.

    Raises:
        Misuse: repository, revision or manifest are not usable.
        Refused: there is no decision that can be believed.
    """
    record = _last_record(settings)
    return record.decision, _grounds(record, open_subject(settings, create=False))


def _grounds(record: Record, subject: Subject) -> Grounds:
    return grounds_of(record.decision, record.manifest, record.evidence, subject.tree)


def last_accounts(settings: Settings) -> tuple[Account, ...]:
    """Return the ledger of every service's report from the newest run on the commit.

    Worked out again from its evidence.

    Raises:
        Misuse: repository, revision or manifest are not usable.
        Refused: there is no decision that can be believed.
    """
    record = _last_record(settings)
    return accounts(record.manifest, record.evidence, record.decision.criteria)


def _last_record(settings: Settings) -> Record:
    """Return the record of the release where it is out, else that of the newest run."""
    subject = open_subject(settings, create=False)
    recorded = released.find_released(subject)
    return recorded.record if recorded else stored_decision.newest_record(subject)
