"""The judged tree: what commit S holds, as git stores it.

Read from `ls-tree` and `cat-file --batch`: raw blobs. Never from a work tree, an index or an
archive, so that no attribute, filter, ignore rule or uncommitted edit stands between the commit and
what is judged. Nothing is fetched, and nothing that the repository configures runs.
"""

from __future__ import annotations

import hashlib
from bisect import bisect_left
from collections.abc import Callable, Collection, Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from itertools import islice, takewhile
from pathlib import Path
from typing import Any, TypeVar

from atom_release.errors import Misuse, ProbeFault
from atom_release.git import Git, GitError, shown
from atom_release.source import checkout, history, repository_copy
from atom_release.source.checkout import Copy
from atom_release.source.globs import literal_start, matcher
from atom_release.source.history import Added, Written
from atom_release.source.listing import Entry, Unreadable, listing
from atom_release.source.objects import MENDED, Objects, hasher
from atom_release.source.revision import find_commit, open_repository, tree_of

T = TypeVar("T")


@dataclass(frozen=True)
class JudgedTree:
    """One commit of one repository.

    `entries` holds folders (`tree`), files and links (`blob`) and gitlinks (`commit`).
    """

    repository: Path
    commit: str
    tree: str
    entries: Mapping[str, Entry] = field(repr=False)
    oddities: tuple[str, ...] = ()
    objects: Objects = field(repr=False, compare=False, kw_only=True)
    _digests: dict[str, str] = field(default_factory=dict, repr=False, compare=False)
    _kept: dict[Hashable, Any] = field(default_factory=dict, repr=False, compare=False)

    def read(self, path: str) -> bytes:
        """Return a file's bytes; of a symbolic link, the text of its target.

        Raises:
            MissingBlob: the clone does not hold the blob.
            ProbeFault: the commit has no such file, or it is a folder or a gitlink.
        """
        return self.objects.read(self._blob(path).oid, shown(path))

    def is_content(self, path: str, content: bytes) -> bool:
        """Return whether a path has this content, also where the clone lacks its blob."""
        digest = hasher(self.entries[path].oid)
        digest.update(b"blob %d\0" % len(content) + content)
        return digest.hexdigest() == self.entries[path].oid

    def digest(self, path: str) -> str:
        """Return the SHA-256 of a file's bytes.

        Raises:
            MissingBlob: the clone does not hold the blob.
            ProbeFault: the commit has no such file, or it is a folder or a gitlink.
        """
        oid = self._blob(path).oid
        if oid not in self._digests:
            self._digests[oid] = hashlib.sha256(self.objects.read(oid, shown(path))).hexdigest()
        return self._digests[oid]

    def version(self, path: str) -> str:
        """Return the SHA-256 of a file, or its Git id where the clone does not hold its content."""
        oid = self._blob(path).oid
        return f"git:{oid}" if oid in self.objects.missing else self.digest(path)

    def glob(self, pattern: str) -> list[str]:
        """Return the sorted paths of the files (not links) that match.

        `*` stays in one folder, `**` does not.
        """
        return [*self.once(("glob", pattern), lambda: self._matching(pattern))]

    def _matching(self, pattern: str) -> list[str]:
        start, exact = literal_start(pattern)
        if exact:
            return [pattern] if pattern in self.entries and self.entries[pattern].is_file else []
        matches, first = matcher(pattern), bisect_left(self._files, start)
        below = takewhile(lambda path: path.startswith(start), islice(self._files, first, None))
        return [path for path in below if matches(path)]

    @cached_property
    def _files(self) -> list[str]:
        """The paths of all files, sorted."""
        return sorted(path for path, entry in self.entries.items() if entry.is_file)

    def once(self, key: Hashable, make: Callable[[], T]) -> T:
        """Return what a question about this commit comes to, worked out the first time only.

        A commit never changes: `key` names the question with all that it depends on beside it.
        """
        if key not in self._kept:
            self._kept[key] = make()
        kept: T = self._kept[key]
        return kept

    def same_content(self, paths: Iterable[str]) -> frozenset[str]:
        """Return every path that holds what one of these paths holds, they included."""
        contents = {self.entries[path].oid for path in paths if path in self.entries}
        return frozenset(
            path
            for path, entry in self.entries.items()
            if entry.kind == "blob" and entry.oid in contents
        )

    def has_module(self, name: str) -> bool:
        """Return whether a file or a folder could be a Python module of that name."""
        return any(
            path.split("/")[-1] == f"{name}.py" or f"/{name}/" in f"/{path}"
            for path in self.entries
        )

    def write_to(self, directory: Path, *, without: Collection[str] = ()) -> Copy:
        """Write every file of the commit into an empty or new folder, and check what was written.

        Paths `without` and files that the clone does not hold (`missing`) are left out.

        Raises:
            ProbeFault: the folder is not empty or cannot be written.
        """
        return checkout.write(self.entries, self.objects, directory, without=without)

    @cached_property
    def missing(self) -> tuple[str, ...]:
        """The paths of files and links whose content the clone does not hold, sorted."""
        lacking = self.objects.missing
        return tuple(
            sorted(
                path
                for path, entry in self.entries.items()
                if entry.kind == "blob" and entry.oid in lacking
            )
        )

    def write_repository(self, directory: Path, *, whole_history: bool = False) -> None:
        """Make a `.git` beside the written files, which knows this commit and no other.

        Or, with `whole_history`, what it descends from too. It has no remote.

        Raises:
            GitError: its objects could not be written.
        """
        if whole_history:
            repository_copy.write_history(self._git, self.commit, directory)
            return
        objects = repository_copy.held(self.entries, self.objects.missing)
        repository_copy.write_commit(self._git, self.commit, [self.tree, *objects], directory)

    def added(self, path: str) -> Added | None:
        """Return the commit that brought this content to this path.

        None where the path is not in S or history does not tell.
        """
        return self.once(
            ("added", path),
            lambda: (
                history.added(self._git, self.commit, path, complete=self.history_complete)
                if path in self.entries
                else None
            ),
        )

    def ever_held(self, names: Collection[str]) -> frozenset[str] | None:
        """Return which of these file names some commit added, or None where history is cut."""
        return history.ever_held(self._git, names) if self.history_complete else None

    def line_authors(self, path: str) -> dict[int, Written | None] | None:
        """Return the commit that wrote each line (1-based) of a file; None if git does not tell."""
        return history.line_authors(self._git, self.commit, path) if path in self.entries else None

    def changed_since(self, commit: str, paths: Iterable[str]) -> bool | None:
        """Return whether any of the paths (files, folders) differs between an earlier commit and S.

        None if history does not tell.
        """
        named = tuple(paths)
        return self.once(
            ("changed", commit, named),
            lambda: history.changed(self._git, commit, self.commit, named),
        )

    @cached_property
    def root(self) -> str:
        """The first of S's ancestors, by first parents.

        What names this repository wherever it lies. In a cut history, the oldest one held.
        """
        return self._git.line("rev-list", "--first-parent", "--max-parents=0", self.commit)

    @cached_property
    def committed_at(self) -> datetime:
        """When S was committed, as it says itself."""
        return history.committed_at(self._git, self.commit)

    @property
    def history_complete(self) -> bool:
        """Whether this clone holds all of S's ancestors, none cut off, grafted or replaced."""
        return not self.gaps

    @cached_property
    def notes(self) -> tuple[str, ...]:
        """What a reader of the reports should know of the repository and the tree."""
        return (*self.oddities, *self.gaps, *history.partial(self._git), *history.dirty(self._git))

    @cached_property
    def gaps(self) -> tuple[str, ...]:
        """Why this clone does not hold all of S's ancestors; nothing where it does."""
        return history.gaps(self._git)

    @property
    def _git(self) -> Git:
        return self.objects.git

    def _blob(self, path: str) -> Entry:
        entry = self.entries.get(path)
        if entry is None:
            raise ProbeFault(
                f"{shown(path)} is not in commit {self.commit[:12]}.",
                "Commit it, or mend the path in the manifest.",
            )
        if entry.kind == "commit":
            raise ProbeFault(
                f"{shown(path)} is a gitlink (a submodule): its content is not in this repository.",
                "Vendor what the release needs.",
            )
        if entry.kind != "blob":
            raise ProbeFault(
                f"{shown(path)} is a folder in commit {self.commit[:12]}.", "Name a file."
            )
        return entry


def open_tree(repository: Path, rev: str) -> JudgedTree:
    """Open the commit that a revision means now.

    Raises:
        Misuse: there is no repository there, git does not open it, or it has no such commit.
    """
    git = open_repository(repository)
    commit = find_commit(git, rev)
    try:
        tree = tree_of(git, commit)
        listed = listing(git, tree)
    except Unreadable as error:
        raise Misuse(
            f"The tree of {commit[:12]} is not judged. {error.message}", error.remedy
        ) from error
    except GitError as error:
        raise Misuse(
            f"The tree of {commit[:12]} is not whole in this clone: {error.message}", MENDED
        ) from error
    return JudgedTree(
        git.repository,
        commit,
        tree,
        listed.entries,
        listed.oddities,
        objects=Objects(git, listed.missing),
    )
