"""The audit bundle: made of the newest decision on the commit, or of the one that it was released by, and left alone where it is there."""

from __future__ import annotations

from pathlib import Path

from atom_release.graph import standing, trust
from atom_release.graph.step import Step
from atom_release.publish import audited, bundle, canonical, record
from atom_release.publish.journal import Journal


def journal_of(step: Step) -> Journal:
    """Give the journal of the judged repository."""
    return Journal(step.settings.home / "journal" / step.subject.tree.root)


def lock_of(step: Step) -> Path:
    """Give the file that whoever acts on the judged repository holds."""
    return step.settings.home / "journal" / f"{step.subject.tree.root}.lock"


def archive(step: Step) -> tuple[str, str, int]:
    """Write the audit bundle and give its path, digest and size; the same decision gives the same bytes, and writes them once.

    Raises:
        Refused: there is no decision that can be believed.
    """
    subject = step.subject
    made = standing.of(subject)
    if made:
        artifacts, found = made.artifacts, made.record
    else:
        artifacts, envelope = trust.artifacts_of(subject, trust.newest_run(subject))
        found = record.rederive(artifacts, envelope, subject.key.public)
    place = f"{standing.folder(subject.manifest)}/{step.blueprint.artifact('AuditBundle.zip')}"
    content = bundle.build_bundle(audited.contents(found, artifacts, subject.key.public.pem))
    file = subject.store.root / place
    if not file.exists() or file.read_bytes() != content:
        subject.store.put(place, content)
    _noted(step, found, canonical.digest(content))
    return place, canonical.digest(content), len(content)


def _noted(step: Step, found: record.Record, digest: str) -> None:
    """Write into the journal that the decision which it carries out is archived."""
    journal = journal_of(step)
    entry = journal.read(step.subject.commit, step.manifest.release.version)
    if entry is not None and entry.decision == canonical.digest(found.envelope) and entry.archived != digest:
        journal.reach(entry, archived=digest)
