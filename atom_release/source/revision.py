"""What a place and a revision mean: a repository, a commit, its tree."""

from __future__ import annotations

import re
from pathlib import Path

from atom_release.errors import Misuse
from atom_release.git import Git, Trouble, failure

_trees: dict[tuple[Path, str], str] = {}


def open_repository(repository: Path) -> Git:
    """Return the repository whose top this folder is.

    Raises:
        Misuse: there is none, it lies further up, or git does not open it.
    """
    if not repository.is_dir():
        raise Misuse(f"There is no repository at {repository}.", "Name its folder with --repo.")
    git = Git(repository.absolute())
    ran = git.call("rev-parse", "--is-bare-repository", "--is-inside-git-dir", "--show-cdup")
    if ran.status != 0 and ran.trouble not in {Trouble.OTHER, Trouble.NO_REPOSITORY}:
        error = failure(ran, "rev-parse", repository)
        raise Misuse(error.message, error.remedy)
    if ran.status != 0:
        raise Misuse(f"{repository} is not a git repository.", "Name its folder with --repo.")
    _, inside, *up = ran.out.decode("utf-8", "surrogateescape").splitlines()
    if inside == "false" and up and up[0]:
        raise Misuse(
            f"{repository} is inside a repository, not its top.",
            f"Name {(repository / up[0]).resolve()} with --repo.",
        )
    return git


def find_commit(git: Git, rev: str) -> str:
    """Return the full id of the commit that a revision means.

    Raises:
        Misuse: it is no revision, or the clone has no such commit.
    """
    if rev.startswith("-") or not rev or "\0" in rev or "\n" in rev:
        raise Misuse(f"{rev[:80]!r} is not a revision.", "Name a commit, branch or tag with --rev.")
    ran = git.call("rev-parse", "--verify", "--quiet", "--end-of-options", f"{rev}^{{commit}}")
    commit_id = ran.out.decode("ascii", "replace").strip()
    if ran.status != 0 or not re.fullmatch(r"[0-9a-f]{40}|[0-9a-f]{64}", commit_id):
        raise Misuse(
            f"{git.repository} has no commit {rev[:200]!r}.",
            "Name a commit, branch or tag with --rev; fetch it if it is elsewhere.",
        )
    return commit_id


def tree_of(git: Git, commit: str) -> str:
    """Return the tree of a commit, asked once in each process: a commit never has another.

    Raises:
        GitError: the clone lacks it.
    """
    key = (git.repository, commit)
    if key not in _trees:
        _trees[key] = git.line("rev-parse", "--verify", "--end-of-options", f"{commit}^{{tree}}")
    return _trees[key]
