"""The audit bundle.

Made of the newest decision on the commit, or of the one that it was released by, and left alone
where it is there.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from atom_release.records import bundle, bundle_contents, canonical, names, record, rederive
from atom_release.release import released, stored_decision
from atom_release.release.work import Work

if TYPE_CHECKING:
    from atom_release.acts.journal import Journal


def journal_of(work: Work) -> Journal:
    """Return the journal of the acts."""
    return released.journal_of(work.subject)


@contextmanager
def turn_to_act(work: Work) -> Iterator[None]:
    """Keep every other run from acting on this repository, and on this commit in any other clone.

    Neither name is one that a clone can lack or change, as a cut history changes the first commit.

    Raises:
        ActFailed: the other run did not end, or no lock can be made.
    """
    from atom_release.acts.lock import turn

    repository, commit = _locks_of(work)
    with turn(repository, work.log.warning), turn(commit, work.log.warning):
        yield


def _locks_of(work: Work) -> tuple[Path, Path]:
    """Return the lock of the repository's references, and that of the judged commit."""
    from atom_release.git import Git

    where = work.subject.tree.repository
    shared = (where / Git(where).line("rev-parse", "--git-common-dir")).resolve()
    folder = work.settings.home / "journal"
    name = f"repository-{canonical.digest(str(shared).encode())[:16]}"
    return folder / f"{name}.lock", folder / f"{work.subject.commit}.lock"


def archive(work: Work) -> tuple[str, str, int]:
    """Write the audit bundle and give its path, digest and size.

    The same decision gives the same bytes, and writes them once.

    Raises:
        Refused: there is no decision that can be believed.
    """
    subject = work.subject
    made = released.find_released(subject)
    if made:
        artifacts, rederived = made.artifacts, made.record
    else:
        artifacts, envelope = stored_decision.artifacts_of(
            subject, stored_decision.newest_run(subject)
        )
        rederived = rederive.rederive(artifacts, envelope, subject.key.public)
    place = f"{released.folder(subject.manifest)}/{work.names.artifact(names.BUNDLE)}"
    content = bundle.build_bundle(
        bundle_contents.contents(rederived, artifacts, subject.key.public.pem)
    )
    file = subject.store.root / place
    if not file.exists() or file.read_bytes() != content:
        subject.store.put(place, content)
    _noted(work, rederived, canonical.digest(content))
    return place, canonical.digest(content), len(content)


def _noted(work: Work, rederived: record.Record, digest: str) -> None:
    """Write into the journal that the decision which it carries out is archived."""
    journal = journal_of(work)
    entry = journal.read(work.subject.commit, work.manifest.release.version)
    if (
        entry is not None
        and entry.decision == canonical.digest(rederived.envelope)
        and entry.archived != digest
    ):
        journal.reach(entry, archived=digest)
