"""What is left of the example release's run, however it is started and ended.

`python -m atom_release_tests.benchmarks.leftovers FOLDER [WAY:END ...]` prints a table: processes
that still live, folders and their bytes in the machine's folder for passing files and in the home's
scratch, before and after `atom-release sweep`; and files that were put into the checkout. A `ui` and
a `dev` (plain `dagster dev` in the checkout) are asked for a run by the API that a browser uses, a
`sensor` is one of whose inbox a report is put into; these are ended as a whole, the run with them. A
`worker` is one of Celery, with real servers; it alone is ended, while it takes the run's steps.
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
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import dagster as dg
import psutil

from atom_release.reference.build import build
from atom_release_tests.fixtures import workers

DAGSTER = (sys.executable, "-m", "dagster")
GATE = (sys.executable, "-m", "atom_release")
LOADED = ("-m", "atom_release.definitions")
JUDGED = '+key:"phase_c/gate" or +key:"phase_c/audit_bundle"'
WAYS: dict[str, tuple[str, ...]] = {
    "cli": (*GATE, "audit", "--quiet"),
    "materialize": (*DAGSTER, "asset", "materialize", *LOADED, "--select", JUDGED),
    "multiprocess": (*DAGSTER, "job", "execute", *LOADED, "-j", "phase_c_audit"),
    "ui": (*GATE, "ui", "--port"),
    "dev": (*DAGSTER, "dev", "-h", "127.0.0.1", "-p"),
    "sensor": (*DAGSTER, "dev", "-h", "127.0.0.1", "-p"),
    "worker": (),
}
SERVERS = ("ui", "dev", "sensor", "worker")
_ENDING = 300.0  # seconds
CHECKOUT = Path(__file__).parents[2]
REFERENCE = CHECKOUT / "atom_release" / "reference" / "tree"
ENDS = {"INT": signal.SIGINT, "TERM": signal.SIGTERM, "KILL": signal.SIGKILL}
_LAUNCH = """mutation($p: ExecutionParams!) { launchRun(executionParams: $p) { __typename
 ... on LaunchRunSuccess { run { runId } } } }"""
_RUNS = "query { runsOrError(filter: {}) { ... on Runs { results { runId tags { key } } } } }"
_STATUS = "query($i: ID!) { runOrError(runId: $i) { ... on Run { status } } }"


class Started:
    """One run on its way, and every process that was ever below it."""

    def __init__(self, folder: Path, way: str) -> None:
        """Start it with a home and a folder for passing files of its own."""
        self.home, self.passing = folder / "home", folder / "tmp"
        self.port = _free_port()
        self.inbox = folder / "inbox"
        for place in (self.home, self.passing, self.inbox):
            place.mkdir(parents=True)
        self.environment = {
            **{name: value for name, value in os.environ.items() if "ATOM_" not in name},
            "ATOM_RELEASE_HOME": str(self.home),
            "ATOM_RELEASE_OUT": str(folder / "reports"),
            "TMPDIR": str(self.passing),
            "ATOM_RELEASE_EXECUTOR": "multiprocess" if way == "multiprocess" else "",
        }
        if way in {"materialize", "multiprocess"}:
            (self.home / "dagster").mkdir()
            self.environment["DAGSTER_HOME"] = str(self.home / "dagster")
        if way == "sensor":
            self.environment["ATOM_RELEASE_INBOX"] = str(self.inbox)
        command = (*WAYS[way], str(self.port)) if way in SERVERS else WAYS[way]
        self.checkout = _files_of_checkout()
        self.process = subprocess.Popen(
            command,
            env=self.environment,
            cwd=CHECKOUT if way in {"dev", "sensor"} else folder,
            stdout=subprocess.DEVNULL,
            stderr=(folder / "stderr").open("wb"),
        )
        self.below: dict[int, psutil.Process] = {}
        self.run = ""
        if way == "sensor":
            self.run = self._drop()
        elif way in SERVERS:
            self.run = self._launch()

    def look(self) -> int:
        """Remember what is below it now; return how many services of the release run."""
        services = 0
        try:
            for child in psutil.Process(self.process.pid).children(recursive=True):
                self.below[child.pid] = child
                services += "server.py" in " ".join(child.cmdline())
        except psutil.Error:
            pass
        return services

    def ended(self) -> bool:
        """Return whether the run is over; the server of a UI goes on."""
        if not self.run:
            return self.process.poll() is not None
        answer = self._ask(_STATUS, {"i": self.run})
        return answer["runOrError"]["status"] in {"SUCCESS", "FAILURE", "CANCELED"}

    def living(self) -> list[str]:
        """Return the commands of what still lives, a while after the end.

        A number that another process has by now is none of them.
        """
        latest = time.monotonic() + _ENDING
        while alive := [process for process in self.below.values() if process.is_running()]:
            if time.monotonic() > latest:
                break
            time.sleep(0.5)
        return [" ".join(_command(process))[:60] for process in alive]

    def close(self) -> None:
        """End what is not the way's own; here there is nothing."""

    def _launch(self) -> str:
        while True:
            try:
                answer = self._ask(
                    _LAUNCH,
                    {
                        "p": {
                            "selector": {
                                "repositoryLocationName": "atom_release.definitions",
                                "repositoryName": "__repository__",
                                "jobName": "phase_c_audit",
                            },
                            "runConfigData": {},
                        }
                    },
                )
                return str(answer["launchRun"]["run"]["runId"])
            except (OSError, KeyError, ValueError):
                assert self.process.poll() is None
                time.sleep(1)

    def _drop(self) -> str:
        """Put a report of the example release into the inbox, and return the run that it starts."""
        dropped = 0.0
        while True:
            assert self.process.poll() is None
            try:
                runs = self._ask(_RUNS, {})["runsOrError"]["results"]
            except (OSError, KeyError, ValueError):
                time.sleep(1)
                continue
            if not dropped:
                report = next((REFERENCE / "reports").glob("0C.1_*.md"))
                (self.inbox / report.name).write_text(f"{report.read_text()}\n")
                dropped = time.monotonic()
            for run in runs:
                if "atom_release/uncommitted" in {tag["key"] for tag in run["tags"]}:
                    return str(run["runId"])
            time.sleep(0.5)

    def _ask(self, query: str, variables: dict[str, Any]) -> dict[str, Any]:
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}/graphql",
            json.dumps({"query": query, "variables": variables}).encode(),
            {"content-type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=20) as answer:  # noqa: S310
            data: dict[str, Any] = json.load(answer)["data"]
            return data


class StartedWorker(Started):
    """A run of which a worker takes the steps, on a machine of its own."""

    def __init__(self, folder: Path, way: str) -> None:
        """Start servers, worker and run; what is looked at is the worker's alone."""
        del way
        self.passing, self.below = folder / "tmp", {}
        self.passing.mkdir(parents=True)
        self._opened = ExitStack()
        self.team = self._opened.enter_context(
            workers.deployment(
                folder / "team",
                build(folder / "release").origin,
                "phase_c_audit",
                monitoring={"enabled": True},
            )
        )
        own = {"TMPDIR": str(self.passing)}
        self.environment = {**self.team.machine("one"), **own}
        self.home = Path(self.environment["ATOM_RELEASE_HOME"])
        self.team.start_worker("one", **own)
        self.process = self.team.processes["one"]
        self.checkout = _files_of_checkout()
        self.team.start_daemon()
        self.run = self.team.launch()

    def ended(self) -> bool:
        """Return whether the run is over."""
        return self.team.status(self.run) in {
            dg.DagsterRunStatus.SUCCESS,
            dg.DagsterRunStatus.FAILURE,
            dg.DagsterRunStatus.CANCELED,
        }

    def close(self) -> None:
        """End the servers; the worker has ended."""
        self.team.processes.pop("one")
        self._opened.close()


def _command(process: psutil.Process) -> list[str]:
    try:
        return list(process.cmdline())
    except psutil.Error:
        return ["?"]


def _files_of_checkout() -> set[str]:
    """Return what lies in the checkout beside what is committed, but for compiled Python."""
    listed = subprocess.run(
        ["git", "status", "--porcelain", "--ignored", "--untracked-files=all"],  # noqa: S607
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
        check=True,
    )
    return {line for line in listed.stdout.splitlines() if "__pycache__" not in line}


def _free_port() -> int:
    with socket.socket() as place:
        place.bind(("127.0.0.1", 0))
        return int(place.getsockname()[1])


def _folders(started: Started) -> tuple[int, int]:
    """Return how many folders and how many MB lie where nothing should, caches aside."""
    scratch = started.home / "scratch"
    left = [
        *started.passing.iterdir(),
        *scratch.glob("*/rehearsal-*"),
        *scratch.glob("*/atom-release-*"),
        *scratch.glob("*/suites/*/*-*/"),
    ]
    size = sum(
        entry.lstat().st_blocks * 512
        for place in left
        for entry in (place, *place.rglob("*"))
        if os.path.lexists(entry)
    )
    return len(left), size >> 20


def measure(folder: Path, way: str, end: str) -> str:
    """Return one line of the table."""
    start = StartedWorker if way == "worker" else Started
    started = start(folder / f"{way}-{end}", way)
    while not (started.ended() if end == "itself" else started.look() >= len("CCCCC")):
        started.look()
        time.sleep(0.5)
    started.look()
    if way in SERVERS and end == "itself":
        started.process.send_signal(signal.SIGINT)
    elif end != "itself":
        started.process.send_signal(ENDS[end])
    started.process.wait(900)  # plain `dagster dev` lets a run come to its end
    living = started.living()
    before, size = _folders(started)
    swept = subprocess.run(
        [*GATE, "sweep", "--json"], env=started.environment, capture_output=True, check=True
    )
    after, _ = _folders(started)
    started.close()
    names = "; ".join(living) or "none"
    strewn = "; ".join(sorted(_files_of_checkout() - started.checkout)) or "none"
    return (
        f"| {way} | {end} | {names} | {before} ({size} MB) | {len(json.loads(swept.stdout))}"
        f" | {after} | {strewn} |"
    )


def main() -> None:
    """Measure what is named, else all."""
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's `&` has it ignored
    folder = Path(sys.argv[1])
    named = sys.argv[2:] or [f"{way}:{end}" for way in WAYS for end in ("itself", *ENDS)]
    columns = ("started by", "ended by", "processes", "folders left", "swept", "left then")
    sys.stdout.write(f"| {' | '.join((*columns, 'put into the checkout'))} |\n")
    sys.stdout.write(f"|{' --- |' * (len(columns) + 1)}\n")
    for entry in named:
        sys.stdout.write(f"{measure(folder, *entry.split(':'))}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
