"""The act of tagging: the release commit, its tag and their push, once, whatever happens between.

Nothing is done on the word of an earlier step: the decision is derived again right here, or the
commit carries it already. When a commit may be tagged that was merged stands in `after_merge`.
"""

from __future__ import annotations

from dataclasses import dataclass

from atom_release.acts.journal import Entry, Journal
from atom_release.acts.push import Wanted, push
from atom_release.acts.tag import RemoteTag, RemoteTagState, TagFacts, ask_remote_tag
from atom_release.acts.turns import Turn
from atom_release.errors import ActFailed
from atom_release.records import canonical, names, signing
from atom_release.release import bundle_decision, release_objects, released, stored_decision
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


def tag(work: Work, merged: str = "") -> Released:
    """Make the release commit and its tag and push both; after a merge the tag alone.

    Or find that this was done and finish what a crash left undone.

    Args:
        work: the run.
        merged: lines of the tag's message on how the judged commit came into the base branch.

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
        objects = release_objects.ReleaseObjects(work, journal, green, artifacts, merged)
        onto = None if work.manifest.merges_first else release_objects.onto_branch(work)
        entry = objects.tag(objects.commit(entry, onto))
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
        "" if work.manifest.merges_first else manifest.release.branch,
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
