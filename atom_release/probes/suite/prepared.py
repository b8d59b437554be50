"""Files that the steps before a suite write: brought out of their run, and what of them stays.

A suite may need what a build writes (a generated client, collected files, compiled pages). Every
run has those files, and the controls take the code among them out as they take the sources': what a
step copies of the code is not kept whole by being a copy. What decides which tests run, and how,
has to be committed, and a package's place is no step's to take.
"""

from __future__ import annotations

import os
import re
import shlex
from typing import TYPE_CHECKING

from atom_release.errors import ProbeFault
from atom_release.lab.beneath import copy_beneath
from atom_release.lab.interpreter import Built
from atom_release.lab.javascript import is_of_suite
from atom_release.lab.rewriting import is_test

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence
    from pathlib import Path

BEGUN, BROUGHT = "before-steps", "written"
_MOST_FILES = 20_000
_MOST_BYTES = 512 << 20
_PASSED_OVER = frozenset(
    {".git", "__pycache__", ".venv", "venv", ".tox", ".nox", ".cache"}
    | {".pytest_cache", ".mypy_cache", ".ruff_cache", ".bin", ".turbo"}
)
_MODULES = "node_modules"
_DECIDES = re.compile(
    r"conftest\.py|(?:site|user)customize\.py|.*\.pth|\.?pytest\.(?:ini|toml)|tox\.ini|setup\.cfg"
    r"|pyproject\.toml|manage\.py|package\.json|tsconfig.*\.json|\.(?:mocharc|babelrc|swcrc)\b.*"
    r"|(?:jest|vitest|vite|babel|mocha)\.(?:config|setup|workspace)\b.*",
    re.IGNORECASE,
)
_SCRIPT = re.compile(r".*\.[cm]?[jt]sx?")


def marking(directory: str, out: Path) -> list[str]:
    """Return the shell's lines that mark the moment before the first step.

    Args:
        directory: where the steps run, relative to the copy of the tree.
        out: the folder of the run that it may write.
    """
    up = shlex.quote(os.path.relpath(".", directory))
    return [f"gate_copy=$(cd {up} && pwd -P)", f": > {shlex.quote(str(out / BEGUN))}"]


def bringing(out: Path) -> list[str]:
    """Return the shell's lines that bring out of a copy what was written in it since."""
    mark, place = shlex.quote(str(out / BEGUN)), shlex.quote(str(out / BROUGHT))
    return [
        f"mkdir {place}",
        'cd "$gate_copy"',
        f"find . -name .git -prune -o -type f -cnewer {mark} -print0 > {mark}.found",
        f"xargs -0 -r cp --parents -t {place} -- < {mark}.found",
    ]


def take(
    written: Path, place: Path, held: Collection[str], tests: Sequence[str], sources: Sequence[str]
) -> Built | None:
    """Return what stays of the files that steps wrote, in a folder of the gate's own.

    Args:
        written: where they were brought; a subject wrote there.
        place: a folder for them, of which no subject writes.
        held: paths of the commit, which stay as they were committed.
        tests: paths that are the suite's own.
        sources: paths of the code that it tests.

    Raises:
        ProbeFault: they are more than the gate keeps.
    """
    names = sorted(
        path
        for path in _files(written)
        if path not in held and stays(path, tests=tests, sources=sources)
    )
    size = sum((written / path).lstat().st_size for path in names)
    if len(names) > _MOST_FILES or size > _MOST_BYTES:
        raise ProbeFault(
            f"the steps before them wrote {len(names)} files of {size >> 20} MiB, more than the"
            f" {_MOST_FILES} files or {_MOST_BYTES >> 20} MiB that are kept for the runs",
            "Let `prepare` write what the tests need, and no more.",
        )
    files = place / "files"
    files.mkdir(parents=True)
    kept = tuple(path for path in names if copy_beneath(written, path, files))
    return Built(files, kept) if kept else None


def stays(path: str, *, tests: Sequence[str], sources: Sequence[str]) -> bool:
    """Return whether a file that a step wrote is there in the runs."""
    parts = path.split("/")
    if _PASSED_OVER & set(parts) or _DECIDES.fullmatch(parts[-1]):
        return False
    if _MODULES in parts:
        below = parts[parts.index(_MODULES) + 1 :]
        return len(below) > 1 and below[0].startswith(".")
    if path.endswith(".py"):
        return not is_test(path, tests)
    return not (_SCRIPT.fullmatch(path) and is_of_suite(path, tests, sources))


def joined(built: Built | None, prepared: Built) -> Built:
    """Return what a project's build wrote and what steps wrote, as one; the build's comes first."""
    if built is None:
        return prepared
    for path in built.paths:
        copy_beneath(built.folder, path, prepared.folder)
    return Built(prepared.folder, (*built.paths, *prepared.paths))


def _files(folder: Path) -> Iterator[str]:
    """Yield the plain files below a folder, through no link."""
    for place, _, names in os.walk(folder, followlinks=False):
        below = os.path.relpath(place, folder)
        yield from (os.path.normpath(os.path.join(below, name)) for name in names)  # noqa: PTH118 - names of a subject
