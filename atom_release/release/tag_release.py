"""The acts themselves: the release commit, its tag, the push, the request to merge, the archive.

Each is done once, whatever happens in between.

Nothing is done on the word of an earlier step: the decision is derived again right here, or the
commit carries it already.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from atom_release.acts.journal import Entry, Journal
from atom_release.acts.push import Wanted, push
from atom_release.acts.release_commit import (
    ITSELF,
    Onto,
    Signature,
    identity_of,
    make_release_commit,
    make_tag_object,
    still_fits,
)
from atom_release.acts.tag import RemoteTag, RemoteTagState, TagFacts, ask_remote_tag
from atom_release.acts.tag_signing import TagKey
from atom_release.acts.turns import Turn
from atom_release.errors import ActFailed
from atom_release.gate.decision.decision import Decision
from atom_release.gate.documents.rows import Kind, rows
from atom_release.gate.printable import one_line, printable
from atom_release.gate.vocabulary import Outcome
from atom_release.records import canonical, names, record, signing
from atom_release.release import attempts, bundle_decision, released, stored_decision
from atom_release.release.clock import now
from atom_release.release.work import Work

_RECEIPT = "application/vnd.atom-release.receipt+json"


@dataclass(frozen=True)
class Released:
    """What the tag act came to."""

    tag: str
    tag_object: str
    commit: str
    before: bool


def tag(work: Work) -> Released:
    """Make the release commit and its tag and push both.

    Or find that this was done and finish what a crash left undone.

    Raises:
        Refused: the decision on this commit is not GREEN, now.
        ActFailed: the remote, the repository or the disk did not let it happen, or another run acts
            and does not end; nothing is half done. Or it was done before, and the remote does not
            hold the tag any more as it was released.
    """
    from atom_release.acts.tag import describe_tag

    subject = work.subject
    release = subject.manifest.release
    journal = bundle_decision.journal_of(work)
    with bundle_decision.turn_to_act(work) as turn:
        standing = released.find_released(subject)
        if standing is not None:
            facts = describe_tag(
                subject.tree.repository,
                release.tag,
                judged=subject.commit,
                remote_name=subject.manifest.infrastructure.remote,
            )
            if facts is not None:
                _finish(work, journal, facts, turn)
                _require_held(released.ask_remote(subject, standing))
                return Released(release.tag, facts.object, facts.commit, before=True)
        green, artifacts = stored_decision.green_record(subject)
        entry = journal.begin(
            subject.commit, release.version, canonical.digest(green.envelope), now()
        )
        _never_pushed(work, entry)
        entry = _committed(work, journal, entry, green, artifacts)
        _send(work, journal, entry, turn)
    return Released(release.tag, str(entry.tagged), str(entry.committed), before=False)


def _require_held(answer: RemoteTag) -> None:
    if answer.state is not RemoteTagState.HELD:
        raise ActFailed(answer.sentence, answer.remedy)


def _never_pushed(work: Work, entry: Entry) -> None:
    """Check that the acts did not push this release before.

    What was released and is found neither here nor there is not released a second time.
    """
    if entry.pushed is not None:
        manifest = work.manifest
        answer = ask_remote_tag(
            work.subject.tree.repository,
            manifest.infrastructure.remote,
            manifest.release.tag,
            str(entry.tagged),
        )
        raise ActFailed(
            f"{manifest.release.tag} was released before, at {entry.pushed.isoformat()}:"
            f" {answer.sentence}",
            answer.remedy or "Look at the journal of the acts.",
        )


def _finish(work: Work, journal: Journal, facts: TagFacts, turn: Turn) -> None:
    """Do what the journal lacks of a release that the remote already has.

    A crash came between the push and the note of it.
    """
    entry = journal.read(work.subject.commit, work.manifest.release.version)
    if (
        entry is not None
        and entry.pushed is None
        and (entry.committed, entry.tagged) == (facts.commit, facts.object)
    ):
        _send(work, journal, entry, turn)


def _send(work: Work, journal: Journal, entry: Entry, turn: Turn) -> None:
    """Push, account for it, and only then note it.

    Whatever is repeated after a crash finds itself done.
    """
    manifest = work.manifest
    wanted = Wanted(
        manifest.infrastructure.remote,
        manifest.release.branch,
        str(entry.committed),
        manifest.release.tag,
        str(entry.tagged),
    )
    turn.require_held()
    pushed = push(work.subject.tree.repository, wanted)
    for note in pushed.notes:
        work.log.warning("%s", note)
    _receipt(work, entry, pushed.address)
    journal.reach(entry, pushed=now())


def _committed(
    work: Work, journal: Journal, entry: Entry, green: record.Record, artifacts: Mapping[str, bytes]
) -> Entry:
    """Return the journal's entry with release commit and tag object, made as objects only.

    A crash before the push leaves nothing visible.
    """
    subject = work.subject
    manifest, repository = subject.manifest, subject.tree.repository
    identity, key = identity_of(repository, ITSELF), TagKey.parse(work.settings.tag_key)
    onto = Onto(
        manifest.infrastructure.remote,
        manifest.release.branch,
        lambda commit: released.is_own(subject, commit),
    )
    if (
        entry.committed is not None
        and entry.pushed is None
        and not still_fits(repository, entry.committed, onto, entry.tagged)
    ):
        entry = journal.reach(
            entry, committed=None, tagged=None
        )  # after a crash the remote's branch moved, or what was made lies in another's clone
    if entry.committed is None:
        files = {
            f"{released.folder(manifest)}/{name}": content
            for name, content in artifacts.items()
            if name != record.MANIFEST
        }
        files[f"{released.folder(manifest)}/{released.decision_name(manifest)}"] = green.envelope
        signature = Signature(
            identity, _moment(entry), _message(green.decision, "Release evidence")
        )
        entry = journal.reach(
            entry, committed=make_release_commit(repository, subject.commit, files, signature, onto)
        )
    if entry.tagged is None:
        earlier = attempts.describe_attempts(green, artifacts)
        signature = Signature(identity, _moment(entry), _tag_message(green, earlier))
        entry = journal.reach(
            entry,
            tagged=make_tag_object(
                repository, manifest.release.tag, str(entry.committed), signature, key
            ),
        )
    return entry


def _moment(entry: Entry) -> datetime:
    """Return the moment the acts began, so that a resumed act makes the same objects."""
    return entry.prepared or now()


def _message(decision: Decision, title: str) -> str:
    return (
        f"{decision.verdict}: {title} {one_line(f'{decision.release} {decision.version}')}\n\n"
        f"{one_line(decision.reason)}\n\nJudged-Commit:"
        f" {decision.commit}\nDecision: {decision.verdict}\n"
    )


def _tag_message(green: record.Record, earlier: str) -> str:
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
        f" sha256:{canonical.digest(green.envelope)}\n{noted}{left_out}{earlier}"
    )


def _receipt(work: Work, entry: Entry, address: str) -> None:
    """Store what was done, signed; it is an account, and never an input of a decision."""
    receipt = {
        "commit": entry.judged,
        "release_commit": entry.committed,
        "tag_object": entry.tagged,
        "decision": entry.decision,
        "remote": address,
        "at": now().isoformat(),
    }
    work.write(
        {
            work.names.artifact(names.RECEIPT): signing.sign(
                canonical.encode(receipt), _RECEIPT, work.subject.key
            )
        }
    )
