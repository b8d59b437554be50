"""What a step of a release of many services does grows with the services and no faster."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest

from atom_release.git import Git
from atom_release.graph import materializing
from atom_release.graph.blueprint import Blueprint
from atom_release.graph.materializing import materialize
from atom_release.graph.stations import stations
from atom_release.probes import report
from atom_release.records import paths
from atom_release.records.run_store import RunStore
from atom_release.release import run_history, subject
from atom_release.release.work import Work
from atom_release_tests.fixtures import many_services
from atom_release_tests.fixtures.tiny import Tiny


def run_services(release: Tiny, run: str) -> list[Work]:
    """Run the step of every service, as the graph does in one process."""
    blueprint = Blueprint(release.subject().manifest)
    works = []
    for station in stations(blueprint):
        if station.name.startswith("service_evidence/"):
            works.append(Work(release.settings, station.name, run, datetime.now(UTC)))
            list(materialize(works[-1], blueprint, station))
    return works


def count_calls(patch: pytest.MonkeyPatch, counted: Counter[str], owner: object, name: str) -> None:
    """Count the calls of a function or a method."""
    original = getattr(owner, name)

    def counting(*args: object, **named: object) -> object:
        counted[name] += 1
        return original(*args, **named)

    patch.setattr(owner, name, counting)


def calls_of(directory: Path, services: int) -> Counter[str]:
    """Return how often what costs most is called where there are so many services."""
    release = many_services.make(directory, services)
    counted: Counter[str] = Counter()
    with pytest.MonkeyPatch.context() as patch:
        for owner, name in (
            (Git, "call"),
            (RunStore, "index"),
            (paths, "look_at"),
            (report, "read_report"),
            (subject, "parse_manifest"),
            (materializing, "judge"),
            (run_history, "judge"),
        ):
            count_calls(patch, counted, owner, name)
        run_services(release, f"run-{services}")
    return counted


@pytest.mark.slow
def test_each_service_costs_what_the_one_before_it_cost(tmp_path: Path) -> None:
    """Processes of git, indexes looked at and read, reports, criteria judged, manifests parsed."""
    few, some, many = (calls_of(tmp_path / str(size), size) for size in (2, 3, 4))
    assert len(few) == len(("call", "index", "look_at", "read_report", "parse_manifest", "judge"))
    assert {name: many[name] - some[name] for name in many} == {
        name: some[name] - few[name] for name in many
    }
    assert many["parse_manifest"] == few["parse_manifest"]


def test_a_service_refuses_what_its_own_evidence_refuses(tmp_path: Path) -> None:
    """Its own criterion and the one that all reports share, in a step that is not the first."""
    release = many_services.make(tmp_path, 3)
    release.git("rm", "-q", "reports/X.3.md")
    release.git("commit", "-q", "-m", "One report is gone")
    last = run_services(release, "run")[-1]
    assert set(last.history.failures(last.occasion, "asking")) == {"X.3", "AC1"}
