"""The steps of one run judge one commit, on whichever machine each of them is.

The first step says in the shared state which commit its revision means, and all judge that one. A
clone that lacks it takes it from its remote; one that no remote shows lies in the store as a pack.
Nobody believes what stands there: a decision names its commit, and acts compare.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from atom_release.errors import Misuse, StoreError
from atom_release.git import Git, GitError, remote
from atom_release.git.packs import pack_commit, unpack
from atom_release.records.store import Store
from atom_release.release.state import shared_database
from atom_release.release.subject import repository_of
from atom_release.settings import Settings
from atom_release.source.commit import open_tree

if TYPE_CHECKING:
    from atom_release.records.database_lines import DatabaseLines

_ASKING = 30.0


def agree(settings: Settings, run: str) -> Settings:
    """Return the settings with the commit of this run as their revision.

    Without a shared state all steps have one clone, and the settings stay as they are.

    Raises:
        Misuse: repository or revision are not usable, or the commit cannot be had here.
        StoreError: the shared state does not answer.
    """
    database = shared_database(settings)
    if database is None:
        return settings
    from atom_release.records.database_lines import DatabaseShelf

    lines = DatabaseShelf(database, "run").lines(run)
    repository = repository_of(settings, create=True)
    commit = lines.read().decode("ascii", "replace").strip()
    if not commit:
        own = open_tree(repository, settings.revision).commit
        if not settings.is_reference:
            leave(settings, repository, own)
        commit = _say(lines, own)
    bring(settings, repository, commit)
    return settings.with_options(revision=commit)


def leave(settings: Settings, repository: Path, commit: str) -> None:
    """Put a commit that the remote does not show into the store, for clones that lack it."""
    git = Git(repository)
    shown = _shown_by_remote(git)
    if any(remote.is_ancestor(git, commit, tip) for tip in shown):
        return
    store = Store(settings.out)
    if store.get(_name(commit)) is None:
        store.put(_name(commit), pack_commit(git, commit, shown))


def bring(settings: Settings, repository: Path, commit: str) -> None:
    """Take a commit into the clone where it is lacking, from its remote, else from the store.

    Raises:
        Misuse: neither has it.
    """
    git = Git(repository)
    if remote.holds(git, commit):
        return
    why = "it has no remote that is the obvious one"
    try:
        _take_all(git)
        if not remote.holds(git, commit):
            packed = Store(settings.out).get(_name(commit))
            if packed is not None:
                unpack(git, packed)
    except GitError as error:
        why = error.message
    if not remote.holds(git, commit):
        raise Misuse(
            f"The clone {repository} lacks the commit {commit[:12]} that this run judges: {why}",
            "Push it, or let all machines reach the same ATOM_RELEASE_OUT.",
        )


def _say(lines: DatabaseLines, commit: str) -> str:
    """Return which commit the run judges: this one, unless another step was first."""
    try:
        lines.append(f"{commit}\n".encode())
    except StoreError:
        return lines.read().decode("ascii", "replace").strip()
    return commit


def _name(commit: str) -> str:
    return f"commits/{commit}.pack"


def _shown_by_remote(git: Git) -> list[str]:
    """Return the commits that the remote's branches show and this clone holds; none unanswered."""
    try:
        name = remote.obvious(git)
        address = remote.push_address(git, name) if name else None
        tips = remote.branches(git, address, timeout=_ASKING) if address else {}
    except GitError:
        return []
    return sorted({tip for tip in tips.values() if remote.holds(git, tip)})


def _take_all(git: Git) -> None:
    name = remote.obvious(git)
    address = remote.push_address(git, name) if name else None
    if address:
        tips = remote.branches(git, address, timeout=_ASKING)
        remote.take_all(git, address, tips, timeout=_ASKING)
