"""Copies of the judged tree whose code, and whose data too, the subject cannot read.

What is withheld is there and empty, and its mode lets nobody read it: a command that only looks
whether a file is there sees it, and one that scans for what should not be there fails where it
would find nothing in an empty file. The command's own files stay, and so do settings of tools and
templates. Where the command reads what git keeps, that goes with the data.
"""

from __future__ import annotations

import re
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from atom_release.lab.rewriting import is_test, replace_file
from atom_release.probes.suite import trees

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence
    from pathlib import Path

    from atom_release.gate.manifest import Manifest
    from atom_release.lab.interpreter import Built
    from atom_release.lab.look import Look

_PROGRAM = re.compile(
    r"\.(?:pyi?|[cm]?[jt]sx?|sh|bash|go|rs|rb|java|kt|cs|php|pl|c|h|cc|cpp|hpp|j2|jinja2?|tmpl)$"
)
_SETTING = re.compile(
    r"package(?:-lock)?\.json|tsconfig.*\.json|.*\.(?:toml|lock|cfg|ini)|requirements.*\.txt|Makefile"
    r"|Dockerfile|release\.yaml|VERSION|\.git\w+|\..*rc",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Withheld:
    """A copy, and the first of the files in it that nobody can read; empty where none is."""

    copy: Path
    first: str


def code_paths(manifest: Manifest) -> tuple[str, ...]:
    """Return the files and folders of the manifest that are the release's code and tests."""
    services = manifest.services
    return (
        *(path for service in services for path in service.source),
        *(path for service in services if service.suite for path in service.suite.paths),
        *(path for integration in manifest.integration for path in integration.paths),
    )


@contextmanager
def without_code(look: Look, built: Built | None, kept: Collection[str]) -> Iterator[Withheld]:
    """Yield a copy in which nobody can read the release's code and tests."""
    with trees.control(look, "commit", built) as copy:
        code = [path for path in _files(look, kept) if _is_code(path, look.manifest)]
        yield _withhold(copy, code)


@contextmanager
def without_data(
    look: Look, built: Built | None, kept: Collection[str], *, history: bool
) -> Iterator[Withheld]:
    """Yield a copy in which nobody can read what is no program either.

    `history` says whether the command has to do without the repository too.
    """
    with trees.control(look, "commit", built) as copy:
        paths = [
            path for path in _files(look, kept) if _is_code(path, look.manifest) or _is_data(path)
        ]
        if history:
            (copy / ".git" / "HEAD").unlink()
        yield _withhold(copy, paths)


def _files(look: Look, kept: Collection[str]) -> Iterator[str]:
    for path, entry in look.tree.entries.items():
        if entry.kind == "blob" and entry.oid not in look.tree.objects.missing and path not in kept:
            yield path


def _is_code(path: str, manifest: Manifest) -> bool:
    pure = PurePosixPath(path)
    within = any(pure.is_relative_to(part.partition("::")[0]) for part in code_paths(manifest))
    return within or is_test(path, ())


def _is_data(path: str) -> bool:
    name = PurePosixPath(path).name
    return not _PROGRAM.search(name) and not _SETTING.fullmatch(name)


def _withhold(copy: Path, paths: Sequence[str]) -> Withheld:
    for path in paths:
        replace_file(copy / path, b"")
        (copy / path).chmod(0)
    return Withheld(copy, paths[0] if paths else "")
