"""The repository as the acts see it.

Is there a release of this commit already, and what does its tag say. Making and pushing one stand
beside.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from atom_release.git import Git, GitError, masked, remote

_ASKING = 15.0


@dataclass(frozen=True)
class Existing:
    """A tag that may be this commit's release; whether it is, its decision's signature tells."""

    tag: str
    object: str
    commit: str
    where: str


@dataclass(frozen=True)
class TagFacts:
    """A tag as it stands."""

    name: str
    object: str
    commit: str
    judged: str


class RemoteTagState(StrEnum):
    """What the remote holds under a released tag's name now."""

    HELD = "held"
    MOVED = "moved"
    GONE = "gone"
    NOT_ASKED = "not asked"


@dataclass(frozen=True)
class RemoteTag:
    """What the remote said of a released tag, in one sentence, and what to do about it."""

    state: RemoteTagState
    sentence: str
    remedy: str = ""


def ask_remote_tag(
    repository: Path, remote_name: str, tag: str, tag_object: str, *, timeout: float = _ASKING
) -> RemoteTag:
    """Ask the remote whether a released tag still stands there as it was released.

    Args:
        repository: whose remote is asked; nothing in it changes.
        remote_name: the remote that the tag was pushed to.
        tag: the tag's name.
        tag_object: the id of the tag object that was released.
        timeout: seconds to wait for an answer.
    """
    git, ref = Git(repository), f"refs/tags/{tag}"
    try:
        address = remote.push_address(git, remote_name)
        if address is None:
            return _not_asked(
                tag,
                f"the repository has no remote {remote_name!r}.",
                f"git remote add {remote_name} <url>",
            )
        there = remote.references(git, address, ref, timeout=timeout).get(ref)
    except GitError as error:
        return _not_asked(tag, error.message, error.remedy)
    shown = masked(address)
    if there == tag_object:
        return RemoteTag(RemoteTagState.HELD, f"{shown} holds the tag {tag} as it was released")
    ask = "Ask whoever keeps the remote who did that; a tag is never moved, nor pushed again."
    if there is None:
        sentence = f"The released tag {tag} is gone from {shown}: it was {tag_object[:12]}."
        return RemoteTag(RemoteTagState.GONE, sentence, ask)
    sentence = (
        f"The released tag {tag} was moved on {shown}: it is {there[:12]} there, and was released"
        f" as {tag_object[:12]}."
    )
    return RemoteTag(RemoteTagState.MOVED, sentence, ask)


def _not_asked(tag: str, why: str, remedy: str) -> RemoteTag:
    sentence = f"remote not asked: whether it still holds the tag {tag} is not known: {why}"
    return RemoteTag(RemoteTagState.NOT_ASKED, sentence, remedy)


def find_release(
    repository: Path, remote_name: str, tag: str, judged: str, *, timeout: float = _ASKING
) -> Existing | None:
    """Return the tag of that name if it stands on S, or on a commit whose first parent S is.

    A remote that does not answer has none.

    The commit's objects are in the repository afterwards, so that the decision in it can be read;
    no reference changes.
    """
    git = Git(repository)
    existing = _here(git, tag) or _there(git, remote_name, tag, timeout)
    if existing is None:
        return None
    fits = judged in {existing.commit, remote.first_parent(git, existing.commit)}
    return existing if fits else None


def describe_tag(
    repository: Path, tag: str, *, judged: str | None = None, remote_name: str | None = None
) -> TagFacts | None:
    """Return the tag as it stands here, or else on the remote if one is named.

    None where there is none.

    Args:
        repository: the repository.
        tag: its name.
        judged: the commit it is the release of; by default the first parent of the tag's commit.
        remote_name: a remote to ask where the tag is not here.
    """
    git = Git(repository)
    existing = _here(git, tag) or (_there(git, remote_name, tag, _ASKING) if remote_name else None)
    if existing is None:
        return None
    return TagFacts(
        tag,
        existing.object,
        existing.commit,
        judged or remote.first_parent(git, existing.commit) or existing.commit,
    )


def _here(git: Git, tag: str) -> Existing | None:
    ref = f"refs/tags/{tag}"
    ran = git.call("rev-parse", ref, f"{ref}^{{commit}}")
    if ran.status != 0:
        return None
    oid, commit = ran.out.decode("ascii", "replace").split()
    return Existing(tag, oid, commit, "here")


def _there(git: Git, remote_name: str, tag: str, timeout: float) -> Existing | None:
    ref = f"refs/tags/{tag}"
    try:
        address = remote.push_address(git, remote_name)
        refs = remote.references(git, address, ref, timeout=timeout) if address else {}
        if address is None or ref not in refs:
            return None
        commit = refs.get(f"{ref}^{{}}", refs[ref])
        remote.take(git, address, ref, commit, timeout=timeout)
    except GitError:
        return None
    return Existing(tag, refs[ref], commit, "on the remote")
