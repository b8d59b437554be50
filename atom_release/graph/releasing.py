"""The acts themselves: the release commit, its tag, the push, the request to merge, the archive. Each is done once, whatever happens in between.

Nothing is done on the word of an earlier step: the decision is derived again right here, or the commit carries it already.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from atom_release.gate.decision import Decision
from atom_release.gate.vocabulary import Outcome
from atom_release.graph import archiving, standing, trust
from atom_release.graph.step import Step, now
from atom_release.publish import canonical, record, signing
from atom_release.publish.journal import Entry, Journal
from atom_release.publish.release_commit import still_fits
from atom_release.publish.repository import ITSELF, Onto, Signature, TagFacts, Wanted, identity_of, make_release_commit, make_tag_object, push
from atom_release.publish.tag_signing import TagKey
from atom_release.publish.turn import turn

_RECEIPT = "application/vnd.atom-release.receipt+json"


@dataclass(frozen=True)
class Released:
    """What the tag act came to."""

    tag: str
    tag_object: str
    commit: str
    before: bool


def tag(step: Step) -> Released:
    """Make the release commit and its tag and push both, or find that this was done and finish what a crash left undone.

    Raises:
        Refused: the decision on this commit is not GREEN, now.
        ActFailed: the remote, the repository or the disk did not let it happen, or another run acts and does not end; nothing is half done.
    """
    from atom_release.publish.repository import describe_tag  # noqa: PLC0415 - heavy imports stay inside

    subject = step.subject
    release = subject.manifest.release
    journal = archiving.journal_of(step)
    with turn(archiving.lock_of(step), step.context.log.warning):
        if standing.of(subject) is not None:
            facts = describe_tag(subject.tree.repository, release.tag, judged=subject.commit, remote_name=subject.manifest.infrastructure.remote)
            if facts is not None:
                _finish(step, journal, facts)
                return Released(release.tag, facts.object, facts.commit, before=True)
        found, artifacts = trust.green_record(subject)
        entry = journal.begin(subject.commit, release.version, canonical.digest(found.envelope), now())
        entry = _committed(step, journal, entry, found, artifacts)
        _send(step, journal, entry)
    return Released(release.tag, str(entry.tagged), str(entry.committed), before=False)


def _finish(step: Step, journal: Journal, facts: TagFacts) -> None:
    """Do what the journal lacks of a release that the remote already has: a crash came between the push and the note of it."""
    entry = journal.read(step.subject.commit, step.manifest.release.version)
    if entry is not None and entry.pushed is None and (entry.committed, entry.tagged) == (facts.commit, facts.object):
        _send(step, journal, entry)


def _send(step: Step, journal: Journal, entry: Entry) -> None:
    """Push, account for it, and only then note it: whatever is repeated after a crash finds itself done."""
    manifest = step.manifest
    wanted = Wanted(manifest.infrastructure.remote, manifest.release.branch, str(entry.committed), manifest.release.tag, str(entry.tagged))
    pushed = push(step.subject.tree.repository, wanted)
    for note in pushed.notes:
        step.context.log.warning("%s", note)
    _receipt(step, entry, pushed.address)
    journal.reach(entry, pushed=now())


def _committed(step: Step, journal: Journal, entry: Entry, found: record.Record, artifacts: Mapping[str, bytes]) -> Entry:
    """Give the journal's entry with release commit and tag object, made as objects only; a crash before the push leaves nothing visible."""
    subject = step.subject
    manifest, repository = subject.manifest, subject.tree.repository
    identity, key = identity_of(repository, ITSELF), TagKey.of(step.settings.tag_key)
    onto = Onto(manifest.infrastructure.remote, manifest.release.branch, lambda commit: standing.is_own(subject, commit))
    if entry.committed is not None and entry.pushed is None and not still_fits(repository, entry.committed, onto):
        entry = journal.reach(entry, committed=None, tagged=None)  # the remote's branch moved after a crash: what was made then cannot be pushed
    if entry.committed is None:
        files = {f"{standing.folder(manifest)}/{name}": content for name, content in artifacts.items() if name != record.MANIFEST}
        files[f"{standing.folder(manifest)}/{standing.decision_name(manifest)}"] = found.envelope
        signature = Signature(identity, _moment(entry), _message(found.decision, "Release evidence"))
        entry = journal.reach(entry, committed=make_release_commit(repository, subject.commit, files, signature, onto))
    if entry.tagged is None:
        signature = Signature(identity, _moment(entry), _tag_message(found))
        entry = journal.reach(entry, tagged=make_tag_object(repository, manifest.release.tag, str(entry.committed), signature, key))
    return entry


def _moment(entry: Entry) -> datetime:
    """Give the moment the acts began, so that a resumed act makes the same objects."""
    return entry.prepared or now()


def _message(decision: Decision, title: str) -> str:
    return f"{title}: {decision.release} {decision.version}\n\n{decision.reason}\n\nJudged-Commit: {decision.commit}\nDecision: {decision.verdict}\n"


def _tag_message(found: record.Record) -> str:
    decision = found.decision
    beside = [f"{one.id} {one.outcome}: {one.reason}" for one in decision.criteria if one.outcome in {Outcome.BLOCKED, Outcome.WAIVED}]
    noted = "".join(f"Noted: {sentence}\n" for sentence in beside)
    return f"{_message(decision, 'Release')}Decision-Digest: sha256:{canonical.digest(found.envelope)}\n{noted}"


def _receipt(step: Step, entry: Entry, address: str) -> None:
    """Store what was done, signed; it is an account, and never an input of a decision."""
    said = {
        "commit": entry.judged,
        "release_commit": entry.committed,
        "tag_object": entry.tagged,
        "decision": entry.decision,
        "remote": address,
        "at": now().isoformat(),
    }
    step.write({step.blueprint.artifact("Receipt.dsse.json"): signing.sign(canonical.encode(said), _RECEIPT, step.subject.key)})
