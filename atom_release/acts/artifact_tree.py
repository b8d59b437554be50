"""The tree of the release commit: the judged one with the artifacts put in, nothing else changed.

Written as objects; no index and no file of a work tree is touched.
"""

from __future__ import annotations

from collections.abc import Mapping

from atom_release.errors import ActFailed
from atom_release.git import Git

_FILE = "100644"


def write_blob(git: Git, path: str, content: bytes) -> str:
    """Write an artifact's content and give its object id.

    Raises:
        ActFailed: no artifact may have this path.
        GitError: git does not write it.
    """
    parts = path.split("/")
    if any(
        part in {"", ".", ".."}
        or part.casefold() == ".git"
        or any(letter in part for letter in "\\\0\n")
        for part in parts
    ):
        raise ActFailed(
            f"{path!r} is not a path for an artifact.",
            "Use relative names of letters, digits, '.', '_', '-' and '/'.",
        )
    return git.line("hash-object", "-w", "-t", "blob", "--stdin", stdin=content)


def write_tree(git: Git, base: str | None, files: Mapping[str, str]) -> str:
    """Write the tree that `base` is with these blobs put in.

    Blobs that the clone lacks stay where they are.
    """
    entries = _entries(git, base) if base else {}
    folders: dict[str, dict[str, str]] = {}
    for path, oid in files.items():
        name, _, rest = path.partition("/")
        if rest:
            folders.setdefault(name, {})[rest] = oid
        else:
            entries[name] = _put(entries.get(name), "blob", oid, name)
    for name, inside in folders.items():
        there = entries.get(name)
        entries[name] = _put(
            there,
            "tree",
            write_tree(git, there[2] if there and there[1] == "tree" else None, inside),
            name,
        )
    listing = b"".join(
        f"{mode} {kind} {oid}\t".encode() + name.encode("utf-8", "surrogateescape") + b"\0"
        for name, (mode, kind, oid) in entries.items()
    )
    return git.line("mktree", "-z", "--missing", stdin=listing)


def _entries(git: Git, tree: str) -> dict[str, tuple[str, str, str]]:
    entries: dict[str, tuple[str, str, str]] = {}
    for record in git.output("ls-tree", "-z", "--full-tree", tree).split(b"\0")[:-1]:
        head, _, name = record.partition(b"\t")
        mode, kind, oid = head.decode("ascii").split()
        entries[name.decode("utf-8", "surrogateescape")] = (mode, kind, oid)
    return entries


def _put(
    there: tuple[str, str, str] | None, kind: str, oid: str, name: str
) -> tuple[str, str, str]:
    """Return the entry that takes this place.

    Only a plain file may give way to a file, and only a folder to a folder.
    """
    mode = _FILE if kind == "blob" else "040000"
    if there is not None and there[0] not in {mode, "100755" if kind == "blob" else mode}:
        raise ActFailed(
            f"{name} stands in the way of the release's artifacts: it is something else in the"
            " judged commit.",
            "Move it.",
        )
    return mode, kind, oid


def check_differs_only_in(git: Git, judged: str, tree: str, artifacts: Mapping[str, bytes]) -> None:
    """Check that a tree is the judged one except in the artifacts' paths.

    Raises:
        ActFailed: it differs in another path.
        GitError: git does not compare them.
    """
    changed = git.output(
        "diff-tree",
        "-r",
        "-z",
        "--name-only",
        "--no-renames",
        "--ignore-submodules=none",
        f"{judged}^{{tree}}",
        tree,
    )
    others = {
        path.decode("utf-8", "surrogateescape") for path in changed.split(b"\0")[:-1]
    } - artifacts.keys()
    if others:
        raise ActFailed(
            f"The release commit would change {min(others)!r}, which is no artifact.",
            "Report this: it must not happen.",
        )
