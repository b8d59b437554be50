"""The listing of a tree.

Every path with its mode, kind, object and size, and what is odd about some.

An author can write trees that git itself never makes. A few objects can name more files than any
machine holds, so a listing ends at a number of them. And a path can stand twice: then git, its
`show` and other tools take different ones of the two, so nothing that is judged of it is what
people get. Such a tree is refused as one that is not whole.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from atom_release.errors import AtomReleaseError
from atom_release.git import Git, Ran, failure, masked, shown

LINK = "120000"
EXECUTABLE = "100755"
_EMPTY = frozenset(
    {
        "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391",
        "473a0f4c3be8a93681a267e3b1e9a7dcda1185436fe141f7749120a303721813",
    }
)
_PROMISED = re.compile(r"extensions\.partialclone|remote\..*\.promisor")
_KEPT = 4
_MOST_ENTRIES = 1_000_000
_MOST_BYTES = 256 << 20
_CHUNK = 1 << 20


class Unreadable(AtomReleaseError):
    """A tree of which no listing is made; the sentence says why."""


@dataclass(frozen=True)
class Entry:
    """One path of a commit.

    Bytes of the path that are not UTF-8 stand as lone surrogates, as Python's file names do.
    """

    path: str
    mode: str
    kind: str
    oid: str
    size: int

    @property
    def is_link(self) -> bool:
        """Whether it is a symbolic link; its blob holds the target."""
        return self.mode == LINK

    @property
    def is_file(self) -> bool:
        """Whether it is a plain file."""
        return self.kind == "blob" and not self.is_link


@dataclass(frozen=True)
class Listing:
    """The entries of a tree by path, notes on what is odd.

    And the ids of blobs that a partial or damaged clone lacks.
    """

    entries: dict[str, Entry]
    oddities: tuple[str, ...]
    missing: frozenset[str]


_whole: dict[tuple[Path, str], Listing] = {}


def listing(git: Git, tree: str) -> Listing:
    """List a tree without fetching anything; the size of a blob that is not there is 0.

    A tree's id stands for all that is in it, so where nothing is missing it is listed once in each
    process.

    Raises:
        GitError: the tree itself is not whole.
        Unreadable: it names more than is listed, or a path twice.
    """
    partial = is_partial(git)
    known_listing = _whole.get((git.repository, tree))
    if known_listing is not None and not partial:
        return known_listing
    fresh = _listed(git, tree, partial=partial)
    if not partial and all(
        entry.size or entry.oid in _EMPTY
        for entry in fresh.entries.values()
        if entry.kind == "blob"
    ):
        _whole[git.repository, tree] = fresh
        while len(_whole) > _KEPT:
            _whole.pop(next(iter(_whole)), None)
    return fresh


def _listed(git: Git, tree: str, *, partial: bool) -> Listing:
    listed = [_entry(record) for record in _records(git, tree)]
    _check_once(listed)
    lacking = missing(git, tree) if partial else frozenset()
    blobs = {entry.oid for entry in listed if entry.kind == "blob"}
    size_of = sizes(git, blobs - lacking)
    entries = {entry.path: replace(entry, size=size_of.get(entry.oid, 0)) for entry in listed}
    return Listing(entries, tuple(_odd(listed)), lacking | (blobs - size_of.keys()))


def _records(git: Git, tree: str) -> list[bytes]:
    """Return git's lines of the listing, read no further than is listed."""
    arguments = ("ls-tree", "-r", "-t", "-z", "--full-tree", tree)
    read = bytearray()
    entries = 0
    with git.started(*arguments) as process:
        assert process.stdout is not None  # noqa: S101 - both are pipes
        assert process.stderr is not None  # noqa: S101 - both are pipes
        while chunk := os.read(process.stdout.fileno(), _CHUNK):
            entries += chunk.count(b"\0")
            read += chunk
            if entries > _MOST_ENTRIES or len(read) > _MOST_BYTES:
                raise Unreadable(
                    f"It names more than {_MOST_ENTRIES:,} files and folders, or"
                    f" {_MOST_BYTES >> 20} MiB of their names.",
                    "Take out of the commit what no release consists of.",
                )
        errors = masked(process.stderr.read().decode("utf-8", "replace")).strip()
        if process.wait() != 0:
            raise failure(Ran(process.returncode, b"", errors), arguments[0], git.repository)
    return bytes(read).split(b"\0")[:-1]


def _check_once(listed: list[Entry]) -> None:
    seen: set[str] = set()
    for entry in listed:
        if entry.path in seen:
            raise Unreadable(
                f"{shown(entry.path)} stands twice in it, and tools differ in which of the two"
                " they take.",
                "Commit the files anew with git, which writes no such tree (`git fsck` tells).",
            )
        seen.add(entry.path)


def is_partial(git: Git) -> bool:
    """Return whether the clone was made to lack objects, and to fetch them when they are read."""
    return git.configures(_PROMISED)


def missing(git: Git, revision: str) -> frozenset[str]:
    """Return the objects of a tree or a history that a partial clone lacks.

    Asked by `rev-list`: in a partial clone it is the one command that neither fetches a missing
    object nor dies of it.
    """
    output = git.output("rev-list", "--objects", "--no-object-names", "--missing=print", revision)
    return frozenset(
        line[1:].decode("ascii") for line in output.splitlines() if line.startswith(b"?")
    )


def sizes(git: Git, oids: set[str]) -> dict[str, int]:
    """Return the sizes of the objects that are there."""
    output = git.output(
        "cat-file",
        "--batch-check=%(objectname) %(objectsize)",
        stdin="".join(f"{oid}\n" for oid in sorted(oids)).encode(),
    )
    pairs = (line.decode("ascii").split() for line in output.splitlines())
    return {oid: int(size) for oid, size in pairs if size.isdecimal()}


def _entry(record: bytes) -> Entry:
    head, _, path = record.partition(b"\t")
    mode, kind, oid = head.decode("ascii").split()
    return Entry(path.decode("utf-8", "surrogateescape"), mode, kind, oid, 0)


def _odd(listed: list[Entry]) -> Iterator[str]:
    for entry in listed:
        if entry.kind == "commit":
            yield f"{shown(entry.path)} is a gitlink: its content is not in this repository"
        if refused(entry.path):
            yield f"{shown(entry.path)} is not a path that git would check out"


def refused(path: str) -> bool:
    """Return whether a path must not be written.

    It would leave the folder, or be taken for a repository's own files.
    """
    return any(
        part in {"", ".", ".."} or part.rstrip(". ").casefold() in {".git", "git~1"}
        for part in path.split("/")
    )
