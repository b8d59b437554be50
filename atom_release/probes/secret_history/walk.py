"""Every blob that the history of a commit brought and the commit no longer has.

Once each, with the commit and the path that first had it.

One `git log` lists them: raw differences against the parents, for a merge what differs from all of
them, so that nothing a merge brought by itself is passed over. Its length is that of the history,
not of commits times files. A blob comes again only under another name, or where tests and examples
end: the recognizers judge by both. How much is read is bounded, the newest first; what the bounds
or the clone left out is counted.
"""

from __future__ import annotations

import subprocess
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import IO

from atom_release.errors import ProbeFault
from atom_release.git import Git
from atom_release.source import history
from atom_release.source.commit import JudgedTree
from atom_release.source.listing import is_partial, missing, sizes
from atom_release.source.objects import Objects
from atom_release.source.text import is_example, is_test

_WHAT = (
    "--raw -z -c --root --no-renames --no-abbrev --no-relative --no-notes -O/dev/null --format=%H"
)
_LIST = ("log", "--reverse", *_WHAT.split(), "--end-of-options")
_CHUNK = 1 << 20
_BEYOND = "beyond what is read of a history"
_NOT_HERE = "not in this clone"
_GITLINK = b"160000"

Key = tuple[str, str, bool]
"""Of a blob: its id, its name, and whether it stands among tests and examples."""


@dataclass(frozen=True)
class Bounds:
    """How much of a history is read at most."""

    blob: int = 1 << 20
    total: int = 128 << 20
    blobs: int = 200_000
    seconds: float = 60.0


@dataclass(frozen=True)
class Brought:
    """The commit that first had a blob, and where."""

    commit: str
    path: str
    order: int  # of the commit, the oldest first


@dataclass
class Walk:
    """What was read of a history, and why the rest was not."""

    commits: int = 0
    blobs: int = 0
    bytes: int = 0
    left_out: Counter[str] = field(default_factory=Counter)
    gaps: tuple[str, ...] = ()

    @property
    def whole(self) -> bool:
        """Whether every blob of the whole history was read."""
        return not self.left_out and not self.gaps


def blobs(tree: JudgedTree, walk: Walk, bounds: Bounds) -> Iterator[tuple[Brought, bytes]]:
    """Yield each blob of the history that the tree does not hold, path by path and oldest first.

    `walk` is filled on the way.
    """
    ends = time.monotonic() + bounds.seconds
    git = tree.objects.git
    walk.gaps = history.gaps(git)
    listed = _listed(git, tree, walk, ends)
    lacking = missing(git, tree.commit) if is_partial(git) else frozenset()
    objects = Objects(git, lacking)
    chosen = _chosen(listed, sizes(git, {oid for oid, *_ in listed} - lacking), walk, bounds)
    for key in sorted(chosen, key=lambda digest: (listed[digest].path, listed[digest].order)):
        content = None if time.monotonic() > ends else _read(objects, key[0], listed[key])
        if content is None:
            walk.left_out[_BEYOND if time.monotonic() > ends else _NOT_HERE] += 1
            continue
        walk.blobs += 1
        walk.bytes += len(content)
        yield listed[key], content


def _read(objects: Objects, oid: str, brought: Brought) -> bytes | None:
    try:
        return objects.read(oid, brought.path)
    except ProbeFault:
        return None


def _chosen(
    listed: Mapping[Key, Brought], size_of: Mapping[str, int], walk: Walk, bounds: Bounds
) -> list[Key]:
    """Return the blobs that are read within the bounds.

    The newest, since what is long gone is the likeliest to be revoked.
    """
    chosen: list[Key] = []
    total = 0
    for key in reversed(list(listed)):
        size = size_of.get(key[0])
        if size is None:
            walk.left_out[_NOT_HERE] += 1
        elif size > bounds.blob:
            walk.left_out[f"larger than {bounds.blob} bytes"] += 1
        elif len(chosen) >= bounds.blobs or total + size > bounds.total:
            walk.left_out[_BEYOND] += 1
        else:
            chosen.append(key)
            total += size
    return chosen


def _listed(git: Git, tree: JudgedTree, walk: Walk, ends: float) -> dict[Key, Brought]:
    present = {
        _key(entry.oid, path) for path, entry in tree.entries.items() if entry.kind == "blob"
    }
    listed: dict[Key, Brought] = {}
    with git.started(*_LIST, tree.commit, "--", stderr=subprocess.DEVNULL) as process:
        assert process.stdin is not None  # noqa: S101 - a pipe
        assert process.stdout is not None  # noqa: S101 - a pipe
        process.stdin.close()
        commit = ""
        fields = _fields(process.stdout)
        for record in fields:
            if not record.startswith(b":"):
                commit = record.decode("ascii")
                walk.commits += 1
                if time.monotonic() > ends:
                    walk.gaps += ("the history was not listed in time",)
                    return listed
                continue
            path = next(fields).decode("utf-8", "surrogateescape")
            parents = len(record) - len(record.lstrip(b":"))
            head = record.lstrip(b":").split()
            mode, oid = head[parents], head[2 * parents + 1].decode("ascii")
            key = _key(oid, path)
            if mode != _GITLINK and oid.strip("0") and key not in present:
                listed.setdefault(key, Brought(commit, path, walk.commits))
        if process.wait() != 0:
            walk.gaps += ("git could not list all of the history",)
    return listed


def _key(oid: str, path: str) -> Key:
    return oid, path.rpartition("/")[2], is_test(path) or is_example(path)


def _fields(stream: IO[bytes]) -> Iterator[bytes]:
    """Yield what stands between NULs.

    Without the line ends and the empty ones that git puts between commits.
    """
    rest = b""
    while chunk := stream.read(_CHUNK):
        *whole, rest = (rest + chunk).split(b"\0")
        yield from (stripped for field in whole if (stripped := field.lstrip(b"\n")))
