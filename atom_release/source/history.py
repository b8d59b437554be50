"""What the history of a commit tells, and where it does not.

Shallow, grafted, replaced or partial clones.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from atom_release.git import Git, GitError, Trouble, failure
from atom_release.source.listing import is_partial
from atom_release.source.objects import MENDED

_BLAMED = re.compile(rb"([0-9a-f]{40}|[0-9a-f]{64}) \d+ (\d+)(?: \d+)?$")
_DEEPEN = "git fetch --unshallow origin"


@dataclass(frozen=True)
class Added:
    """The commit that brought a content to a path.

    `when` is when it was committed, `authored` when its author says it was written; `complete` is
    False where the history is cut, so that an older commit may have brought it.
    """

    commit: str
    when: datetime
    authored: datetime
    complete: bool


def added(git: Git, commit: str, path: str, *, complete: bool) -> Added | None:
    """Return the last commit up to `commit` that changed this path.

    Or None where objects of the history are missing.
    """
    try:
        line = git.line(
            "log",
            "-1",
            "--format=%H %ct %at",
            "--no-renames",
            "--end-of-options",
            commit,
            "--",
            path,
        )
    except GitError as error:
        if error.trouble is Trouble.DUBIOUS:
            raise
        return None
    if not line:
        return None
    commit_id, committed, authored = line.split()
    return Added(
        commit_id,
        datetime.fromtimestamp(int(committed), UTC),
        datetime.fromtimestamp(int(authored), UTC),
        complete,
    )


def committed_at(git: Git, commit: str) -> datetime:
    """Return when a commit was committed, as it says itself."""
    stated = git.line("show", "--no-patch", "--format=%ct", "--end-of-options", commit)
    return datetime.fromtimestamp(int(stated), UTC)


@dataclass(frozen=True)
class Written:
    """The commit that wrote a line as it now stands."""

    commit: str
    when: datetime


def line_authors(git: Git, commit: str, path: str) -> dict[int, Written | None] | None:
    """Return which commit wrote each line (1-based) of a file, as `git blame` tells it.

    None for a line that may be older than what this clone holds, and None where git does not tell
    at all. No revision is ignored and no converter runs.
    """
    ran = git.call(
        "blame",
        "--porcelain",
        "--no-textconv",
        "--ignore-revs-file=",
        commit,
        "--",
        path,
    )
    if ran.status != 0:
        if ran.trouble is Trouble.DUBIOUS:
            raise failure(ran, "blame", git.repository)
        return None
    return _read_blame(ran.out, cut=_cut(git))


def _read_blame(porcelain: bytes, cut: frozenset[str]) -> dict[int, Written | None]:
    """Read git's porcelain format: a header for each line, what is told of a commit only once."""
    moments: dict[str, datetime] = {}
    lines: dict[int, str] = {}
    current = ""
    for record in porcelain.split(b"\n"):
        header = _BLAMED.match(record)
        if header:
            current = header[1].decode("ascii")
            lines[int(header[2])] = current
        elif record.startswith(b"committer-time "):
            moments[current] = datetime.fromtimestamp(int(record.split()[1]), UTC)
    return {
        number: None if commit in cut else Written(commit, moments[commit])
        for number, commit in lines.items()
    }


def _cut(git: Git) -> frozenset[str]:
    """Return the commits whose parents this clone does not have."""
    path = git.repository / git.line("rev-parse", "--git-common-dir") / "shallow"
    return frozenset(path.read_text("ascii").split()) if path.is_file() else frozenset()


def changed(git: Git, old: str, new: str, paths: tuple[str, ...]) -> bool | None:
    """Return whether any path differs between two commits.

    None unless `old` is known to be an ancestor of `new`.
    """
    if paths and old == new:
        return False
    if (
        not paths
        or git.call("merge-base", "--is-ancestor", "--end-of-options", old, new).status != 0
    ):
        return None
    ran = git.call(
        "diff-tree",
        "-r",
        "--quiet",
        "--no-ext-diff",
        "--no-textconv",
        "--no-renames",
        "--ignore-submodules=none",
        old,
        new,
        "--",
        *paths,
    )
    return {0: False, 1: True}.get(ran.status)


def ever_held(git: Git, names: Collection[str]) -> frozenset[str]:
    """Return which of these file names any commit of the repository ever added, in any folder.

    Whatever the case of its letters, and also behind a prefix such as a date: `2026-03-21-NAME`.
    What a merge alone added is not looked for.
    """
    if not names:
        return frozenset()
    words = ("log", "--all", "--no-renames", "--diff-filter=A", "--format=", "--name-only", "-z")
    paths = git.output(*words).decode("utf-8", "surrogateescape").split("\0")
    held = {path.strip().rpartition("/")[2] for path in paths}
    return frozenset(name for name in names if any(is_named(path, name) for path in held))


def is_named(path: str, name: str) -> bool:
    """Return whether a path's last part is this name, but for the case and a prefix before it."""
    last, wanted = path.rpartition("/")[2].lower(), name.lower()
    return last == wanted or last.endswith((f"-{wanted}", f"_{wanted}"))


def gaps(git: Git) -> tuple[str, ...]:
    """Return why history cannot be trusted to be whole; nothing if it can."""
    return tuple(_gaps(git))


def _gaps(git: Git) -> Iterator[str]:
    if git.line("rev-parse", "--is-shallow-repository") == "true":
        yield f"the clone is shallow: history is cut; {_DEEPEN}"
    if git.line("for-each-ref", "--count=1", "--format=%(refname)", "refs/replace/"):
        yield "the clone has replace refs: they are not followed; git replace --delete <object>"
    grafts = git.repository / git.line("rev-parse", "--git-common-dir") / "info" / "grafts"
    if grafts.is_file() and grafts.stat().st_size > 0:
        yield "the clone has grafts: they are not followed; remove its info/grafts"


def partial(git: Git) -> tuple[str, ...]:
    """Return the remark that the clone may lack blobs, if it was made to."""
    return (
        (f"the clone is partial: blobs may be missing, and are not fetched; {MENDED}",)
        if is_partial(git)
        else ()
    )


def dirty(git: Git) -> tuple[str, ...]:
    """Return how many paths of the work tree differ from its commit; a bare repository has none."""
    if (
        git.line("rev-parse", "--is-bare-repository") == "true"
        or git.line("rev-parse", "--is-inside-work-tree") != "true"
    ):
        return ()
    ran = git.call(
        "status",
        "--porcelain=v1",
        "-z",
        "--no-renames",
        "--ignore-submodules=all",
        "--untracked-files=normal",
    )
    if ran.status != 0:
        return ("the work tree's state could not be read; it is not judged",)
    count = sum(bool(record) for record in ran.out.split(b"\0"))
    return (
        (f"the work tree is dirty ({count} paths): it is not judged, the commit is",)
        if count
        else ()
    )
