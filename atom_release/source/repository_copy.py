"""A repository of its own beside a written copy of the judged tree, for code that asks git.

It holds the judged commit and, where that is wanted, what the commit descends from. It has no
remote, no branch, no reflog and no path of the repository that it was taken from: every object is
written out again.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable, Mapping
from pathlib import Path

from atom_release.git import Git, Ran, failure
from atom_release.source.listing import Entry

_ALONE = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}
_SETTINGS = (
    ("core.trustctime", "false"),  # the copy may get another owner, which changes neither
    ("core.checkStat", "minimal"),
)


def write_commit(git: Git, commit: str, objects: Iterable[str], directory: Path) -> None:
    """Make `directory`'s `.git`, which knows this commit alone, as in a clone of depth 1.

    Args:
        git: the repository that holds the objects.
        commit: the judged commit.
        objects: the ids of its tree, folders and blobs.
        directory: where the tree was written.

    Raises:
        GitError: the objects could not be written.
    """
    made = _begin(commit, directory)
    _pack(git, made, commit, [commit, *objects])
    (directory / ".git" / "shallow").write_text(f"{commit}\n")
    _check_out(made, commit)


def write_history(git: Git, commit: str, directory: Path) -> None:
    """Make `directory`'s `.git` with all that the commit descends from, and the tags on it.

    Where the repository itself is shallow, the history ends where it does there.

    Raises:
        GitError: the objects could not be written.
    """
    made = _begin(commit, directory)
    tags = dict(
        line.split(" ", 1)[::-1]
        for line in git.line(
            "for-each-ref", f"--merged={commit}", "--format=%(objectname) %(refname)", "refs/tags/"
        ).splitlines()
    )
    _pack(git, made, commit, [commit, *tags.values()], "--revs", "--missing=allow-any")
    cut = git.repository / git.line("rev-parse", "--git-common-dir") / "shallow"
    if cut.is_file():
        _copy_cut(made, cut.read_text().split(), directory)
    _check_out(made, commit)
    _write_tags(made, tags)


def _begin(commit: str, directory: Path) -> Git:
    made = Git(directory)
    kind = "sha256" if len(commit) == 64 else "sha1"  # noqa: PLR2004 - hexadecimal digits
    made.output("init", "--quiet", "--template=", f"--object-format={kind}", environment=_ALONE)
    for name, value in _SETTINGS:
        made.output("config", name, value, environment=_ALONE)
    return made


def _pack(git: Git, made: Git, commit: str, listed: Iterable[str], *options: str) -> None:
    """Write the objects into one pack of the new repository, through a pipe and not in memory."""
    pack = made.repository / ".git" / "objects" / "pack" / f"pack-{commit}.pack"
    pack.parent.mkdir(parents=True, exist_ok=True)
    with git.started("pack-objects", "--quiet", "--stdout", *options) as process:
        if process.stdin is None or process.stdout is None or process.stderr is None:
            raise TypeError("git was started without pipes")
        process.stdin.write("".join(f"{oid}\n" for oid in listed).encode())
        process.stdin.close()
        with pack.open("wb") as file:
            shutil.copyfileobj(process.stdout, file)
        message = process.stderr.read().decode("utf-8", "replace").strip()
        status = process.wait()
    if status != 0:
        raise failure(Ran(status, b"", message), "pack-objects", git.repository)
    made.output("index-pack", str(pack), environment=_ALONE)


def _copy_cut(made: Git, commits: list[str], directory: Path) -> None:
    """Write where the history ends, of those commits alone that are there."""
    answers = made.output(
        "cat-file", "--batch-check", stdin="".join(f"{oid}\n" for oid in commits).encode()
    )
    held = [
        oid for oid, line in zip(commits, answers.splitlines(), strict=True) if b" commit " in line
    ]
    if held:
        (directory / ".git" / "shallow").write_text("".join(f"{oid}\n" for oid in held))


def _check_out(made: Git, commit: str) -> None:
    """Let the new repository stand on the commit, with the written files as its work tree."""
    (made.repository / ".git" / "HEAD").write_text(f"{commit}\n")
    made.output("read-tree", commit, environment=_ALONE)
    made.call("update-index", "-q", "--refresh", environment=_ALONE)


def _write_tags(made: Git, tags: Mapping[str, str]) -> None:
    orders = "".join(f"create {ref} {oid}\n" for ref, oid in sorted(tags.items()))
    made.output("update-ref", "--stdin", stdin=orders.encode(), environment=_ALONE)


def held(entries: Mapping[str, Entry], missing: frozenset[str]) -> list[str]:
    """Return the ids of the folders and files that the repository holds, each once."""
    return sorted(
        {
            entry.oid
            for entry in entries.values()
            if entry.kind in {"tree", "blob"} and entry.oid not in missing
        }
    )
