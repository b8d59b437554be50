"""A change to a copy of the tree: the known-bad one of a control, or a harmless one.

A copy shares its files with the one that it was taken from: they are replaced, never written
through. A change is committed in the copy, so that a check which asks git sees it as if it had been
merged.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from atom_release.errors import ProbeFault
from atom_release.git import Git
from atom_release.lab.throwaway import throwaway

_GIT = ".git"
_IDENTITY = {
    f"GIT_{role}_{part}": value
    for role in ("AUTHOR", "COMMITTER")
    for part, value in (("NAME", "known-bad change"), ("EMAIL", "control@localhost"))
}
_ALONE = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull, **_IDENTITY}


class ChangeNotMade(ProbeFault):
    """A change that does not fit the tree."""


@dataclass(frozen=True)
class Change:
    """What is changed: a patch, files put in place, variables, a command run before the check.

    And what it is run beside or in, where `around` says so.
    """

    patch: bytes = field(default=b"", repr=False)
    files: Mapping[str, bytes] = field(default_factory=dict, repr=False)
    environment: Mapping[str, str] = field(default_factory=dict, repr=False)
    command: str = ""  # for a shell, in the check's own directory
    name: str = ""
    addresses: Mapping[str, str] = field(default_factory=dict, repr=False)  # variables, untold
    around: str = ""  # what is otherwise in the check's surroundings

    @property
    def sentence(self) -> str:
        """What it is, in a few words; values of variables are not told."""
        parts = [f"the patch {self.name}".rstrip()] if self.patch else []
        parts += [f"{path} put in place" for path in self.files]
        parts += [f"{name} set" for name in self.environment]
        parts += [f"`{self.command}` run before it"] if self.command else []
        parts += [self.around] if self.around else []
        return ", ".join(parts)


@contextmanager
def copied(base: Path, scratch: Path) -> Iterator[Path]:
    """Make a copy whose files are the base's own until they are replaced; its `.git` is its own."""
    with throwaway(scratch, "control-") as folder:
        copy = folder / "tree"
        shutil.copytree(base, copy, symlinks=True, copy_function=_linked)
        yield copy


def _linked(source: str, target: str) -> None:
    if f"/{_GIT}/" in source:
        shutil.copy2(source, target, follow_symlinks=False)
    else:
        os.link(source, target, follow_symlinks=False)


def make(change: Change, copy: Path) -> list[str]:
    """Change a copy, commit it there, and return the paths that are no longer what they were.

    Raises:
        ChangeNotMade: the patch does not apply, or a file would lie outside the copy.
    """
    git = Git(copy)
    paths = [*_patched(git, change.patch), *_placed(copy, change.files)]
    if paths:
        commit(git, paths)
    return sorted(set(paths))


def _patched(git: Git, patch: bytes) -> list[str]:
    if not patch:
        return []
    listed = git.call("apply", "--numstat", "-z", "-", stdin=patch, environment=_ALONE)
    applied = git.call("apply", "--whitespace=nowarn", "-", stdin=patch, environment=_ALONE)
    if listed.status or applied.status:
        why = (applied.stderr or listed.stderr).splitlines() or ["git took it for no patch"]
        raise ChangeNotMade(f"the patch does not apply: {why[0]}", "Make it anew from this tree.")
    return _numbered_paths(listed.out)


def _numbered_paths(out: bytes) -> list[str]:
    """Return the paths of `git apply --numstat -z`, both ends of a renaming included."""
    fields = iter(out.decode("utf-8", "surrogateescape").split("\0"))
    paths: list[str] = []
    for entry in fields:
        if "\t" in entry:
            path = entry.split("\t", 2)[2]
            paths += [path] if path else [next(fields, ""), next(fields, "")]
    return [path for path in paths if path]


def _placed(copy: Path, files: Mapping[str, bytes]) -> list[str]:
    for path, content in files.items():
        target = copy / path
        target.parent.mkdir(parents=True, exist_ok=True)
        inside = target.parent.resolve().is_relative_to(copy.resolve())
        if not inside or target.is_dir() or Path(path).parts[:1] == (_GIT,):
            raise ChangeNotMade(f"{path} cannot be put in place in the tree")
        mode = target.stat().st_mode & 0o777 if target.exists() else 0o644
        replace(target, content, mode)
    return list(files)


def replace(target: Path, content: bytes, mode: int = 0o644) -> None:
    """Put a file of its own in place of whatever another copy shares under that name."""
    target.unlink(missing_ok=True)
    target.write_bytes(content)
    target.chmod(mode)


def commit(git: Git, paths: Sequence[str]) -> None:
    """Commit what was changed on top of what the copy's repository stands on."""
    listed = "\0".join(sorted(set(paths))).encode("utf-8", "surrogateescape")
    git.output(
        "update-index", "--add", "--remove", "-z", "--stdin", stdin=listed, environment=_ALONE
    )
    tree = git.line("write-tree", environment=_ALONE)
    head = git.line("rev-parse", "HEAD", environment=_ALONE)
    made = git.line("commit-tree", tree, "-p", head, "-m", "a change", environment=_ALONE)
    git.output("update-ref", "HEAD", made, environment=_ALONE)
