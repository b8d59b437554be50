"""The release commit R and the annotated tag, as objects.

No reference, index or file of the repository is touched.

R's first parent is the judged commit S, and R differs from S only in the paths of the artifacts.
Where the remote's branch already holds a commit of the gate's own, that one is R's second parent,
so that the branch only ever moves forward.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from atom_release.acts.artifact_tree import check_differs_only_in, write_blob, write_tree
from atom_release.acts.remote_branch import take_branch
from atom_release.acts.tag_signing import TagKey, signature
from atom_release.errors import ActFailed, ProbeFault
from atom_release.git import Git, GitError, remote

_CRUD = "".join(map(chr, range(32))) + "<>\x7f"


@dataclass(frozen=True)
class Identity:
    """Who commits and tags."""

    name: str
    email: str

    @property
    def line(self) -> str:
        """How git writes it, without the moment."""
        return f"{_clean(self.name)} <{_clean(self.email)}>"


ITSELF = Identity("atom-release", "atom-release@localhost")
"""Who the gate is where git knows of no person."""


@dataclass(frozen=True)
class Signature:
    """Who says something in a commit or tag, when, and what."""

    identity: Identity
    when: datetime
    message: str

    @property
    def moment(self) -> str:
        """The moment as git writes it."""
        return f"{int(self.when.timestamp())} +0000"

    @property
    def text(self) -> bytes:
        """The message with one newline at its end."""
        return (self.message.strip("\n") + "\n").encode()

    @property
    def variables(self) -> dict[str, str]:
        """What makes git write this identity and moment, whatever is configured."""
        values = {
            "NAME": _clean(self.identity.name),
            "EMAIL": _clean(self.identity.email),
            "DATE": self.moment,
        }
        return {
            f"GIT_{role}_{key}": value
            for role in ("AUTHOR", "COMMITTER")
            for key, value in values.items()
        }


def identity_of(repository: Path, default: Identity) -> Identity:
    """Return the identity that git is configured with, or the default where it has none."""
    git = Git(repository)
    name, email = (
        git.call("config", "--get", key).out.decode("utf-8", "replace").strip()
        for key in ("user.name", "user.email")
    )
    return Identity(name, email) if _clean(name) and _clean(email) else default


@dataclass(frozen=True)
class Onto:
    """Where the release commit is to stand: the remote's branch.

    `own` says whether a commit there is one that the gate itself made.
    """

    remote: str
    branch: str
    own: Callable[[str], bool]


def make_release_commit(
    repository: Path,
    judged: str,
    artifacts: Mapping[str, bytes],
    signed: Signature,
    onto: Onto | None = None,
) -> str:
    """Make the release commit as an object and give its id.

    The same arguments give the same commit.

    Args:
        repository: where S is.
        judged: S.
        artifacts: path in the tree -> content.
        signed: who says what, and when.
        onto: the branch that is to receive it; None makes a commit on S alone, and asks no remote.

    Raises:
        ActFailed: the remote's branch holds something else, or the objects cannot be written.
    """
    git = Git(repository)
    parents = [judged, *(_tip_to_merge(git, judged, onto) if onto else ())]
    try:
        tree = write_tree(
            git,
            f"{judged}^{{tree}}",
            {path: write_blob(git, path, content) for path, content in artifacts.items()},
        )
        check_differs_only_in(git, judged, tree, artifacts)
        return write_commit(git, tree, parents, signed)
    except GitError as error:
        raise ActFailed(
            f"The release commit could not be made: {error.message}", error.remedy
        ) from error


def write_commit(git: Git, tree: str, parents: Sequence[str], signed: Signature) -> str:
    """Write a commit as an object and give its id.

    Raises:
        GitError: git does not write it.
    """
    named = [argument for parent in parents for argument in ("-p", parent)]
    return git.line(
        "commit-tree",
        tree,
        *named,
        "-F",
        "-",
        stdin=signed.text,
        environment=signed.variables,
    )


def still_fits(repository: Path, commit: str, onto: Onto | None, tag: str | None = None) -> bool:
    """Return whether a release commit that was made earlier can still be pushed.

    It is here, as is its tag object where one was made, and the remote's branch leads to it where
    one is to receive it.

    Raises:
        ActFailed: the remote does not answer.
    """
    git = Git(repository)
    tip = take_branch(git, onto.remote, onto.branch).tip if onto else None
    held = remote.holds(git, commit) and (tag is None or remote.holds(git, tag))
    return held and (tip is None or remote.is_ancestor(git, tip, commit))


def make_tag_object(
    repository: Path, tag: str, commit: str, signed: Signature, key: TagKey | None = None
) -> str:
    """Make the annotated tag as an object, signed where there is a key, without a reference to it.

    And give its id.

    Raises:
        ActFailed: it cannot be made.
    """
    head = (
        f"object {commit}\ntype commit\ntag {tag}\ntagger {signed.identity.line}"
        f" {signed.moment}\n\n"
    )
    content = head.encode() + signed.text
    try:
        return Git(repository).line(
            "mktag", stdin=content + (signature(content, key) if key else b"")
        )
    except GitError as error:
        raise ActFailed(f"The tag could not be made: {error.message}", error.remedy) from error


def _tip_to_merge(git: Git, judged: str, onto: Onto) -> list[str]:
    tip = take_branch(git, onto.remote, onto.branch).tip
    if tip is None or remote.is_ancestor(git, tip, judged):
        return []
    if _is_own(onto, tip):
        return [tip]
    raise ActFailed(
        f"{onto.branch} on {onto.remote} holds {tip[:12]}, which is neither an ancestor of the"
        f" judged commit {judged[:12]} nor the gate's own.",
        f"Bring it into the release and audit again: git fetch {onto.remote} {onto.branch} && git"
        " merge FETCH_HEAD; or choose another release.branch.",
    )


def _is_own(onto: Onto, tip: str) -> bool:
    try:
        return onto.own(tip)
    except ProbeFault as error:
        raise ActFailed(
            f"Whose commit {onto.branch} holds is not known: {error.message}", error.remedy
        ) from error


def _clean(text: str) -> str:
    return text.translate(str.maketrans("", "", _CRUD)).strip(" .,:;\"'\\")
