"""Other files of the judged tree in which the labelled rows stand as well.

What was trained on them has seen the answers that it is scored by. Whether anything was is not
shown by a file, so this is told and decides nothing.
"""

from __future__ import annotations

from pathlib import PurePosixPath

from atom_release.errors import ProbeFault
from atom_release.gate.facts.accuracy import FEWEST, RowsWarning
from atom_release.probes.accuracy.rows import Rows
from atom_release.source.commit import JudgedTree
from atom_release.source.text import decode

_TABLES = frozenset({".csv", ".tsv", ".txt", ".data"})
_SHARE = 0.5


def rows_elsewhere(tree: JudgedTree, rows: Rows) -> list[RowsWarning]:
    """Return a warning for each other table of the tree that holds at least half of the rows."""
    lines = _lines(rows.content)
    warnings: list[RowsWarning] = []
    for path, entry in tree.entries.items() if len(lines) >= FEWEST else ():
        if (
            entry.kind != "blob"
            or path == rows.name
            or PurePosixPath(path.lower()).suffix not in _TABLES
        ):
            continue
        try:
            both = len(lines & _lines(tree.read(path)))
        except ProbeFault:
            continue  # the scans of the tree name what cannot be read
        if both >= _SHARE * len(lines):
            warnings.append(_warning(path, both, len(lines)))
    return warnings


def _lines(content: bytes) -> set[str]:
    """Return the lines below the header, each once; none of a file that is not text."""
    text = decode(content)
    return {line.strip() for line in text.text.splitlines()[1:] if line.strip()} if text else set()


def _warning(path: str, both: int, count: int) -> RowsWarning:
    return RowsWarning(
        rule="rows-elsewhere",
        path=path,
        summary=(
            f"{both} of {count} labelled rows stand in {path} too: what was trained on it has seen"
            " the answers that it is scored by"
        ),
    )
