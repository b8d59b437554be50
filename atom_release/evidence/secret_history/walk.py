"""Every blob that the history of a commit brought and the commit no longer has: once each, with the commit and the path that first had it.

One `git log` lists them: raw differences against the parents, for a merge what differs from all of them, so that nothing a merge brought by
itself is passed over. Its length is that of the history, not of commits times files. How much is read is bounded, newest first; what the bounds
or the clone left out is counted.
"""

from __future__ import annotations

import subprocess
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import IO

from atom_release.errors import ProbeFault
from atom_release.evidence import history
from atom_release.evidence.objects import MissingBlob, Objects
from atom_release.evidence.source import JudgedTree
from atom_release.evidence.tree import is_partial, missing, sizes
from atom_release.git import Git

_WHAT = "--raw -z -c --root --no-renames --no-abbrev --no-relative --no-notes -O/dev/null --format=%H"
_LIST = ("log", "--reverse", *_WHAT.split(), "--end-of-options")
_CHUNK = 1 << 20
_GITLINK = b"160000"


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
    """Give each blob of the history that the tree does not hold, newest first; `walk` is filled on the way."""
    ends = time.monotonic() + bounds.seconds
    git = tree.objects.git
    walk.gaps = history.gaps(git)
    listed = _listed(git, tree, walk, ends)
    lacking = missing(git, tree.commit) if is_partial(git) else frozenset()
    held = [oid for oid in reversed(listed) if oid not in lacking]
    if len(held) < len(listed):
        walk.left_out["not in this clone"] += len(listed) - len(held)
    size_of = sizes(git, set(held))
    objects = Objects(git, lacking)
    for number, oid in enumerate(held):
        why = _left_out(walk, bounds, number, size_of.get(oid), late=time.monotonic() > ends)
        if why:
            walk.left_out[why] += 1
            continue
        try:
            content = objects.read(oid, listed[oid].path)
        except MissingBlob:
            walk.left_out["not in this clone"] += 1
            continue
        except ProbeFault:
            walk.left_out["not readable"] += 1
            continue
        walk.blobs += 1
        walk.bytes += len(content)
        yield listed[oid], content


def _left_out(walk: Walk, bounds: Bounds, number: int, size: int | None, *, late: bool) -> str:
    """Say why a blob is not read, or nothing."""
    if size is None:
        return "not in this clone"
    if size > bounds.blob:
        return f"larger than {bounds.blob} bytes"
    if late or number >= bounds.blobs or walk.bytes + size > bounds.total:
        return "beyond what is read of a history"
    return ""


def _listed(git: Git, tree: JudgedTree, walk: Walk, ends: float) -> dict[str, Brought]:
    present = {entry.oid for entry in tree.entries.values()}
    listed: dict[str, Brought] = {}
    with git.started(*_LIST, tree.commit, "--", stderr=subprocess.DEVNULL) as process:
        assert process.stdin is not None  # noqa: S101 - a pipe
        assert process.stdout is not None  # noqa: S101 - a pipe
        process.stdin.close()
        commit = ""
        fields = _fields(process.stdout)
        for one in fields:
            if not one.startswith(b":"):
                commit = one.decode("ascii")
                walk.commits += 1
                if time.monotonic() > ends:
                    walk.gaps += ("the history was not listed in time",)
                    return listed
                continue
            path = next(fields).decode("utf-8", "surrogateescape")
            parents = len(one) - len(one.lstrip(b":"))
            head = one.lstrip(b":").split()
            mode, oid = head[parents], head[2 * parents + 1].decode("ascii")
            if mode != _GITLINK and oid.strip("0") and oid not in present:
                listed.setdefault(oid, Brought(commit, path))
        if process.wait() != 0:
            walk.gaps += ("git could not list all of the history",)
    return listed


def _fields(stream: IO[bytes]) -> Iterator[bytes]:
    """Give what stands between NULs, without the line ends and the empty ones that git puts between commits."""
    rest = b""
    while chunk := stream.read(_CHUNK):
        *whole, rest = (rest + chunk).split(b"\0")
        yield from (one for field in whole if (one := field.lstrip(b"\n")))
