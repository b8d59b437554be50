"""What becomes of a release when part of a team's deployment is lost in the middle of a run.

    python -m atom_release_tests.benchmarks.faults FOLDER [FAULT ...]

Each fault is tried on a release of its own, by two workers, with real servers: how its run ended,
what was said, how the next run of the same commit ended, and how often the remote took a tag.
"""

from __future__ import annotations

import contextlib
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import dagster as dg
from dagster._core.events import JobFailureData
from rich.console import Console
from rich.table import Table

from atom_release_tests.fixtures import tiny, workers
from atom_release_tests.fixtures.tiny import Tiny
from atom_release_tests.fixtures.workers import Deployment

_MINUTE = 60
_LONGER_THAN_PATIENCE = 150
_ENDED_BY_MONITORING = {
    "both workers gone in the act, back when the run was ended",
    "what begins the steps killed",
}
_MONITORING = {
    "enabled": True,
    "poll_interval_seconds": 5,
    "start_timeout_seconds": 180,
    "cancel_timeout_seconds": 120,
}
_HOOK = """\
#!/bin/sh
{noting}
if [ -e "{folder}/{moment}.wanted" ]; then
    touch "{folder}/{moment}.held"
    while [ -e "{folder}/{moment}.wanted" ]; do sleep 0.1; done
fi
"""


@dataclass(frozen=True)
class Site:
    """A deployment, the release that is changed for each fault, and what its remote is told to do."""

    team: Deployment
    release: Tiny
    folder: Path

    def write_hooks(self) -> None:
        """Let the remote note what it takes, and stand still before or after it where wanted."""
        noting = {"pre-receive": "", "post-receive": f'cat >> "{self.folder}/taken"'}
        for moment, note in noting.items():
            hook = self.release.origin / "hooks" / moment
            hook.write_text(_HOOK.format(folder=self.folder, moment=moment, noting=note))
            hook.chmod(0o755)

    def next_release(self, version: str) -> None:
        """Commit a release of this version, which the machine that begins runs has."""
        manifest = tiny.MANIFEST.replace("ACTS", "on").replace("PhaseX", f"PhaseX-{version}")
        self.release.commit("release.yaml", manifest.replace("v1", version))
        self.release.git("push", "-q", "origin", "main")
        self.team.pull("daemon")

    @contextlib.contextmanager
    def push_stands_still(self, moment: str) -> Iterator[None]:
        """Give control while the remote takes the push; it goes on afterwards."""
        wanted, held = (self.folder / f"{moment}.{word}" for word in ("wanted", "held"))
        wanted.touch()
        try:
            self.team.until(held.exists, f"the remote stands still at {moment}", 300)
            yield
        finally:
            wanted.unlink()
            held.unlink(missing_ok=True)

    def at(self, run: str, step: str) -> None:
        """Wait until a step has begun."""
        begun = dg.DagsterEventType.STEP_START
        self.team.until(lambda: step in self.team.steps(run, begun), f"{step} begins", 300)

    def times_taken(self, version: str) -> int:
        """Return how often the remote took a tag of this version."""
        lines = (self.folder / "taken").read_text().splitlines()
        return sum(line.endswith(f" refs/tags/{version}-phaseX") for line in lines)


Happens = Callable[[Site, str], None]


def killed_in_a_probe(site: Site, run: str) -> None:
    """Kill the worker that asks."""
    site.at(run, "phase_x__infra_simulation")
    site.team.kill(site.team.worker_of(run, "phase_x__infra_simulation"))


def killed_before_the_tag(site: Site, run: str) -> None:
    """Kill the worker that pushes, before the remote has taken it."""
    with site.push_stands_still("pre-receive"):
        site.team.kill(site.team.worker_of(run, "phase_x__release_tag"))


def killed_after_the_tag(site: Site, run: str) -> None:
    """Kill the worker that pushes, after the remote has taken it and before it says so."""
    with site.push_stands_still("post-receive"):
        site.team.kill(site.team.worker_of(run, "phase_x__release_tag"))


def lost(wire: str, seconds: float, step: str = "phase_x__infra_simulation") -> Happens:
    """Return what cuts a wire for some time, in the middle of a run."""

    def happen(site: Site, run: str) -> None:
        site.at(run, step)
        site.team.wires[wire].cut()
        time.sleep(seconds)
        site.team.wires[wire].mend()

    return happen


def both_gone_while_one_acts(site: Site, run: str) -> None:
    """Kill both, and let them come back when Dagster has ended the run."""
    with site.push_stands_still("pre-receive"):
        for name in workers.WORKERS:
            site.team.kill(name)
    site.team.ended(run)
    for name in workers.WORKERS:
        site.team.start_worker(name)
    time.sleep(workers.SOON + 30)


def cancelled(site: Site, run: str) -> None:
    """Cancel it as the button does."""
    site.at(run, "phase_x__infra_simulation")
    site.team.instance.run_coordinator.cancel_run(run)


