"""The reference release by two workers of Celery, beside the same in one process.

    python -m atom_release_tests.benchmarks.workers FOLDER

The workers have homes and clones of their own, and share PostgreSQL, Redis and an object store. It
tells how long both took, who took which steps, the outcomes, and the evidence that is another.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import dagster as dg
from rich.console import Console

from atom_release.gate.facts.evidence import Evidence
from atom_release.records import canonical, signing_keys
from atom_release.records.record import evidence_in
from atom_release.records.store import Store
from atom_release.reference.build import build
from atom_release_tests.fixtures import workers
from atom_release_tests.fixtures.workers import Deployment

_JOB = "phase_c_release"


@dataclass(frozen=True)
class Judged:
    """What a run came to: outcomes by criterion, evidence by leg, tags of the remote, seconds."""

    outcomes: dict[str, str]
    evidence: dict[tuple[str, str, int], Evidence]
    tags: dict[str, str]
    seconds: float


def alone(folder: Path, key: Path, name: str) -> Judged:
    """Judge and tag the release in one process."""
    built = build(folder / name)
    home = folder / f"{name}-home"
    (home / "keys").mkdir(parents=True)
    shutil.copy(key, home / "keys" / "gate.pem")
    words = ["-m", "atom_release", "run", "--json", "--quiet"]
    place = ["--repo", str(built.repository), "--out", str(folder / f"{name}-out")]
    begun = time.monotonic()
    ran = subprocess.run(
        [sys.executable, *words, *place],
        env={**os.environ, "ATOM_RELEASE_HOME": str(home)},
        check=False,
        capture_output=True,
        text=True,
    )
    seconds = time.monotonic() - begun
    document = json.loads(ran.stdout)
    outcomes = {entry["id"]: entry["outcome"] for entry in document["criteria"]}
    store = Store(str(folder / f"{name}-out"), public=signing_keys.ensure_key(key).public)
    tags = dict([(document["tag"]["name"], document["tag"]["object"])] if document["tag"] else [])
    return Judged(outcomes, evidence(store, built.commit), tags, seconds)


def evidence(store: Store, commit: str) -> dict[tuple[str, str, int], Evidence]:
    """Return the evidence of the newest run by its leg, numbered where a leg has several."""
    run = store.newest_complete(commit)
    assert run is not None
    pieces = evidence_in(run.read_all(run.names())).values()
    seen: Counter[tuple[str, str]] = Counter()
    numbered = {}
    for piece in sorted(pieces, key=lambda piece: (piece.leg, piece.observed_at)):
        numbered[(*piece.leg, seen[piece.leg])] = piece
        seen[piece.leg] += 1
    return numbered


def by_workers(folder: Path) -> tuple[Judged, dict[str, int], list[str]]:
    """Judge and tag the release by two workers; also who took how many steps, and what failed."""
    built = build(folder / "release")
    with workers.deployment(
        folder / "team", built.origin, _JOB, monitoring={"enabled": True}
    ) as team:
        team.start_all()
        begun = time.monotonic()
        run = team.launch()
        team.ended(run, 1800)
        seconds = time.monotonic() - begun
        key = signing_keys.ensure_key(team.folder / "gate.pem").public
        store = Store(team.given["ATOM_RELEASE_OUT"], public=key)
        outcomes = decided(store, built.commit)
        judged = Judged(outcomes, evidence(store, built.commit), team.tags(), seconds)
        return judged, taken(team, run), failures(team, run)


def decided(store: Store, commit: str) -> dict[str, str]:
    """Return the outcomes of the newest decision on a commit."""
    run = store.newest_complete(commit)
    assert run is not None
    (snapshot,) = (name for name in run.names() if name.endswith("_Snapshot.json"))
    document = json.loads(run.read(snapshot))
    return {entry["id"]: entry["outcome"] for entry in document["decision"]["criteria"]}


def taken(team: Deployment, run: str) -> dict[str, int]:
    """Return how many steps each worker took."""
    hosts: Counter[str] = Counter()
    for event in team.events(run, dg.DagsterEventType.ENGINE_EVENT):
        worker = event.engine_event_data.metadata.get("Celery worker")
        if worker is not None:
            hosts[str(worker.value).partition("@")[0]] += 1
    return dict(hosts)


def failures(team: Deployment, run: str) -> list[str]:
    """Return what Dagster says of each step that failed."""
    failed = team.events(run, dg.DagsterEventType.STEP_FAILURE)
    return [f"{event.step_key}: {event.message}" for event in failed]


def differing(first: Judged, second: Judged) -> list[str]:
    """Return the legs of which the evidence is another, but for its time."""
    legs = sorted(first.evidence.keys() | second.evidence.keys())
    return [
        f"{question}/{subject}"
        for question, subject, number in legs
        if _digest(first, (question, subject, number))
        != _digest(second, (question, subject, number))
    ]


def _digest(judged: Judged, leg: tuple[str, str, int]) -> str | None:
    piece = judged.evidence.get(leg)
    return (
        piece
        if piece is None
        else canonical.digest(
            canonical.encode(piece.model_dump(mode="json", exclude={"observed_at"}))
        )
    )


def main() -> None:
    """Measure, and print the figures."""
    folder = Path(sys.argv[1]).absolute()
    folder.mkdir(parents=True, exist_ok=True)
    console = Console(width=140)
    by_two, steps, failed = by_workers(folder)
    console.print(f"two workers: {by_two.seconds:.0f} s, steps {steps}, tags {by_two.tags}")
    console.print(f"{by_two.outcomes}; failed steps: {failed or 'none'}")
    key = folder / "team" / "gate.pem"
    once = alone(folder, key, "alone")
    console.print(f"one process: {once.seconds:.0f} s, tags {once.tags}")
    console.print(f"the same outcomes: {once.outcomes == by_two.outcomes}")
    console.print(f"evidence: {len(once.evidence)} pieces alone, {len(by_two.evidence)} by two")
    console.print(f"another by two: {differing(once, by_two)}")
    console.print(f"another when run again: {differing(once, alone(folder, key, 'again'))}")


if __name__ == "__main__":
    main()
