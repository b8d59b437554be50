"""What the gate decides in repositories of others, counted by the rule of docs/field-trials.md.

`python -m atom_release_tests.benchmarks.field_trials CLONES [--only WORD ...] [--out FILE]` takes
the hand counts of `fixtures/corpora/field_trials.json`, made before the first run of each, and a
folder of clones or mirrors, `owner+name` each (or `owner+name/repo`). Each is checked out at its
commit, drafted and audited by the draft, no line edited, one after the other. Nothing of theirs is
part of this project, and it is never run in CI.

What is asked and decided is read from the evidence: a suite that began to run and passed with its
control alive, or failed; a service that was started and answered; a route that was asked and is
served, or is not; steps of migrations that a probe applied, or that a service's start carried out,
which then came up. A FAIL counts as decided and has to be looked at by hand.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

import yaml
from rich.console import Console

from atom_release.gate.facts.evidence import Evidence
from atom_release.gate.facts.health import HealthFacts
from atom_release.gate.facts.migrations import MigrationsFacts
from atom_release.gate.facts.routes import RoutesFacts, Seen
from atom_release.gate.facts.suite import SuiteFacts
from atom_release.gate.vocabulary import Answer, ControlState

_COUNTS = Path(__file__).parents[1] / "fixtures" / "corpora" / "field_trials.json"
_LONGEST = 1800  # seconds of one audit
_MIGRATE = ("migrat", "alembic", "upgrade", "prisma", "sequelize", "knex", "typeorm", "aerich")


@dataclass(frozen=True)
class Things:
    """Numbers of suites, services, steps of migrations and endpoints."""

    suites: int = 0
    services: int = 0
    migrations: int = 0
    endpoints: int = 0

    def __add__(self, other: Things) -> Things:
        """Return the sums."""
        return Things(*(a + b for a, b in zip(self, other, strict=True)))

    def __iter__(self) -> Iterator[int]:
        """Return the numbers in their order."""
        return iter(getattr(self, part.name) for part in fields(self))

    def at_most(self, other: Things) -> Things:
        """Return the numbers, none above another's."""
        return Things(*(min(a, b) for a, b in zip(self, other, strict=True)))


@dataclass
class Trial:
    """One repository: what was counted by hand, what was asked and decided, and at what cost."""

    repository: str
    group: str
    counted: Things
    verdict: str = ""
    seconds: float = 0.0
    processor: float = 0.0
    requested: Things = field(default_factory=Things)
    decided: Things = field(default_factory=Things)
    failed: list[str] = field(default_factory=list)


def run(counts: Sequence[Mapping[str, Any]], clones: Path) -> Iterator[Trial]:
    """Audit each repository whose clone is there, and return what came of it."""
    for count in counts:
        folder = clones / str(count["repository"]).replace("/", "+")
        bare = folder / "repo"
        if folder.is_dir():
            yield _audit(count, bare if bare.is_dir() else folder)


def _audit(count: Mapping[str, Any], clone: Path) -> Trial:
    things = Things(*(int(count[part.name]) for part in fields(Things)))
    trial = Trial(count["repository"], count["set"], things)
    with tempfile.TemporaryDirectory(prefix="trial-") as made:
        tree, out = Path(made, "tree"), Path(made, "out")
        _call("git", "clone", "--quiet", os.fspath(clone), os.fspath(tree))
        _call("git", "-C", os.fspath(tree), "checkout", "--quiet", count["commit"])
        program = [sys.executable, "-m", "atom_release"]
        subprocess.run(
            [*program, "init"], cwd=tree, check=False, capture_output=True, stdin=subprocess.DEVNULL
        )
        begin, used = time.monotonic(), os.times().children_user + os.times().children_system
        try:
            came = subprocess.run(
                [*program, "audit", "--json", "--out", os.fspath(out)],
                cwd=tree,
                check=False,
                capture_output=True,
                stdin=subprocess.DEVNULL,
                timeout=_LONGEST,
            )
            trial.verdict = json.loads(came.stdout or b"{}").get(
                "decision", f"exit {came.returncode}"
            )
        except subprocess.TimeoutExpired:
            trial.verdict = f"more than {_LONGEST} s"
        trial.seconds = time.monotonic() - begin
        trial.processor = os.times().children_user + os.times().children_system - used
        draft = tree / "release.yaml"
        manifest = yaml.safe_load(draft.read_text()) if draft.is_file() else {}
        _read(trial, list(_evidence(out)), manifest)
    return trial


def _call(*command: str) -> None:
    subprocess.run(command, check=True, capture_output=True)


def _evidence(out: Path) -> Iterator[Evidence]:
    """Return all evidence of the newest run."""
    for path in sorted(out.glob("*.json")):
        content = json.loads(path.read_bytes())
        held = content.get("evidence") if isinstance(content, dict) else None
        for evidence in held if isinstance(held, list) else []:
            yield Evidence.model_validate(evidence)


