"""A commit carried from one clone to another, where no remote has it."""

from __future__ import annotations

from collections.abc import Iterable

from atom_release.git.call import Git


def pack_commit(git: Git, commit: str, without: Iterable[str]) -> bytes:
    """Return a pack with a commit and all that it stands on, without what stands below others.

    Raises:
        GitError: the clone does not hold all of it.
    """
    wanted = [commit, *(f"^{other}" for other in without)]
    text = "".join(f"{line}\n" for line in wanted)
    return git.output("pack-objects", "--revs", "--stdout", "--quiet", stdin=text.encode())


def unpack(git: Git, pack: bytes) -> None:
    """Put the objects of a pack into the repository; no reference changes.

    Objects are named by what they hold, so that a changed pack brings other objects, or none.

    Raises:
        GitError: it is no whole pack.
    """
    git.output("index-pack", "--stdin", "--strict", stdin=pack)
