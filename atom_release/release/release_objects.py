"""The release commit and its tag as objects, each journalled when it was made.

What they say stands here; that they may be made, and where they are pushed, is decided by the act.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from atom_release.acts.journal import Entry, Journal
from atom_release.acts.release_commit import (
    ITSELF,
    Onto,
    Signature,
    identity_of,
    make_release_commit,
    make_tag_object,
    still_fits,
)
from atom_release.acts.tag_signing import TagKey
from atom_release.gate.decision.decision import Decision
from atom_release.gate.documents.rows import Kind, rows
from atom_release.gate.manifest import Manifest
from atom_release.gate.printable import one_line, printable
from atom_release.gate.vocabulary import Outcome
from atom_release.records import canonical, record
from atom_release.release import attempts, released
from atom_release.release.clock import now
from atom_release.release.work import Work


def onto_branch(work: Work) -> Onto:
    """Return the release's branch on the remote, which the release commit is to stand on."""
    return Onto(
        work.manifest.infrastructure.remote,
        work.manifest.release.branch,
        lambda commit: released.is_own(work.subject, commit),
    )


def committed_files(
    manifest: Manifest, artifacts: Mapping[str, bytes], envelope: bytes
) -> dict[str, bytes]:
    """Return what a release commit adds to the judged tree, by path."""
    folder = released.folder(manifest)
    files = {
        f"{folder}/{name}": content
        for name, content in artifacts.items()
        if name != record.MANIFEST
    }
    return {**files, f"{folder}/{released.decision_name(manifest)}": envelope}


@dataclass(frozen=True)
class ReleaseObjects:
    """What a GREEN decision becomes in git: objects only, so that a crash leaves nothing visible.

    `merged` are further lines of the tag's message: how what is tagged came into the base branch.
    """

    work: Work
    journal: Journal
    green: record.Record
    artifacts: Mapping[str, bytes]
    merged: str = ""

    def commit(self, entry: Entry, onto: Onto | None) -> Entry:
        """Make the release commit, unless one that was journalled still fits.

        After a crash the remote's branch may have moved, or what was made lies in another's clone.

        Args:
            entry: how far the release came.
            onto: the branch that is to receive it; None for a commit that only a tag reaches.

        Raises:
            ActFailed: the remote's branch holds something else, or nothing can be written.
        """
        subject = self.work.subject
        repository = subject.tree.repository
        if (
            entry.committed is not None
            and entry.pushed is None
            and not still_fits(repository, entry.committed, onto, entry.tagged)
        ):
            entry = self.journal.reach(entry, committed=None, tagged=None)
        if entry.committed is not None:
            return entry
        files = committed_files(subject.manifest, self.artifacts, self.green.envelope)
        signature = self._signature(entry, _message(self.green.decision, "Release evidence"))
        made = make_release_commit(repository, subject.commit, files, signature, onto)
        return self.journal.reach(entry, committed=made)

    def tag(self, entry: Entry) -> Entry:
        """Make the tag object on the release commit, unless it was journalled.

        Raises:
            ActFailed: it cannot be made.
        """
        if entry.tagged is not None:
            return entry
        earlier = attempts.describe_attempts(self.green, self.artifacts)
        made = make_tag_object(
            self.work.subject.tree.repository,
            self.work.manifest.release.tag,
            str(entry.committed),
            self._signature(entry, _tag_message(self.green, f"{self.merged}{earlier}")),
            TagKey.parse(self.work.settings.tag_key),
        )
        return self.journal.reach(entry, tagged=made)

    def _signature(self, entry: Entry, message: str) -> Signature:
        identity = identity_of(self.work.subject.tree.repository, ITSELF)
        return Signature(identity, _moment(entry), message)


def _moment(entry: Entry) -> datetime:
    """Return the moment the acts began, so that a resumed act makes the same objects."""
    return entry.prepared or now()


def _message(decision: Decision, title: str) -> str:
    return (
        f"{decision.verdict}: {title} {one_line(f'{decision.release} {decision.version}')}\n\n"
        f"{one_line(decision.reason)}\n\nJudged-Commit:"
        f" {decision.commit}\nDecision: {decision.verdict}\n"
    )


def _tag_message(green: record.Record, further: str) -> str:
    decision = green.decision
    shown = rows(decision)
    noted = "".join(
        f"Noted: {row.name} {' '.join(row.sentence.split())}\n"
        for row in shown
        if row.kind is Kind.ASKED and row.outcome in {Outcome.BLOCKED, Outcome.WAIVED}
    )
    left_out = "".join(
        f"Left-Out: {row.name}: {one_line(row.reason)}\n"
        for row in shown
        if row.kind is Kind.LEFT_OUT
    )
    return printable(
        f"{_message(decision, 'Release')}Decision-Digest:"
        f" sha256:{canonical.digest(green.envelope)}\n{noted}{left_out}{further}"
    )
