"""How a proposed release came into the base branch, read from git and the gate's own signature.

A forge is not asked: it may say "merged" of what nobody can fetch, and a squash has another commit
than what was proposed. What was proposed is found by the signed decision that its release commit
carried, which merge commit, fast-forward, squash and rebase all bring along. Whether the commit
that brought it may be tagged is not decided here: it is judged for itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from atom_release.acts.artifact_tree import write_blob, write_tree
from atom_release.errors import ActFailed, AtomReleaseError, Refused
from atom_release.gate.vocabulary import Verdict
from atom_release.git import Git, GitError, masked, remote
from atom_release.records import record
from atom_release.release import release_objects, released
from atom_release.release.default_branch import DefaultBranch, find_default_branch
from atom_release.release.subject import Subject


class Way(StrEnum):
    """How a proposal was merged, by what stands in the base branch."""

    MERGE_COMMIT = "merge commit"
    FAST_FORWARD = "fast-forward"
    SQUASH = "squash"
    REBASE = "rebase"


@dataclass(frozen=True)
class Merge:
    """What brought a proposal into the base branch.

    `proposed` is the commit that was judged for the proposal, `commit` the one that brought it,
    `same_tree` None where this clone does not hold the objects of what was proposed.
    """

    proposed: str
    commit: str
    way: Way
    same_tree: bool | None

    @property
    def tree_in_words(self) -> str:
        """Whether what was merged is what was proposed."""
        words = {True: "the tree that was proposed", False: "another tree than was proposed"}
        return words.get(self.same_tree, "what was proposed is not in this clone")  # type: ignore[arg-type]

    @property
    def trailer(self) -> str:
        """The lines of the tag's message that tell it."""
        return f"Proposed-Commit: {self.proposed}\nMerged-By: {self.way}, {self.tree_in_words}\n"


@dataclass(frozen=True)
class Base:
    """The base branch as its remote holds it now."""

    name: str
    tip: str


def read_base(subject: Subject) -> Base:
    """Ask the remote for the base branch, whose objects are taken; no reference changes.

    It is the default branch, which the judged commit cannot choose: the operator's, else that of
    the remote.

    Raises:
        ActFailed: the remote does not answer, or the manifest names another branch or remote.
    """
    manifest = subject.manifest
    branch = find_default_branch(subject)
    if branch.tip is None or not branch.answered:
        raise ActFailed(
            f"What is merged is not known: {branch.why_none or 'the remote did not answer'}.",
            "Run again when the remote can be reached.",
        )
    if branch.name != manifest.release.base:
        raise ActFailed(
            f"release.base is {manifest.release.base}, and the default branch is {branch.name}:"
            " `tag: after-merge` believes only a branch that the judged commit cannot choose.",
            f"Name `base: {manifest.release.base}` in the operator's file, or mend release.base.",
        )
    _require_one_remote(subject, branch)
    return Base(branch.name, branch.tip)


def _require_one_remote(subject: Subject, branch: DefaultBranch) -> None:
    name = subject.manifest.infrastructure.remote
    address = remote.push_address(Git(subject.tree.repository), name)
    if address != branch.address:
        raise ActFailed(
            f"The tag would go to {name}, and the default branch is that of"
            f" {masked(branch.address)}.",
            "Name one remote for both: infrastructure.remote in release.yaml.",
        )


def find_merge(subject: Subject, base: Base) -> Merge | None:
    """Return how a proposal of this release came into the base branch last; None if it did not.

    Raises:
        ActFailed: this clone's history is cut where it would be seen, or git does not answer.
        Refused: what stands there as the proposal's decision cannot be believed.
    """
    git = Git(subject.tree.repository)
    path = f"{released.folder(subject.manifest)}/{released.decision_name(subject.manifest)}"
    try:
        commit = git.line("rev-list", "--first-parent", "-1", base.tip, "--", path)
        if not commit:
            return None
        parents = git.line("rev-parse", f"{commit}^@").split()
    except GitError as error:
        raise ActFailed(f"{base.name} could not be read: {error.message}", error.remedy) from error
    if not parents and git.line("rev-parse", "--is-shallow-repository") == "true":
        raise ActFailed(
            f"This clone's history of {base.name} is cut: what brought the proposal is not known.",
            f"git fetch --unshallow {subject.manifest.infrastructure.remote}",
        )
    carried = _carried(subject, commit, base)
    if carried is None:
        return None
    return Merge(
        carried.record.decision.commit,
        commit,
        _way(git, carried, parents, path),
        _same_tree(git, subject, carried),
    )


def is_proposal(subject: Subject, commit: str) -> bool:
    """Return whether a commit is a proposal itself: GREEN, about its own first parent."""
    try:
        carried = released.carried_by(subject, commit)
    except AtomReleaseError:
        return False
    parent = remote.first_parent(Git(subject.tree.repository), commit)
    return (
        carried is not None
        and carried.record.decision.verdict is Verdict.GREEN
        and carried.record.decision.commit == parent
    )


def _carried(subject: Subject, commit: str, base: Base) -> released.Standing | None:
    """Return the proposal that a commit of the base branch carries; None where it took it back."""
    try:
        carried = released.carried_by(subject, commit)
    except Refused as error:
        raise Refused(
            f"What {commit[:12]} brought into {base.name} is not the proposal as this gate signed"
            f" it: {error.message}",
            f"{error.remedy} Or propose the release again from a commit on {base.name}.",
        ) from error
    if carried is not None and carried.record.decision.verdict is not Verdict.GREEN:
        raise Refused(
            f"The decision that {commit[:12]} brought into {base.name} is"
            f" {carried.record.decision.verdict}.",
            "Propose the release again.",
        )
    return carried


def _way(git: Git, carried: released.Standing, parents: list[str], path: str) -> Way:
    """Return how a proposal was merged.

    The proposed commit's own history came along, or was made anew: as one commit of all, or with
    the release commit alone at its end.
    """
    came = remote.is_ancestor(git, carried.record.decision.commit, carried.release_commit)
    if came:
        return Way.MERGE_COMMIT if len(parents) > 1 else Way.FAST_FORWARD
    last = parents[-1] if len(parents) > 1 else carried.release_commit
    before = remote.first_parent(git, last)
    changed = git.line("diff-tree", "-r", "--name-only", before, last) if before else ""
    folder = path.rpartition("/")[0]
    alone = all(name.startswith(f"{folder}/") for name in changed.splitlines())
    return Way.REBASE if before and alone else Way.SQUASH


def _same_tree(git: Git, subject: Subject, carried: released.Standing) -> bool | None:
    """Compare the merged tree with that of the release commit that was proposed, made anew."""
    proposed = carried.record.decision.commit
    if not remote.holds(git, proposed):
        return None
    artifacts = {
        name: content for name, content in carried.artifacts.items() if name != record.MANIFEST
    }
    files = release_objects.committed_files(subject.manifest, artifacts, carried.record.envelope)
    blobs = {path: write_blob(git, path, content) for path, content in files.items()}
    tree = write_tree(git, f"{proposed}^{{tree}}", blobs)
    return tree == git.line("rev-parse", f"{carried.release_commit}^{{tree}}")