def _read(trial: Trial, evidence: Iterable[Evidence], manifest: Mapping[str, Any]) -> None:
    """Fill in what was asked and decided; no count goes above the one by hand."""
    services: Sequence[Mapping[str, Any]] = manifest.get("services", [])
    by_question: dict[str, list[Evidence]] = {}
    for each in evidence:
        by_question.setdefault(each.question, []).append(each)
    suites = [(each, SuiteFacts.read(each.facts)) for each in by_question.get("suite", [])]
    begun = [(each, facts) for each, facts in suites if facts and (facts.runs or facts.collected)]
    started = {service["id"] for service in services if service.get("start")}
    up = _answered(by_question)
    routes = [
        route
        for each in by_question.get("routes", [])
        if (facts := RoutesFacts.read(each.facts))
        for route in facts.routes
    ]
    drafted = sum(len(service.get("routes", ())) for service in services if service.get("start"))
    applied, tried = _applied(by_question)
    stepping = {
        service["id"]: trial.counted.migrations
        for service in services
        if service.get("start") and _migrates(str(service["start"]).lower(), manifest)
    }
    trial.requested = Things(
        len(begun), len(started), max([tried, *stepping.values()]), max(drafted, len(routes))
    ).at_most(trial.counted)
    trial.decided = Things(
        sum(_is_decided(each) for each, _ in begun),
        len(up & started),
        max([applied, *(steps for service, steps in stepping.items() if service in up)]),
        sum(route.seen in {Seen.SERVED, Seen.ABSENT} for route in routes),
    ).at_most(trial.counted)
    trial.failed = [
        f"{each.question}/{each.subject}"
        for held in by_question.values()
        for each in held
        if each.answer is Answer.NO
    ]


def _migrates(start: str, manifest: Mapping[str, Any]) -> bool:
    """Return whether a service that came up shows that the migrations ran to their end.

    Its own steps before the start ran them, or those of the rehearsed database, which it uses.
    """
    return any(word in start for word in _MIGRATE) or (
        "migrations" in manifest and "{postgres" in start
    )


def _answered(by_question: Mapping[str, Sequence[Evidence]]) -> set[str]:
    """Return the services that came up and answered anything."""
    up = set()
    for each in by_question.get("health", []):
        health = HealthFacts.read(each.facts)
        if health and health.status:
            up.add(each.subject)
    for each in by_question.get("routes", []):
        facts = RoutesFacts.read(each.facts)
        if facts and any(route.status for route in facts.routes):
            up.add(each.subject)
    return up


def _applied(by_question: Mapping[str, Sequence[Evidence]]) -> tuple[int, int]:
    """Return how many steps of migrations ran to their end, and how many were tried."""
    facts = [MigrationsFacts.read(each.facts) for each in by_question.get("migrations", [])]
    tried = sum(read.files for read in facts if read)
    return tried - sum(len(read.not_applied) for read in facts if read), tried


def _is_decided(evidence: Evidence) -> bool:
    if evidence.answer is Answer.YES:
        return evidence.control is not None and evidence.control.state is ControlState.ALIVE
    return evidence.answer is Answer.NO


def _share(trials: Sequence[Trial], part: str) -> str:
    counted = sum(sum(trial.counted) for trial in trials)
    reached = sum(sum(getattr(trial, part)) for trial in trials)
    return f"{reached} of {counted} ({reached / counted:.0%})" if counted else "none"


def main() -> None:
    """Print a row for each repository as it ends, then the shares of each group and of all."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("clones", type=Path)
    parser.add_argument("--only", nargs="*", default=())
    parser.add_argument("--out", type=Path)
    given = parser.parse_args()
    counts = json.loads(_COUNTS.read_text())
    wanted = [
        count
        for count in counts
        if not given.only or any(word in count["repository"] for word in given.only)
    ]
    trials, console = list[Trial](), Console()
    for trial in run(wanted, given.clones):
        trials.append(trial)
        console.print(
            f"{trial.repository:52} {trial.verdict:8} {trial.seconds:6.0f} s"
            f" ({trial.processor:5.0f})  counted {sum(trial.counted):3}"
            f"  asked {'+'.join(map(str, trial.requested)):12}"
            f" decided {'+'.join(map(str, trial.decided)):12} {' '.join(trial.failed)}",
            soft_wrap=True,
            highlight=False,
        )
        if given.out:
            given.out.write_text(json.dumps([asdict(each) for each in trials], indent=1))
    for group in sorted({trial.group for trial in trials}):
        of_group = [trial for trial in trials if trial.group == group]
        console.print(
            f"{group}: asked {_share(of_group, 'requested')}, decided {_share(of_group, 'decided')}"
        )
    console.print(f"all: asked {_share(trials, 'requested')}, decided {_share(trials, 'decided')}")


if __name__ == "__main__":
    main()
