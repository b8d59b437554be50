"""How long it takes from a report that is put into the inbox to a finished decision, by `dg dev`.

`python -m atom_release_tests.benchmarks.drop FOLDER [TIMES]`: of a release of five services that
needs nothing but git, how much of it the sensor waits, Dagster starts processes, and the gate judges.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from atom_release_tests.fixtures import small_phase

_CHECKOUT = Path(__file__).parents[2]
_ENDED = {"SUCCESS", "FAILURE", "CANCELED"}
_RUNS = """query { runsOrError(filter: {}) { ... on Runs { results {
 runId status creationTime startTime endTime tags { key } } } } }"""
_DROPPED = "atom_release/uncommitted"


def runs(port: int) -> list[dict[str, Any]]:
    """Return the runs that a web server shows, newest first; none while it starts."""
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}/graphql",
        json.dumps({"query": _RUNS}).encode(),
        {"content-type": "application/json"},
    )
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310
            return list(json.load(answer)["data"]["runsOrError"]["results"])
    except (OSError, KeyError):
        return []


def ended(port: int, count: int) -> dict[str, Any]:
    """Return the newest run once there are so many and all have ended."""
    while True:
        seen = runs(port)
        if len(seen) >= count and all(run["status"] in _ENDED for run in seen):
            return seen[0]
        time.sleep(0.5)


def drop(inbox: Path, port: int, number: int) -> tuple[float, float, float]:
    """Put a report into the inbox; return seconds to the run, to its first step and to its end."""
    before = len(runs(port))
    dropped = time.time()
    text = f"# C.1 Service\n\n**Status:** PASS\n\nLooked at {number} times.\n"
    (inbox / "0C.1.md").write_text(text)
    run = ended(port, before + 1)
    assert _DROPPED in {tag["key"] for tag in run["tags"]}
    created, started, end = (run[name] for name in ("creationTime", "startTime", "endTime"))
    return created - dropped, started - created, end - started


def main(folder: Path, times: int = 3) -> None:
    """Measure, and print one table."""
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's `&` has it ignored
    release = small_phase.make(folder)
    inbox = folder / "inbox"
    inbox.mkdir()
    with socket.socket() as place:
        place.bind(("127.0.0.1", 0))
        port = int(place.getsockname()[1])
    environment = {
        **os.environ,
        "ATOM_RELEASE_HOME": str(release.settings.home),
        "ATOM_RELEASE_INBOX": str(inbox),
        "ATOM_RELEASE_OPERATOR": str(release.settings.operator),
        "ATOM_RELEASE_OUT": release.settings.out,
        "ATOM_RELEASE_REPO": str(release.repository),
    }
    program = Path(sys.executable).with_name("dg")
    with (folder / "output").open("wb") as output:
        serving = subprocess.Popen(
            [program, "dev", "--port", str(port)],
            cwd=_CHECKOUT,
            env=environment,
            stdout=output,
            stderr=output,
        )
    try:
        ended(port, 1)  # the first look at the revision audits it
        measured = [drop(inbox, port, number) for number in range(times)]
    finally:
        serving.send_signal(signal.SIGINT)
        serving.wait()
    table = Table("from the file to the run", "to its first step", "to its end", "together")
    for seconds in measured:
        table.add_row(*(f"{part:.1f} s" for part in (*seconds, sum(seconds))))
    Console().print(table)


if __name__ == "__main__":
    main(Path(sys.argv[1]).absolute(), *map(int, sys.argv[2:]))
