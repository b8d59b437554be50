"""Reading blobs as git stores them.

By one `cat-file --batch`, raw, without filters, each checked against its id.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import threading
import weakref
from collections.abc import Generator

from atom_release.errors import ProbeFault
from atom_release.git import Git, end

MENDED = "git fetch --refetch --no-filter origin"
_CHUNK = 1 << 20
_KEEP = 64 << 20


class MissingBlob(ProbeFault):
    """The repository does not hold this object: a partial clone, or a damaged one."""


class Objects:
    """The objects of one repository; may be used by several threads, and after a fork."""

    def __init__(self, git: Git, missing: frozenset[str] = frozenset()) -> None:
        """Remember where to read and what is known to be missing there.

        Git is started at the first read.
        """
        self.git = git
        self.missing = missing
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._owner = 0
        self._kept: dict[str, bytes] = {}
        self._bytes_kept = 0

    def read(self, oid: str, name: str) -> bytes:
        """Return a blob's bytes; `name` is what an error calls it.

        Raises:
            MissingBlob: the repository does not hold it.
            ProbeFault: what it holds under this id is something else.
        """
        kept = self._kept.get(oid)
        if kept is None:
            kept = b"".join(self.chunks(oid, name))
            if (
                self._bytes_kept + len(kept) <= _KEEP
            ):  # every scan reads every file: the first read serves the others
                self._bytes_kept += len(kept)
                self._kept[oid] = kept
        return kept

    def chunks(self, oid: str, name: str, kind: str = "blob") -> Generator[bytes, None, None]:
        """Yield an object's bytes piece by piece.

        That they are the right ones is known only at the end. Nobody else can read before it is
        closed.

        Raises:
            MissingBlob: the repository does not hold it.
            ProbeFault: what it holds under this id is something else.
        """
        if oid in self.missing:
            raise _missing(oid, name)
        with self._lock:
            finished = False
            try:
                yield from self._chunks(self._running(), oid, name, kind)
                finished = True
            finally:
                if not finished:
                    self._close()  # the pipe stands in the middle of an object

    def _chunks(
        self, process: subprocess.Popen[bytes], oid: str, name: str, kind: str
    ) -> Generator[bytes, None, None]:
        pipe_in, pipe_out = process.stdin, process.stdout
        assert pipe_in is not None  # noqa: S101 - both are pipes
        assert pipe_out is not None  # noqa: S101 - both are pipes
        try:
            pipe_in.write(f"{oid}\n".encode())
            pipe_in.flush()
            header = pipe_out.readline().split()
        except BrokenPipeError:
            header = []
        if header[1:2] == [b"missing"]:
            raise _missing(oid, name)
        if len(header) != 3 or header[1] != kind.encode():  # noqa: PLR2004 - id, kind, size
            raise ProbeFault(
                f"Git cannot read {name} ({oid[:12]}).", "Run `git fsck` in the repository."
            )
        left = int(header[2])
        digest = hasher(oid)
        digest.update(b"%s %d\0" % (kind.encode(), left))
        while left:
            chunk = pipe_out.read(min(left, _CHUNK))
            if not chunk:
                raise ProbeFault(
                    f"Git stopped while reading {name} ({oid[:12]}).",
                    "Run `git fsck` in the repository.",
                )
            left -= len(chunk)
            digest.update(chunk)
            yield chunk
        pipe_out.read(1)
        if digest.hexdigest() != oid:
            raise ProbeFault(
                f"What the repository holds as {name} is not what its id {oid[:12]} stands for.",
                "Run `git fsck` in the repository.",
            )

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is not None and self._owner != os.getpid():
            self._process = None  # a fork's: its pipes are shared with the parent
        if self._process is None:
            self._process = self.git.start("cat-file", "--batch", stderr=subprocess.DEVNULL)
            self._owner = os.getpid()
            weakref.finalize(self, _end_own, self._process, self._owner)
        return self._process

    def _close(self) -> None:
        if self._process is not None:
            end(self._process)
            self._process = None


def _missing(oid: str, name: str) -> MissingBlob:
    return MissingBlob(f"{name} ({oid[:12]}) is not in this clone.", f"Fetch it: {MENDED}")


def _end_own(process: subprocess.Popen[bytes], owner: int) -> None:
    if os.getpid() == owner:
        end(process)


def hasher(oid: str) -> hashlib._Hash:
    """Return the hash that ids of this length are made with: SHA-1 or SHA-256."""
    return hashlib.sha256() if len(oid) == 64 else hashlib.sha1(usedforsecurity=False)  # noqa: PLR2004 - hexadecimal digits
