"""The copy that a check's runs are made over, of a commit or of a work tree."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from atom_release.errors import Misuse
from atom_release.git import Git
from atom_release.lab.proof.change import commit
from atom_release.lab.throwaway import throwaway
from atom_release.source.commit import JudgedTree
from atom_release.source.work_tree import changed_paths, take_over


@dataclass(frozen=True)
class Base:
    """A copy, the files that the tree itself has there, and its tree's id."""

    folder: Path
    paths: tuple[str, ...]
    tree: str
    changed: tuple[str, ...] = ()  # what the work tree has otherwise than the commit


@contextmanager
def base_copy(
    judged: JudgedTree, scratch: Path, *, work_tree: bool, beside: Sequence[str] = ()
) -> Iterator[Base]:
    """Make the copy; nothing of it stays.

    Args:
        judged: the commit.
        scratch: where the copy is made.
        work_tree: whether its files are those of the work tree.
        beside: folders and files of the work tree that git ignores and the check needs.

    Raises:
        Misuse: what is to be put beside is not there, or is in the tree already.
    """
    with throwaway(scratch, "base-") as folder:
        copy = folder / "tree"
        judged.write_to(copy)
        judged.write_repository(copy)
        git, changed = Git(copy), list[str]()
        if work_tree:
            listed = changed_paths(Git(judged.repository), judged.commit)
            changed = take_over(judged.repository, copy, listed)
        if changed:
            commit(git, changed)
        for path in beside:
            _put_beside(judged.repository, copy, path)
        files = {path for path, entry in judged.entries.items() if entry.kind == "blob"}
        yield Base(
            copy,
            tuple(sorted(files | set(changed))),
            git.line("rev-parse", "HEAD^{tree}"),
            tuple(changed),
        )


def _put_beside(repository: Path, copy: Path, path: str) -> None:
    source, target = repository / path, copy / path
    if not source.exists():
        raise Misuse(f"The work tree has no {path}.", "Make it first, or leave out --with.")
    if target.exists():
        raise Misuse(f"{path} is in the commit already.", "Leave out --with.")
    target.parent.mkdir(parents=True, exist_ok=True)
    if source.is_dir():
        shutil.copytree(source, target, symlinks=True)
    else:
        shutil.copy2(source, target)
    exclude = copy / ".git" / "info" / "exclude"
    exclude.parent.mkdir(exist_ok=True)
    with exclude.open("a") as file:
        file.write(f"/{path}\n")
