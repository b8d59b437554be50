"""`make bench`.

The latency sampler beside `wrk` and `hey` on the same server, the rate it holds on one core, and
what its intervals promise.

Both are closed models: their users wait for their answers. So they are set beside our closed model
with as many users for as long, by turns, and the open model is shown at a rate well below what the
server bears. Where one is not installed (`apt-get install wrk hey`), its row says so.
"""

from __future__ import annotations

import asyncio
import csv
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
from rich.console import Console
from rich.table import Table

from atom_release.gate.manifest import Budget
from atom_release.gate.statistics import quantile
from atom_release.lab import stand_in
from atom_release.probes.latency.client import Client, Target, target
from atom_release.probes.latency.sampler import Series, closed_model, open_model
from atom_release_tests.fixtures import simulated

_USERS, _SECONDS, _TURNS, _OPEN_RATE = 2, 1, 9, 500.0
_RATES = (500, 1000, 1500, 2000, 2500, 3000, 3500, 4000, 5000, 6000)
_BEHIND_MS = 20.0
_DONE = (
    "done = function(_, latency, _) io.write(string.format('p95us %d\\n', latency:percentile(95)))"
    " end\n"
)


def by_wrk(program: str, url: str) -> float:
    """Return p95 in milliseconds as wrk counts it."""
    with tempfile.TemporaryDirectory() as folder:
        script = Path(folder) / "p95.lua"
        script.write_text(_DONE)
        done = subprocess.run(
            [program, "-t1", f"-c{_USERS}", f"-d{_SECONDS}s", "-s", str(script), url],
            capture_output=True,
            text=True,
            check=True,
            timeout=60,
        )
    match = re.search(r"p95us (\d+)", done.stdout)
    if match is None:
        raise RuntimeError(done.stdout)
    return int(match[1]) / 1000


def by_hey(program: str, url: str) -> float:
    """Return p95 in milliseconds of what hey writes of each request; it writes tenths of one."""
    argv = [program, "-z", f"{_SECONDS}s", "-c", f"{_USERS}", "-o", "csv", url]
    rows = csv.DictReader(
        subprocess.run(
            argv, capture_output=True, text=True, check=True, timeout=60
        ).stdout.splitlines()
    )
    return quantile(sorted(float(row["response-time"]) * 1000 for row in rows), 0.95)


OTHERS = {"wrk": by_wrk, "hey": by_hey}


def closed(target_asked: Target) -> Series:
    """Let our users ask as long as wrk's do."""

    async def measure() -> Series:
        client, series = Client(target_asked, 5.0), Series()
        await closed_model(
            client, series, model="closed", users=_USERS, requests=10**9, seconds=_SECONDS
        )
        client.close()
        return series

    return asyncio.run(measure())


def opened(target_asked: Target, rate: float, seconds: float = _SECONDS) -> Series:
    """Send requests at a rate, whatever becomes of them."""

    async def measure() -> Series:
        client, series = Client(target_asked, 5.0), Series()
        await closed_model(client, series, model="warm-up", users=8, requests=50, seconds=5.0)
        await open_model(
            client,
            series,
            requests=int(rate * seconds),
            rate=rate,
            phase=0.0,
            certain=lambda _: False,
        )
        client.close()
        return series

    return asyncio.run(measure())


@contextmanager
def server() -> Iterator[Target]:
    """Start the no-op; where there are two cores it has one of them, and this process another."""
    cores = sorted(os.sched_getaffinity(0))
    with stand_in.running() as port:
        started = max(psutil.Process().children(), key=lambda outcome: outcome.create_time())
        try:
            os.sched_setaffinity(0, cores[:1])
            os.sched_setaffinity(started.pid, cores[1:2] or cores)
            yield target("no-op", "GET", f"http://127.0.0.1:{port}{stand_in.NOOP}")
        finally:
            os.sched_setaffinity(0, cores)


def held(target_asked: Target) -> int:
    """Return the highest rate at which no request was sent late by more than a little in most tries.

    Each above the last held one.
    """
    best = 0
    for rate in _RATES:
        if (
            statistics.median(opened(target_asked, rate, 1.0).behind_ms for _ in range(3))
            > _BEHIND_MS
        ):
            break
        best = rate
    return best


def beside_others(target_asked: Target, table: Table) -> None:
    """Add the rows of p95.

    Each other tool and ours by turns, so that a busy moment of the machine falls on both.
    """
    url = f"http://{target_asked.host}:{target_asked.port}{stand_in.NOOP}"
    for name, ask in OTHERS.items():
        program, figure = (
            shutil.which(name),
            f"p95 of a no-op, closed model, {_USERS} users: ours / {name}",
        )
        if program is None:
            sys.stderr.write(
                f"\n*** {name} is not here (apt-get install {name}): p95 of the sampler is NOT set"
                " beside it. ***\n\n"
            )
            table.add_row(figure, f"NOT MEASURED: {name} is not installed", "shown")
            continue
        turns = [
            (quantile(closed(target_asked).latencies("closed"), 0.95), ask(program, url))
            for _ in range(_TURNS)
        ]
        ours, theirs = (statistics.median(turn[side] for turn in turns) for side in (0, 1))
        table.add_row(
            figure,
            f"{ours:.3f} ms / {theirs:.3f} ms; by turns"
            f" {statistics.median(mine / other for mine, other in turns):.2f}",
            "shown",
        )
    arrivals = statistics.median(
        quantile(opened(target_asked, _OPEN_RATE).latencies(), 0.95) for _ in range(5)
    )
    table.add_row(
        f"p95 of a no-op, open model, {_OPEN_RATE:g} arrivals per second",
        f"{arrivals:.3f} ms",
        "shown",
    )


def promises(table: Table) -> bool:
    """Add what the intervals and the rule came to; say whether they kept what they promise."""
    covered = {name: simulated.coverage(name) for name in simulated.DISTRIBUTIONS}
    wrong = {name: simulated.passes(name, Budget(), 805.0) for name in simulated.DISTRIBUTIONS}
    of = f"of {simulated.EXPERIMENTS:,} experiments"
    table.add_row(
        f"95 % interval holds the true p95, {of}",
        ", ".join(f"{name} {share:.2%}" for name, share in covered.items()),
        ">= 94.5 %",
    )
    table.add_row(
        f"wrong PASS at a true 805 ms, all looks, {of}",
        ", ".join(f"{name} {share:.2%}" for name, share in wrong.items()),
        "<= 2.5 %",
    )
    return min(covered.values()) >= 0.945 and max(wrong.values()) <= 0.025


def main() -> int:
    """Write the table; the status says whether the promises were kept."""
    table = Table("figure", "measured", "aim", title="the latency sampler")
    with server() as address:
        beside_others(address, table)
        table.add_row(
            f"highest arrival rate held on one core (at most {_BEHIND_MS:g} ms late)",
            f"{held(address):,} per second",
            "shown",
        )
    kept = promises(table)
    Console(width=140).print(table)
    return 0 if kept else 1


if __name__ == "__main__":
    sys.exit(main())
