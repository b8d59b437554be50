"""The default branch: the one history that nobody's judged commit can choose.

Which branch it is, the operator's file says, else the remote. The manifest's `base` and `remote`
have no part in it: they are words of the commit that is judged.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from atom_release.git import Git, GitError, remote
from atom_release.release.subject import Subject

_ASKING = 15.0


@dataclass(frozen=True)
class DefaultBranch:
    """The tip of the default branch and the tags of its remote, as far as they could be had.

    `name` is the branch's own. `why_none` says why there is no tip. `answered` is whether the
    remote was asked and answered; else a tip is what this clone saw last.
    """

    origin: str
    tip: str | None
    why_none: str = ""
    answered: bool = False
    address: str = ""
    name: str = ""
    tags: Mapping[str, str] = field(default_factory=dict)  # refs/tags/NAME and its ^{} -> object


def find_default_branch(subject: Subject) -> DefaultBranch:
    """Ask the trusted remote for its default branch and its tags, and take the branch's objects.

    No reference of the judged repository changes.
    """
    git, base = Git(subject.tree.repository), subject.operator.operator.base
    try:
        name = remote.obvious(git)
        if name is None:
            return DefaultBranch("", None, "the repository has no remote that is the obvious one")
        return _asked(git, name, base)
    except GitError as error:
        return DefaultBranch("", None, error.message)


def _asked(git: Git, name: str, base: str | None) -> DefaultBranch:
    address = remote.push_address(git, name)
    if address is None:
        return DefaultBranch("", None, f"the remote {name} has no address")
    try:
        heads = remote.default_branch(git, address, base, timeout=_ASKING)
    except GitError as error:
        return _last_seen(git, name, base, error.message)
    wanted = f"no branch {base}" if base else "no commit on its default branch yet"
    if heads.branch is None or heads.tip is None:
        why = f"the remote {name} has {wanted}"
        return DefaultBranch("", None, why, answered=True, address=address, tags=heads.tags)
    remote.take(git, address, heads.branch, heads.tip, timeout=_ASKING)
    own_name = heads.branch.removeprefix("refs/heads/")
    return DefaultBranch(
        f"{own_name} of {name}",
        heads.tip,
        answered=True,
        address=address,
        name=own_name,
        tags=heads.tags,
    )


def _last_seen(git: Git, name: str, base: str | None, why: str) -> DefaultBranch:
    ref = f"refs/remotes/{name}/{base or 'HEAD'}"
    ran = git.call("rev-parse", "--verify", "--quiet", f"{ref}^{{commit}}")
    if ran.status != 0:
        return DefaultBranch("", None, why)
    origin = f"{base or 'the default branch'} of {name} as this clone saw it last"
    return DefaultBranch(origin, ran.out.decode("ascii").strip(), why)
