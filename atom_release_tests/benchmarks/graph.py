"""`make bench`.

What the gate costs beside what it is made of, as ratios measured in one run, in one table.

The floor of a run is the same probes called by a plain script, plus a trivial graph of twelve
assets run by Dagster's own command line.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from rich.console import Console
from rich.table import Table

_TRIVIAL = """
import dagster as dg

def made(number):
    @dg.asset(name=f"a{number}", deps=[f"a{number - 1}"] if number else [])
    def return_nothing() -> None:
        return None
    return return_nothing

defs = dg.Definitions(assets=[made(number) for number in range(12)], executor=dg.in_process_executor)
"""
_PLAIN = """
import sys
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace

from atom_release.lab.rehearsal import close_all, current
from atom_release.graph import asking
from atom_release.graph.blueprint import Blueprint
from atom_release.release.ask import Boundary
from atom_release.release.open_look import open_look
from atom_release.release.subject import open_subject
from atom_release.settings import Settings

settings = Settings(out=sys.argv[1], home=Path(sys.argv[2]))
subject = open_subject(settings, create=True)
look, blueprint = open_look(subject, settings), Blueprint(subject.manifest)

def step(name):
    boundary = Boundary(look, name, look.clock() + timedelta(hours=1))
    return SimpleNamespace(look=look, boundary=boundary, manifest=subject.manifest, blueprint=blueprint, subject=subject, name=name,
                           rehearsal=lambda: current(look), inputs=lambda _: {}, case=lambda _: __import__("atom_release.gate.rules.case", fromlist=["Case"]).Case(
                               subject.manifest, subject.commit, subject.tree.tree, look.clock(), {}))

for service in subject.manifest.services:
    asking.service_evidence(step(service.id), service)
for name in ("infra_simulation", "cross_service", "perf_summary", "policy_check"):
    getattr(asking, name)(step(name))
close_all()
"""


def seconds(argv: list[str], **environment: str) -> float:
    """Run a command to its end and give how long it took."""
    began = time.perf_counter()
    subprocess.run(argv, check=True, capture_output=True, env={**os.environ, **environment})
    return time.perf_counter() - began


def median(argv: list[str], times: int = 5) -> float:
    """Return the median of several runs of a command."""
    return statistics.median(seconds(argv) for _ in range(times))


def main() -> None:
    """Measure, and print one table."""
    python = sys.executable
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        place.chmod(0o755)
        (place / "trivial.py").write_text(_TRIVIAL)
        (place / "dagster").mkdir()
        (place / "dagster" / "dagster.yaml").write_text("telemetry:\n  enabled: false\n")
        home, out = str(place / "home"), str(place / "out")
        judge = [python, "-m", "atom_release", "audit", "--out", out, "--json"]
        seconds(judge, ATOM_RELEASE_HOME=home)  # builds the reference release and warms the caches
        run = seconds(judge, ATOM_RELEASE_HOME=home)
        plain = seconds([python, "-c", _PLAIN, out, home])
        trivial = [
            str(Path(python).parent / "dagster"),
            "asset",
            "materialize",
            "-f",
            str(place / "trivial.py"),
            "--select",
            "*",
        ]
        graph = seconds(trivial, DAGSTER_HOME=str(place / "dagster"))
        ours, theirs = (
            median([python, "-c", "import atom_release.definitions"]),
            median([python, "-c", "import dagster"]),
        )
        usage = median([python, "-m", "atom_release", "--help"])
    table = Table("figure", "measured", "aim")
    table.add_row(
        "warm run / (same probes by a script + trivial 12-asset graph)",
        f"{run:.1f} s / ({plain:.1f} s + {graph:.1f} s) = {run / (plain + graph):.2f}",
        "<= 1.15",
    )
    table.add_row(
        "import atom_release.definitions / import dagster",
        f"{ours:.2f} s / {theirs:.2f} s = {ours / theirs:.2f}",
        "<= 1.3",
    )
    table.add_row("atom-release --help", f"{usage:.2f} s", "< 0.5 s")
    Console().print(table)


if __name__ == "__main__":
    main()
