"""The push: all references together or none, by the ids of their objects, never by force.

Local references move only afterwards.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from atom_release.errors import ActFailed
from atom_release.git import Git, GitError, Ran, Trouble, failure, masked, remote

_ASKING = 60.0
_PUSHING = 600.0
_SAFE = (
    "--atomic",
    "--porcelain",
    "--no-verify",
    "--no-signed",
    "--no-follow-tags",
    "--recurse-submodules=no",
)
_REFLOG = {"GIT_COMMITTER_NAME": "atom-release", "GIT_COMMITTER_EMAIL": "atom-release@localhost"}


@dataclass(frozen=True)
class Wanted:
    """What is to stand on the remote.

    The branch on the release commit, the tag on its tag object. A branch or a tag without a name
    is none: a proposal has no tag yet, and a tag after the merge brings no branch.
    """

    remote: str
    branch: str
    commit: str
    tag: str
    tag_object: str

    @property
    def refs(self) -> dict[str, str]:
        """The references and the ids they are to have."""
        branch = {f"refs/heads/{self.branch}": self.commit} if self.branch else {}
        return branch | ({f"refs/tags/{self.tag}": self.tag_object} if self.tag else {})

    @property
    def shown(self) -> str:
        """The names that are pushed, in words."""
        branch, tag = self.branch and f"branch {self.branch}", self.tag and f"tag {self.tag}"
        return " and ".join(filter(None, (branch, tag)))


@dataclass(frozen=True)
class Pushed:
    """What the push came to.

    `address` has no credentials, `notes` say which local references stayed where they were, and
    why.
    """

    address: str
    refs: dict[str, str]
    notes: tuple[str, ...]


def push(
    repository: Path, wanted: Wanted, *, timeout: float = _PUSHING, asking: float = _ASKING
) -> Pushed:
    """Push what is wanted, and read back what arrived.

    Pushing what is there already changes nothing and succeeds.

    Raises:
        ActFailed: the remote did not take them, and then neither of them has moved there, nor any
            reference here; or it took them and does not hold them.
    """
    git = Git(repository)
    try:
        address = remote.push_address(git, wanted.remote)
    except GitError as error:
        raise ActFailed(error.message, error.remedy) from error
    if address is None:
        raise ActFailed(
            f"The repository has no remote {wanted.remote!r}.",
            f"git remote add {wanted.remote} <url>",
        )
    _no_other_tag_here(git, wanted)
    _send(git, address, wanted, (timeout, asking))
    return Pushed(masked(address), wanted.refs, move_local(git, wanted))


def _send(git: Git, address: str, wanted: Wanted, limits: tuple[float, float]) -> None:
    pushing, asking = limits
    specs = [f"{oid}:{ref}" for ref, oid in wanted.refs.items()]
    try:
        ran = git.call("push", *_SAFE, wanted.remote, *specs, network=True, timeout=pushing)
    except GitError as error:
        if _arrived(git, address, wanted, asking):
            return
        raise ActFailed(
            f"The push did not end: {error.message}",
            "Run again: what arrived is found, and what did not is pushed.",
        ) from error
    if ran.status != 0:
        if not _arrived(git, address, wanted, asking):
            raise _refusal(git, ran, masked(address), wanted)
        return
    _read_back(git, address, wanted, asking)


def _read_back(git: Git, address: str, wanted: Wanted, asking: float) -> None:
    """Check that the remote holds what it said it took."""
    try:
        there = remote.references(git, address, *wanted.refs, timeout=asking)
    except GitError as error:
        raise ActFailed(
            f"The push was done, and what arrived could not be read back: {error.message}",
            "Run again: what arrived is found.",
        ) from error
    for ref, oid in wanted.refs.items():
        if there.get(ref) != oid:
            holds = f"holds {there[ref][:12]}" if ref in there else "does not hold it"
            raise ActFailed(
                f"{masked(address)} took the push of {ref} ({oid[:12]}) and {holds}.",
                "Ask whoever keeps the remote what changes references there after a push.",
            )


def _arrived(git: Git, address: str, wanted: Wanted, asking: float) -> bool:
    """Return whether the remote has both: an answer can be lost after the push was done."""
    try:
        there = remote.references(git, address, *wanted.refs, timeout=asking)
    except GitError:
        return False
    return all(there.get(ref) == oid for ref, oid in wanted.refs.items())


def _refusal(git: Git, ran: Ran, address: str, wanted: Wanted) -> ActFailed:
    """Return why the remote refused, and what mends it."""
    output = masked(ran.out.decode("utf-8", "replace")) + "\n" + ran.stderr
    remote_words = "; ".join(
        line.removeprefix("remote: ").strip()
        for line in ran.stderr.splitlines()
        if line.startswith("remote:")
    )[:300]
    for words, reason, remedy in (
        (
            ("(already exists)", "would clobber existing tag", "cannot lock ref 'refs/tags/"),
            f"tag {wanted.tag} is there already",
            "Choose another release.tag.",
        ),
        (
            ("(non-fast-forward)", "(fetch first)", "cannot lock ref 'refs/heads/", "stale info"),
            f"branch {wanted.branch} has moved there",
            "Run again.",
        ),
        (
            ("no space left", "disk quota exceeded", "unpacker error", "unable to migrate objects"),
            "it cannot store the objects",
            "Free space on the remote.",
        ),
        (
            ("branch is currently checked out",),
            f"branch {wanted.branch} is checked out in its work tree",
            "Push to a bare repository, or check out another branch there.",
        ),
        (
            ("does not support --atomic",),
            "it cannot take branch and tag atomically",
            "Use a remote whose git is newer, or reached by another protocol.",
        ),
        (
            ("shallow update not allowed",),
            "it takes no push from a shallow clone",
            f"git fetch --unshallow {wanted.remote}",
        ),
        (
            ("hook declined", "aborted by hook", "protected branch", "[remote rejected]"),
            f"its rules refuse it: {remote_words or 'it does not say why'}",
            (
                f"Ask whoever keeps the remote to let the gate push {wanted.shown}, or choose"
                " another release.branch."
            ),
        ),
    ):
        if any(word.lower() in output.lower() for word in words):
            return ActFailed(f"{address} refused the push: {reason}.", remedy)
    error = failure(ran, "push", git.repository)
    remedies = {
        Trouble.DENIED: (
            "Give git credentials that may push: a credential helper or GIT_SSH_COMMAND in the"
            " user's configuration, not the repository's."
        ),
        Trouble.UNREACHABLE: "Run again when the remote can be reached.",
        Trouble.NO_REPOSITORY: (
            f"Mend the remote's address: git remote set-url {wanted.remote} <url>"
        ),
    }
    return ActFailed(
        f"{address} did not take the push: {error.message}",
        remedies.get(error.trouble, error.remedy),
    )


def _no_other_tag_here(git: Git, wanted: Wanted) -> None:
    there = _local(git, f"refs/tags/{wanted.tag}") if wanted.tag else None
    if there is not None and there != wanted.tag_object:
        raise ActFailed(
            f"A tag {wanted.tag} stands here on another object ({there[:12]}); a tag is never"
            " moved.",
            "Choose another release.tag in release.yaml.",
        )


def _local(git: Git, ref: str) -> str | None:
    return (
        git.call("rev-parse", "--verify", "--quiet", "--end-of-options", ref)
        .out.decode("ascii")
        .strip()
        or None
    )


def move_local(git: Git, wanted: Wanted) -> tuple[str, ...]:
    """Let the local references follow, all or none; give notes on those that stayed.

    A checked out branch stays: its work tree would not follow.
    """
    tag = f"refs/tags/{wanted.tag}"
    lacks_tag = bool(wanted.tag) and _local(git, tag) is None
    tag_orders = [f"create {tag} {wanted.tag_object}"] if lacks_tag else []
    branch_orders, notes = _move_branch(git, wanted) if wanted.branch else ([], [])
    orders = [*tag_orders, *branch_orders]
    text = "\n".join(["start", *orders, "prepare", "commit", ""])
    ran = (
        git.call("update-ref", "--stdin", stdin=text.encode(), environment=_REFLOG)
        if orders
        else None
    )
    if ran is not None and ran.status != 0:
        notes.append(
            "the references here could not follow:"
            f" {failure(ran, 'update-ref', git.repository).message}; git fetch {wanted.remote}"
            " --tags"
        )
    return tuple(notes)


def _move_branch(git: Git, wanted: Wanted) -> tuple[list[str], list[str]]:
    """Return what lets the local branch follow, or a note on why it stays."""
    branch = f"refs/heads/{wanted.branch}"
    old = _local(git, branch)
    if branch in _checked_out(git):
        note = (
            f"{wanted.branch} is checked out here and stays where it is: git pull --ff-only"
            f" {wanted.remote} {wanted.branch}"
        )
        return [], [note]
    if old is None:
        return [f"create {branch} {wanted.commit}"], []
    if remote.is_ancestor(git, old, wanted.commit):
        return [f"update {branch} {wanted.commit} {old}"], []
    return [], [f"{wanted.branch} here has commits of its own and stays where it is"]


def _checked_out(git: Git) -> set[str]:
    ran = git.call("worktree", "list", "--porcelain", "-z")
    fields = ran.out.decode("utf-8", "surrogateescape").split("\0")
    bare = git.line("rev-parse", "--is-bare-repository") == "true"
    return (
        set()
        if bare
        else {field.removeprefix("branch ") for field in fields if field.startswith("branch ")}
    )