def starter_killed(site: Site, run: str) -> None:
    """Kill what begins steps and watches runs, and start it again."""
    site.at(run, "phase_x__infra_simulation")
    site.team.kill("daemon")
    site.team.start_daemon()


def two_at_once(site: Site, run: str) -> None:
    """Begin another run of the same release while this one has begun."""
    words = ["-m", "dagster", "job", "execute", "-m", "atom_release.definitions"]
    site.team.pull("beside")
    site.team.start("beside", [*words, "-j", site.team.job])
    site.at(run, "phase_x__infra_simulation")
    beside = site.team.processes.pop("beside")
    assert beside.wait(600) == 0, site.team.log("beside")


FAULTS: dict[str, Happens] = {
    "a worker killed in a probe": killed_in_a_probe,
    "a worker killed in the act, before the remote took the tag": killed_before_the_tag,
    "a worker killed in the act, after the remote took the tag": killed_after_the_tag,
    "the broker lost for a minute": lost("broker", _MINUTE),
    "the store lost for a minute": lost("store", _MINUTE),
    "the store lost for longer": lost("store", _LONGER_THAN_PATIENCE),
    "the shared state lost for a minute": lost("state", _MINUTE),
    "the shared state lost for longer": lost("state", _LONGER_THAN_PATIENCE),
    "Dagster's database lost for a minute": lost("instance", _MINUTE),
    "Dagster's database lost for longer": lost("instance", _LONGER_THAN_PATIENCE),
    "both workers gone in the act, back when the run was ended": both_gone_while_one_acts,
    "a run cancelled": cancelled,
    "two runs at once": two_at_once,
    "what begins the steps killed": starter_killed,
}


@dataclass(frozen=True)
class Came:
    """What came of a fault: of its run, of the next, how often a tag was taken, what was said."""

    ended: str
    next: str
    tags_before: int
    tags: int
    sentences: tuple[str, ...]


def attempt(site: Site, happen: Happens, version: str, **tags: object) -> Came:
    """Let one fault happen in a run, mend it, and run again."""
    site.next_release(version)
    run = site.team.launch(**tags)
    happen(site, run)
    ended = site.team.ended(run, 900)
    before = site.times_taken(version)
    for name in workers.WORKERS:
        if name not in site.team.processes:
            site.team.start_worker(name)
    again = site.team.ended(site.team.launch(), 900)
    return Came(
        ended.value, again.value, before, site.times_taken(version), sentences(site.team, run)
    )


def sentences(team: Deployment, run: str) -> tuple[str, ...]:
    """Return what Dagster shows of why a run did not succeed, or what it waited for."""
    entries = team.instance.all_logs(run)
    shown = [f"log: {entry.user_message}" for entry in entries if "database" in entry.user_message]
    for event in team.events(run, dg.DagsterEventType.STEP_FAILURE):
        error = event.step_failure_data.error
        while error is not None and error.cause is not None:
            error = error.cause
        shown.append(f"{event.step_key}: {error.message.strip() if error else event.message}")
    for event in team.events(run, dg.DagsterEventType.RUN_FAILURE):
        failure = event.event_specific_data
        error = failure.error if isinstance(failure, JobFailureData) else None
        shown.append(f"run: {event.message} {error.message.strip() if error else ''}".strip())
    return tuple(shown)


@contextlib.contextmanager
def opened(folder: Path) -> Iterator[Site]:
    """Start a deployment with two workers on a release that asks nothing but git."""
    release = tiny.make(folder / "release")
    (folder / "taken").touch()
    operator = {"ATOM_RELEASE_OPERATOR": str(release.settings.operator)}
    with workers.deployment(
        folder / "team",
        release.origin,
        "phase_x_release",
        monitoring=_MONITORING,
        again_after=workers.SOON,
        **operator,
    ) as team:
        site = Site(team, release, folder)
        site.write_hooks()
        team.start_all()
        yield site


def main() -> None:
    """Try the faults that are named, else all, and print the table."""
    folder = Path(sys.argv[1]).absolute()
    folder.mkdir(parents=True, exist_ok=True)
    chosen = sys.argv[2:] or list(FAULTS)
    table = Table("fault", "its run", "next run", "tags taken: by it, at last", "said")
    with opened(folder) as site:
        for number, fault in enumerate(chosen, start=2):
            limit = {"dagster__max_runtime": 240} if fault in _ENDED_BY_MONITORING else {}
            came = attempt(site, FAULTS[fault], f"v{number}", **limit)
            causes = "\n".join(came.sentences) or "-"
            table.add_row(fault, came.ended, came.next, f"{came.tags_before}, {came.tags}", causes)
            Console(stderr=True).print(fault, came)
    Console(width=160).print(table)


if __name__ == "__main__":
    main()
