"""The folders that suites run in: one copy of the judged tree, and one for each control.

Nothing is written in these once they are made: a run that writes does so in a layer of its own.
"""

from __future__ import annotations

import fcntl
import os
import shutil
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from atom_release.lab.beneath import copy_beneath
from atom_release.lab.rewriting import Rewritten, is_test
from atom_release.lab.throwaway import remove, sweep, throwaway

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from atom_release.gate.manifest.suite import History
    from atom_release.lab.interpreter import Built
    from atom_release.lab.look import Look
    from atom_release.lab.rewriting import Call, Rewrite

_FOLDER = "suites"
PASSING_ROOMS = tuple(
    f"*/{_FOLDER}/*/{kind}-*" for kind in ("run", "control", "world", "approval", "base")
)
"""Where what lives for one run of a suite lies, below the scratch folders of all commits."""


def room(look: Look) -> Path:
    """Return the folder for the suites of this commit.

    In which pytest looks for nothing further up.
    """
    scratch = Path(os.path.realpath(look.scratch))
    _sweep(scratch.parent)
    folder = scratch / _FOLDER / look.tree.commit
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o755)
    stop = folder / "pytest.ini"
    if not stop.exists():
        stop.write_text("[pytest]\n")
    return folder


@cache
def _sweep(scratch: Path) -> None:
    """Remove, once in a process, what killed gates left of the suites of any commit."""
    sweep(scratch, *PASSING_ROOMS)


def judged(look: Look, history: History = "commit", built: Built | None = None) -> tuple[Path, str]:
    """Return the copy of the judged tree, made once, and the digest of what was written.

    It is a work tree of its own repository, which has the history that the manifest asks for. What
    a build wrote beside the sources is added where the commit has nothing.
    """
    folder = room(look)
    name = _name(history, built)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        made, digest = folder / name, folder / f"{name}.digest"
        if not digest.exists():
            remove(made)
            copy = look.tree.write_to(made)
            look.tree.write_repository(made, whole_history=history == "full")
            _add_built(made, built)
            digest.write_text(copy.digest)
        return made, digest.read_text()


def forget(look: Look, history: History, built: Built | None) -> None:
    """Remove a copy that no later suite will ask for."""
    folder, name = room(look), _name(history, built)
    (folder / f"{name}.digest").unlink(missing_ok=True)
    remove(folder / name)


def _name(history: History, built: Built | None) -> str:
    name = "tree" if history == "commit" else f"tree-{history}"
    return f"{name}-{built.folder.parent.name}" if built else name


def _add_built(made: Path, built: Built | None) -> None:
    for path in built.paths if built else ():
        copy_beneath(built.folder, path, made)  # type: ignore[union-attr]


@contextmanager
def rewritten(  # noqa: PLR0913 - one parameter for each thing that makes a copy
    look: Look,
    sources: Sequence[str],
    rewrite: Rewrite,
    *,
    tests: Sequence[str],
    keep: Collection[Call],
    history: History = "commit",
    built: Built | None = None,
) -> Iterator[tuple[Path, Rewritten]]:
    """Return a copy whose code is written anew: without bodies, or with wrong results."""
    with control(look, history, built) as copy:
        yield copy, rewrite(copy, sources, tests=tests, keep=keep)


@contextmanager
def emptied(
    look: Look,
    paths: Sequence[str],
    *,
    tests: Sequence[str],
    history: History = "commit",
    built: Built | None = None,
) -> Iterator[tuple[Path, Rewritten]]:
    """Return a copy in which the files at these paths, the suite's own left out, are empty."""
    with control(look, history, built) as copy:
        files = [
            path
            for path, entry in look.tree.entries.items()
            if entry.kind == "blob"
            and entry.oid not in look.tree.objects.missing
            and within(path, paths)
            and not is_test(path, tests)
        ]
        files += [path for path in paths if built and path in built.paths]
        for path in files:
            mode = (copy / path).stat().st_mode
            (copy / path).unlink()
            (copy / path).touch(mode & 0o777)
        yield copy, Rewritten(tuple(files), len(files), (), ())


@contextmanager
def control(look: Look, history: History, built: Built | None) -> Iterator[Path]:
    """Return a copy to take something out of.

    It shares its files with the judged copy, so they are replaced and never written through.
    """
    tree, _ = judged(look, history, built)
    with throwaway(room(look), "control-") as folder:
        copy = folder / "tree"
        shutil.copytree(tree, copy, symlinks=True, copy_function=os.link)
        yield copy


def missing_files(look: Look, paths: Sequence[str]) -> list[str]:
    """Return the files at these paths that the clone does not hold, so that no copy has them."""
    return [path for path in look.tree.missing if within(path, paths)]


def within(path: str, folders: Sequence[str]) -> bool:
    """Return whether a path is one of these, or lies below one."""
    return any(
        folder.strip("./") == ""
        or path == folder.rstrip("/")
        or path.startswith(f"{folder.rstrip('/')}/")
        for folder in folders
    )
