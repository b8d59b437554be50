"""What a report claims beside the work tree that it lies in, before it is handed in.

Only what the files themselves show is held against a report: what it contradicts in its own words,
and files that it lists and that are nowhere in the work tree. Nothing is run, and no suite is
asked: `audit` does that.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path, PurePosixPath

from atom_release.gate.claims.record import ClaimKind, ClaimRecord
from atom_release.source.own_places import work_trees

_MOST_FILES = 200_000
_NO_SOURCE = frozenset({".git", ".venv", "node_modules", "__pycache__"})


@dataclass(frozen=True)
class Contradiction:
    """One thing that a report claims and that is not so: where it stands, what, and what is so."""

    place: str
    claim: str
    finding: str


def contradictions(records: Iterable[ClaimRecord]) -> tuple[Contradiction, ...]:
    """Return what is not so of what these reports claim, in the order of their lines."""
    return tuple(entry for record in records for entry in _of_record(record))


def _of_record(record: ClaimRecord) -> Iterator[Contradiction]:
    for finding in record.findings:
        yield Contradiction(record.path, "the report's own words", finding)
    top = _top(Path(record.path).absolute().parent)
    for claim in record.claims:
        listed = str(claim.value or "")
        if claim.kind is ClaimKind.DELIVERABLE and not _is_there(top, record, listed):
            finding = f"no such file in the work tree at {top}"
            yield Contradiction(record.place(claim), f"delivers {listed}", finding)


def _is_there(top: Path, record: ClaimRecord, listed: str) -> bool:
    """Return whether a listed file is there, or its name is one that says no certain place."""
    path = PurePosixPath(listed.strip("/"))
    if not path.parts or any(sign in listed for sign in "*?{}<>…") or ".." in path.parts:
        return True
    beside = Path(record.path).absolute().parent
    if (top / path).exists() or (beside / path).exists():
        return True
    names = _names(top)
    return not names or path.name in names


@cache
def _names(top: Path) -> frozenset[str]:
    """Return the names of all files and folders of a work tree; none where there are too many."""
    names: set[str] = set()
    for _, folders, files in os.walk(top):
        folders[:] = [name for name in folders if name not in _NO_SOURCE]
        names.update(folders, files)
        if len(names) > _MOST_FILES:
            return frozenset()
    return frozenset(names)


def _top(folder: Path) -> Path:
    """Return the work tree that a folder is in; the folder itself outside of any."""
    return next(iter(work_trees(folder)), folder)
