"""`make bench`.

Exact p50 to p99 of five services from a Parquet file of samples, beside DuckDB's own grouped
`quantile_cont` on the same file.

Each runs in a process of its own, by turns, three times: seconds without the imports, and the most
memory that the process ever held. Run alone with other sizes: `python -m
atom_release_tests.benchmarks.quantiles 1e6 1e7`.
"""

from __future__ import annotations

import json
import math
import shutil
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

_SIZES = (1_000_000, 10_000_000, 100_000_000)
_SERVICES = ("C.1", "C.2", "C.3", "C.4", "C.5")
_TURNS = 3
_BYTES_A_SAMPLE = 10
_FREE = 2
_AT_MOST, _MEMORY_GB = 1.2, 2.0

_MEASURED = """
import json, resource, sys, time
{imports}
began = time.perf_counter()
{work}
seconds = time.perf_counter() - began
print(json.dumps({{"seconds": seconds, "memory_gb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6, "found": found}}))
"""
_OURS = _MEASURED.format(
    imports=(
        "from pathlib import Path\nimport numpy, pyarrow.parquet\nfrom"
        " atom_release.probes.measurement.quantiles import grouped"
    ),
    work=(
        "found = {name: list(one.quantiles.values()) for name, one in grouped(Path(sys.argv[1]),"
        " 'latency_ms', 'service').items()}"
    ),
)
_DUCKDB = _MEASURED.format(
    imports=(
        "import duckdb\nbase = duckdb.connect()\nbase.execute('set enable_progress_bar = false')"
    ),
    work=(
        "asked = 'select service, quantile_cont(latency_ms, [0.5, 0.9, 0.95, 0.99]) from"
        " read_parquet(?) group by service'\nfound = dict(base.execute(asked,"
        " [sys.argv[1]]).fetchall())"
    ),
)


def write(path: Path, samples: int) -> None:
    """Write a file of log-normal latencies, a million to a row group."""
    import numpy as np
    import pyarrow as pa
    import pyarrow.parquet as pq

    draw, names = np.random.default_rng(5), pa.array(_SERVICES)
    schema = pa.schema(
        [("service", pa.dictionary(pa.int8(), pa.string())), ("latency_ms", pa.float64())]
    )
    with pq.ParquetWriter(path, schema, use_dictionary=["service"]) as writer:
        for begin in range(0, samples, 1_000_000):
            size = min(1_000_000, samples - begin)
            service = draw.integers(0, len(_SERVICES), size).astype(np.int8)
            latency = draw.lognormal(3 + service * 0.2, 0.6, size)
            writer.write_table(
                pa.table(
                    [pa.DictionaryArray.from_arrays(pa.array(service), names), pa.array(latency)],
                    schema=schema,
                )
            )


def run(code: str, path: Path) -> dict[str, Any]:
    """Run one side on the file in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-c", code, str(path)], capture_output=True, text=True, check=True
    )
    return dict(json.loads(done.stdout))


def same(ours: dict[str, list[float]], theirs: dict[str, list[float]]) -> bool:
    """Whether both found the same quantiles, but for the last bits of an interpolation."""
    return ours.keys() == theirs.keys() and all(
        math.isclose(a, b, rel_tol=1e-12)
        for name in ours
        for a, b in zip(ours[name], theirs[name], strict=True)
    )


def measured(path: Path) -> tuple[list[str], bool]:
    """Return the table's row for one file.

    And whether both found the same and ours within the limits.
    """
    turns = [(run(_OURS, path), run(_DUCKDB, path)) for _ in range(_TURNS)]
    ours, theirs = (statistics.median(turn[side]["seconds"] for turn in turns) for side in (0, 1))
    ratio = statistics.median(first["seconds"] / other["seconds"] for first, other in turns)
    memory = [max(turn[side]["memory_gb"] for turn in turns) for side in (0, 1)]
    agree = all(same(first["found"], other["found"]) for first, other in turns)
    row = [
        f"{ours:.2f}",
        f"{theirs:.2f}",
        f"{ratio:.2f}",
        f"{memory[0]:.2f}",
        f"{memory[1]:.2f}",
        "yes" if agree else "NO",
    ]
    return row, agree and ratio <= _AT_MOST and memory[0] <= _MEMORY_GB


def main(sizes: tuple[int, ...]) -> int:
    """Write the table; the status says whether the largest file kept the limits."""
    table, kept = (
        Table(title=f"exact quantiles: at most {_AT_MOST} times DuckDB, at most {_MEMORY_GB:g} GB"),
        False,
    )
    for column in ("samples", "ours s", "DuckDB s", "ratio", "ours GB", "DuckDB GB", "same"):
        table.add_column(column, justify="right")
    with tempfile.TemporaryDirectory() as place:
        for size in sizes:
            path = Path(place) / "samples.parquet"
            if shutil.disk_usage(place).free < _FREE * _BYTES_A_SAMPLE * size:
                sys.stderr.write(f"{size} samples are left out: the disk has too little room.\n")
                continue
            write(path, size)
            row, kept = measured(path)
            table.add_row(f"{size:,}", *row)
    Console(width=120).print(table)
    return 0 if kept else 1


if __name__ == "__main__":
    sys.exit(main(tuple(int(float(size)) for size in sys.argv[1:]) or _SIZES))
