"""The acts themselves: the release commit, its tag, the push, the request to merge, the archive. Each is done once, whatever happens in between.

Nothing is done on the word of an earlier step: the decision is derived again right here, or the commit carries it already.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from atom_release.errors import Refused
from atom_release.gate import reports
from atom_release.gate.decision import Decision
from atom_release.gate.vocabulary import Outcome, Verdict
from atom_release.graph import standing, trust
from atom_release.graph.step import Step, now
from atom_release.graph.subject import Subject
from atom_release.publish import bundle, canonical, record, signing
from atom_release.publish.journal import Entry, Journal
from atom_release.publish.pull_request import PullRequest, pull_request_text
from atom_release.publish.release_commit import still_fits
from atom_release.publish.repository import Identity, Onto, Signature, Wanted, identity_of, make_release_commit, make_tag_object, push

_ITSELF = Identity("atom-release", "atom-release@localhost")
_RECEIPT = "application/vnd.atom-release.receipt+json"
_README = """\
# Audit bundle

Everything that the decision on this release rests on. To verify it without the gate's help:

    atom-release verify {name} --key gate.pem.pub

`{decision}` is a DSSE envelope (ECDSA P-256 over SHA-256) around an in-toto statement whose subjects are all other files by their SHA-256.
The decision in it follows from the evidence inside the JSON files. Check the public key against one that you already have.
"""


@dataclass(frozen=True)
class Released:
    """What the tag act came to."""

    tag: str
    tag_object: str
    commit: str
    before: bool


def tag(step: Step) -> Released:
    """Make the release commit and its tag and push both, or find that this was done.

    Raises:
        Refused: the decision on this commit is not GREEN, now.
        ActFailed: the remote, the repository or the disk did not let it happen; nothing is half done.
    """
    from atom_release.publish.repository import describe_tag  # noqa: PLC0415 - heavy imports stay inside

    subject = step.subject
    release = subject.manifest.release
    if standing.of(subject) is not None:
        facts = describe_tag(subject.tree.repository, release.tag, judged=subject.commit, remote_name=subject.manifest.infrastructure.remote)
        if facts is not None:
            return Released(release.tag, facts.object, facts.commit, before=True)
    found, artifacts = trust.green_record(subject)
    journal = Journal(step.settings.home / "journal" / subject.tree.root)
    entry = journal.begin(subject.commit, release.version, canonical.digest(found.envelope), now())
    entry = _committed(step, journal, entry, found, artifacts)
    wanted = Wanted(subject.manifest.infrastructure.remote, release.branch, str(entry.committed), release.tag, str(entry.tagged))
    pushed = push(subject.tree.repository, wanted)
    journal.reach(entry, pushed=now())
    for note in pushed.notes:
        step.context.log.warning("%s", note)
    _receipt(step, entry, pushed.address)
    return Released(release.tag, str(entry.tagged), str(entry.committed), before=False)


def _committed(step: Step, journal: Journal, entry: Entry, found: record.Record, artifacts: Mapping[str, bytes]) -> Entry:
    """Give the journal's entry with release commit and tag object, made as objects only; a crash before the push leaves nothing visible."""
    subject = step.subject
    manifest, repository = subject.manifest, subject.tree.repository
    identity = identity_of(repository, _ITSELF)
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
        entry = journal.reach(entry, tagged=make_tag_object(repository, manifest.release.tag, str(entry.committed), signature))
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


def request_merge(step: Step) -> str:
    """Write the pull request's text and give it.

    Raises:
        Refused: this commit was not released.
        ActFailed: the remote does not hold the release.
    """
    subject = step.subject
    made = standing.of(subject)
    if made is None or made.record.decision.verdict is not Verdict.GREEN:
        raise Refused(f"Commit {subject.commit[:12]} is not released: there is nothing to merge.", "Run the release_tag asset first.")
    release = subject.manifest.release
    title = f"{release.name} {release.version}"
    asked = PullRequest(title, subject.manifest.infrastructure.remote, release.base, release.branch, made.release_commit, release.tag)
    name = step.blueprint.artifact("PullRequest.md")
    before = step.inputs([name])
    if name in before:
        return before[name].decode()
    text = pull_request_text(subject.tree.repository, asked, reports.decision_table(made.record.decision))
    step.write({name: text.encode()})
    return text


def archive(step: Step) -> tuple[str, str, int]:
    """Write the audit bundle of the newest decision and give its path, digest and size."""
    subject = step.subject
    made = standing.of(subject)
    artifacts, envelope = (made.artifacts, made.record.envelope) if made else trust.artifacts_of(subject, trust.newest_run(subject))
    name = step.blueprint.artifact("AuditBundle.zip")
    place = f"{standing.folder(subject.manifest)}/{name}"
    if made and (existing := _archived(subject, place)) is not None:
        return place, canonical.digest(existing), len(existing)
    content = bundle.build_bundle(_contents(subject, name, artifacts, envelope))
    subject.store.put(place, content)
    return place, canonical.digest(content), len(content)


def _contents(subject: Subject, name: str, artifacts: Mapping[str, bytes], envelope: bytes) -> dict[str, bytes]:
    decision = standing.decision_name(subject.manifest)
    readme = _README.format(name=name, decision=decision).encode()
    return {**artifacts, decision: envelope, "README.md": readme, "gate.pem.pub": subject.key.public.pem}


def _archived(subject: Subject, place: str) -> bytes | None:
    file = subject.store.root / place
    return file.read_bytes() if file.exists() else None
