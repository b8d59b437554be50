"""A released tag as a second implementation of git reads it: GitPython, from the files alone.

Whoever verifies a bundle beside a repository need not believe the one git program that all else is
asked of. GitPython's own object database starts no program, so that nothing that the repository
configures can run. What it cannot read (SHA-256, references in a table) it says.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from pathlib import Path

from atom_release.errors import Refused


@dataclass(frozen=True)
class TagAsRead:
    """What a tag leads to: its commit, that one's first parent, and one file in it."""

    commit: str
    parent: str
    content: bytes


def confirm(repository: Path, tag: str, path: str, expected: TagAsRead) -> str:
    """Return who else reads the tag as git does, in words.

    Args:
        repository: whose tag it is.
        tag: its name.
        path: the file in its commit that is compared.
        expected: what git read.

    Raises:
        Refused: the second reader sees another commit, parent or file.
    """
    try:
        seen = read_tag(repository, tag, path)
    except Exception as error:  # noqa: BLE001 - GitPython raises what it likes for what it cannot read
        return f"git alone: GitPython cannot read it ({type(error).__name__})"
    if seen != expected:
        raise Refused(
            f"The files of the repository show another release under {tag} than git does:"
            f" {seen.commit[:12]}, not {expected.commit[:12]}, or another {path}.",
            "Look for what replaces objects there: git for-each-ref refs/replace.",
        )
    return "git and GitPython alike"


def read_tag(repository: Path, tag: str, path: str) -> TagAsRead:
    """Read a tag from the repository's files, without starting git."""
    from git import GitDB, Repo

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of GitDB: it is slow on large reads
        opened = Repo(repository, odbt=GitDB)
    with opened as repo:
        commit = repo.tags[tag].commit
        content = (commit.tree / path).data_stream.read()
        return TagAsRead(commit.hexsha, commit.parents[0].hexsha, content)
