"""A branch as the remote has it, its objects taken here: what a commit or a request stands on."""

from __future__ import annotations

from dataclasses import dataclass

from atom_release.errors import ActFailed
from atom_release.git import Git, GitError, remote

_NETWORK = 120.0


@dataclass(frozen=True)
class RemoteBranch:
    """Where the remote is, and what its branch holds; None where it has no such branch."""

    address: str
    tip: str | None


def take_branch(git: Git, name: str, branch: str) -> RemoteBranch:
    """Return what a remote's branch holds, and take its objects.

    Raises:
        ActFailed: there is no such remote, or it does not answer.
    """
    ref = f"refs/heads/{branch}"
    try:
        address = remote.push_address(git, name)
        if address is None:
            raise ActFailed(
                f"The repository has no remote {name!r}.", f"git remote add {name} <url>"
            )
        tip = remote.references(git, address, ref, timeout=_NETWORK).get(ref)
        if tip is not None:
            remote.take(git, address, ref, tip, timeout=_NETWORK)
    except GitError as error:
        raise ActFailed(f"The remote could not be read: {error.message}", error.remedy) from error
    return RemoteBranch(address, tip)
