"""Secrets found and look-alikes accused: the gate's two questions beside the scanner alone.

`python -m atom_release_tests.benchmarks.secrets`: 200 files with one live-looking secret each and
200 with a look-alike, made anew in each run (`fixtures/secret_corpus`). A file counts as found, or
as accused, where something in it decides. `--missed` names the kinds that fell short. Exit 1 where
a look-alike is accused or fewer are found than the documentation says.
"""

from __future__ import annotations

import sys
import tempfile
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from rich.console import Console
from rich.table import Table

from atom_release.probes import default_secrets
from atom_release.probes.secrets import engine, scanner_of
from atom_release.source.scan import Fingerprints
from atom_release_tests.fixtures.secret_corpus import Sample, harmless, live

_LEAST_FOUND = 195


def judge(samples: list[Sample]) -> list[bool]:
    """Say of each file whether the gate's questions find something in it that decides."""
    key = Fingerprints(b"benchmark")
    with tempfile.TemporaryDirectory() as scratch:
        hits = engine.read_contents([sample.content for sample in samples], Path(scratch))
    scanners = (scanner_of(key, hits), default_secrets.scanner_of(key, []))
    return [
        any(finding.decides for scan in scanners for finding in scan(sample.path, sample.content))
        for sample in samples
    ]


def judge_by_engine(samples: list[Sample]) -> list[bool]:
    """Say of each file whether the engine alone matches something in it."""
    with tempfile.TemporaryDirectory() as scratch:
        hits = engine.read_contents(
            [sample.content for sample in samples], Path(scratch), whole=True
        )
    return [bool(hits.get(engine.digest(sample.content))) for sample in samples]


def main() -> int:
    """Print the table; return 1 where the gate falls short of what is said of it."""
    table = Table("", "found", "accused", title="200 secrets, 200 look-alikes")
    good, bad = live(), harmless()
    rows: dict[str, Callable[[list[Sample]], list[bool]]] = {
        "secrets and default-secrets": judge,
        f"{engine.NAME} alone": judge_by_engine,
    }
    accused_good, accused = judge(good), judge(bad)
    for name, judged in rows.items():
        counts = (
            (sum(judged(good)), sum(judged(bad)))
            if judged is not judge
            else (sum(accused_good), sum(accused))
        )
        table.add_row(name, f"{counts[0]} of {len(good)}", f"{counts[1]} of {len(bad)}")
    console = Console()
    console.print(table)
    if "--missed" in sys.argv:
        console.print(
            "missed:",
            dict(
                Counter(
                    sample.kind
                    for sample, is_found in zip(good, accused_good, strict=True)
                    if not is_found
                )
            ),
        )
        console.print(
            "accused:",
            [
                (sample.kind, sample.path)
                for sample, is_accused in zip(bad, accused, strict=True)
                if is_accused
            ],
        )
    return 0 if sum(accused_good) >= _LEAST_FOUND and not any(accused) else 1


if __name__ == "__main__":
    sys.exit(main())
