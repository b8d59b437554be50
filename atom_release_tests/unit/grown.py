"""Real git repositories for tests, grown by git itself and not by the code under test."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

_WHO = {f"GIT_{role}_{what}": value for role in ("AUTHOR", "COMMITTER") for what, value in (("NAME", "Ada"), ("EMAIL", "ada@example.org"))}


def git(repository: Path, *arguments: str, stdin: bytes = b"", when: int = 1_700_000_000, **variables: str) -> str:
    """Run git as a person would and give what it printed; a failure fails the test."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    dates = {"GIT_AUTHOR_DATE": f"{when} +0000", "GIT_COMMITTER_DATE": f"{when} +0000"}
    environment = {**clean, **_WHO, **dates, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1", **variables}
    done = subprocess.run(["git", "-C", str(repository), *arguments], input=stdin, capture_output=True, env=environment, check=False)  # noqa: S607 - as a person would
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout.decode("utf-8", "surrogateescape").strip()


def new(repository: Path, files: Mapping[str, bytes] | None = None, *options: str) -> Path:
    """Make a repository with one commit of these files on `main`."""
    repository.mkdir(parents=True)
    git(repository, "init", "--quiet", "--initial-branch=main", *options)
    commit(repository, files or {"a.txt": b"a\n"})
    return repository


def commit(repository: Path, files: Mapping[str, bytes], message: str = "change", when: int = 1_700_000_000) -> str:
    """Write files, commit all, and give the commit."""
    for path, content in files.items():
        place = repository / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content)
    git(repository, "add", "--all")
    git(repository, "commit", "--quiet", "--allow-empty", "--message", message, when=when)
    return git(repository, "rev-parse", "HEAD")


def commit_of_entries(repository: Path, listing: bytes) -> str:
    """Commit a tree that git's own commands would not make, from `mktree` lines ended by NUL."""
    tree = git(repository, "mktree", "-z", "--missing", stdin=listing)
    return git(repository, "commit-tree", tree, "-m", "odd")


def raw_tree(repository: Path, *entries: tuple[str, bytes, str]) -> str:
    """Write a tree object byte by byte, past every check; entries are (mode, name, id)."""
    content = b"".join(mode.encode() + b" " + name + b"\0" + bytes.fromhex(oid) for mode, name, oid in entries)
    return git(repository, "hash-object", "-t", "tree", "-w", "--literally", "--stdin", stdin=content)


def blob(repository: Path, content: bytes) -> str:
    """Write a blob and give its id."""
    return git(repository, "hash-object", "-w", "--stdin", stdin=content)


def state(repository: Path) -> dict[str, bytes]:
    """Give every reference and every file outside the object store, to show that nothing changed."""
    found = {"refs": git(repository, "for-each-ref").encode()}
    for path in sorted(repository.rglob("*")):
        inside = path.relative_to(repository).parts
        if path.is_file() and "objects" not in inside:
            found["/".join(inside)] = path.read_bytes()
    return found
