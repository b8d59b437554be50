"""The audit bundle.

Made of the newest decision on the commit, or of the one that it was released by, and left alone
where it is there.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from atom_release.records import bundle, bundle_contents, canonical, names, record, rederive
from atom_release.release import released, state, stored_decision
from atom_release.release.work import Work

if TYPE_CHECKING:
    from atom_release.acts.journal import Journal
    from atom_release.acts.turns import Turn


def journal_of(work: Work) -> Journal:
    """Return the journal of the acts."""
    return released.journal_of(work.subject)


@contextmanager
def turn_to_act(work: Work) -> Iterator[Turn]:
    """Keep every other run from acting on this repository, and on this commit in any other clone.

    Neither name is one that a clone can lack or change, as a cut history changes the first commit.

    Raises:
        ActFailed: the other run did not end, or no turn can be taken.
    """
    turns, waiting = state.turns_at(work.settings), work.log.warning
    with (
        turns.take(_repository_name(work), waiting) as repository,
        turns.take(work.subject.commit, waiting) as commit,
    ):
        yield BothTurns(repository, commit)


@dataclass(frozen=True)
class BothTurns:
    """The turns of a repository and of a commit, held together."""

    repository: Turn
    commit: Turn

    def require_held(self) -> None:
        """Check that both are still this run's.

        Raises:
            ActFailed: one was lost.
        """
        self.repository.require_held()
        self.commit.require_held()


def _repository_name(work: Work) -> str:
    """Return what names the repository's references: of one machine the folder that they lie in.

    Where several machines act it is where they push to, which all clones have alike.
    """
    from atom_release.git import Git, masked, remote

    git = Git(work.subject.tree.repository)
    if work.settings.state is not None:
        address = remote.push_address(git, work.manifest.infrastructure.remote) or ""
        named = remote.owner_and_name(address)
        where = "/".join(named) if named else masked(address)
    else:
        folder = work.subject.tree.repository
        where = str((folder / git.line("rev-parse", "--git-common-dir")).resolve())
    return f"repository-{canonical.digest(where.encode())[:16]}"


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
