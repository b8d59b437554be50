"""Whether this commit is released already, and whether a commit is the gate's own.

Asked of git and of the signature, never of a database.

A release commit R is the gate's own when its tree holds a decision that this gate's key signed,
that follows from the artifacts beside it, and that judged R's first parent.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from atom_release.errors import ProbeFault, Refused, StoreError
from atom_release.gate.documents.vsa import PAYLOAD_TYPE
from atom_release.gate.manifest import Manifest
from atom_release.gate.vocabulary import Verdict
from atom_release.records import names as artifact_names
from atom_release.records import record, rederive, signing
from atom_release.release import state
from atom_release.release.gate_key import believed_gates
from atom_release.release.subject import Subject

if TYPE_CHECKING:
    from atom_release.acts.journal import Journal
    from atom_release.acts.tag import RemoteTag
    from atom_release.records.signing_keys import KeyPair
    from atom_release.source.commit import JudgedTree


@dataclass(frozen=True)
class Standing:
    """A release that was made before: its record, its artifacts, and what carries it.

    `tag_object` is empty where only the commit was looked at.
    """

    record: record.Record
    artifacts: Mapping[str, bytes]
    release_commit: str
    tag_object: str = ""


def folder(manifest: Manifest) -> str:
    """Return the folder of the release commit that holds the artifacts."""
    return f"releases/{manifest.release.version}"


def decision_name(manifest: Manifest) -> str:
    """Return the file name of the signed decision."""
    return f"{manifest.release.prefix}_{artifact_names.DECISION}"


def find_released(subject: Subject) -> Standing | None:
    """Return the release that was already made of this commit, or None.

    A tag whose decision does not verify is no release of this gate's; that it stands in the way is
    found and said by AC5 (`is_own`).
    """
    from atom_release.acts.tag import find_release

    release = subject.manifest.release
    existing = find_release(
        subject.tree.repository, subject.manifest.infrastructure.remote, release.tag, subject.commit
    )
    if existing is None:
        return None
    try:
        standing = carried_by(subject, existing.commit)
    except Refused:
        return None
    return replace(standing, tag_object=existing.object) if standing else None


def journal_of(subject: Subject) -> Journal:
    """Return the journal of the acts: its entries are named by judged commit, as every clone is."""
    from atom_release.acts.journal import Journal

    believed = believed_gates(subject.operator.operator)
    return Journal(state.journal_at(subject.settings, subject.key, believed))


def ask_remote(subject: Subject, standing: Standing) -> RemoteTag:
    """Ask the remote whether it still holds the tag that this release was pushed as.

    What was pushed is what the journal of the acts noted; where this machine has no such note, what
    carries the signed decision.
    """
    from atom_release.acts.tag import ask_remote_tag

    release = subject.manifest.release
    entry = journal_of(subject).read(subject.commit, release.version)
    noted = entry is not None and entry.pushed and entry.committed == standing.release_commit
    return ask_remote_tag(
        subject.tree.repository,
        subject.manifest.infrastructure.remote,
        release.tag,
        str(entry.tagged) if noted and entry else standing.tag_object,
    )


def carried_by(subject: Subject, commit: str) -> Standing | None:
    """Return the release that a commit carries.

    Or None where it holds no decision of this gate's about its first parent.
    """
    from atom_release.source.commit import open_tree

    tree = open_tree(subject.tree.repository, commit)
    name = f"{folder(subject.manifest)}/{decision_name(subject.manifest)}"
    if name not in tree.entries:
        return None
    envelope = tree.read(name)
    artifacts = _named_artifacts(tree, subject, envelope)
    made = rederive.rederive(artifacts, envelope, subject.key.public)
    return Standing(made, {**artifacts, decision_name(subject.manifest): envelope}, tree.commit)


def _named_artifacts(tree: JudgedTree, subject: Subject, envelope: bytes) -> dict[str, bytes]:
    try:
        signed = json.loads(signing.verify(envelope, subject.key.public, PAYLOAD_TYPE))
    except StoreError as error:
        raise Refused(
            f"The release commit's decision is not signed by this gate's key: {error.message}",
            "Run with the key that made the release.",
        ) from error
    names = [entry["name"] for entry in signed["subject"] if "sha256" in entry["digest"]]
    place = {
        name: name if name == record.MANIFEST else f"{folder(subject.manifest)}/{name}"
        for name in names
    }
    return {name: tree.read(path) for name, path in place.items() if path in tree.entries}


def is_own(subject: Subject, commit: str) -> bool:
    """Return whether a commit is a release commit that this gate made.

    Raises:
        ProbeFault: it holds a decision that another key signed, or that does not follow from its
            artifacts.
    """
    try:
        standing = carried_by(subject, commit)
    except Refused as error:
        raise ProbeFault(error.message, error.remedy) from error
    return standing is not None and standing.record.decision.verdict is Verdict.GREEN


def signer(key: KeyPair) -> tuple[Callable[[bytes], bytes], Callable[[bytes], bytes]]:
    """Return the functions by which a probe may sign and verify without knowing how."""
    kind = "application/vnd.atom-release.probe"
    return (lambda payload: signing.sign(payload, kind, key)), (
        lambda envelope: signing.verify(envelope, key.public, kind)
    )
