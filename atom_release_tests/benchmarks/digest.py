"""Part of `make bench`.

How fast the snapshot digests its artifacts, beside `sha256sum` on the same files: 2 GB, read from
the same warm cache.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import tempfile
import time
from pathlib import Path

from rich.console import Console
from rich.table import Table

from atom_release.records import canonical

_FILES, _EACH, _TIMES = 16, 125_000_000, 3


def _snapshot(files: list[Path]) -> tuple[float, list[str]]:
    """Digest the files as the snapshot digests its artifacts.

    Each read whole, one after the other.
    """
    began = time.perf_counter()
    digests = [canonical.digest(path.read_bytes()) for path in files]
    return time.perf_counter() - began, digests


def _sha256sum(files: list[Path]) -> tuple[float, list[str]]:
    began = time.perf_counter()
    output = subprocess.run(
        ["sha256sum", *map(str, files)],  # noqa: S607 - the one on PATH
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    return time.perf_counter() - began, [line.split()[0] for line in output.splitlines()]


def main() -> None:
    """Measure both in turn, and print the ratio of their medians."""
    with tempfile.TemporaryDirectory() as folder:
        files = [Path(folder) / f"{number:02}" for number in range(_FILES)]
        for path in files:
            path.write_bytes(os.urandom(1_000_000) * (_EACH // 1_000_000))
        runs = [(_snapshot(files), _sha256sum(files)) for _ in range(_TIMES)]
    if any(ours[1] != theirs[1] for ours, theirs in runs):
        raise SystemExit("the digests differ")
    ours, theirs = (statistics.median(run[which][0] for run in runs) for which in (0, 1))
    total = _FILES * _EACH
    table = Table("figure", "measured", "aim")
    table.add_row(
        f"digest speed of the snapshot / sha256sum, {total / 1e9:g} GB, median of {_TIMES}",
        f"{total / ours / 1e6:.0f} MB/s / {total / theirs / 1e6:.0f} MB/s = {theirs / ours:.2f}",
        ">= 0.8",
    )
    Console(width=140).print(table)


if __name__ == "__main__":
    main()
