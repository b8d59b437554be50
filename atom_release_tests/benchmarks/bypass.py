"""The bypass matrix: each criterion, made to refuse in each way, tried by each route to a tag.

And each route with nothing wrong.

`python -m atom_release_tests.benchmarks.bypass [N]` tries every combination (or each N-th) with the
real graph, store, signatures, repository and remote, and counts the tags. Only the probes are
planted, so that any criterion can be made to refuse.
"""

from __future__ import annotations

import itertools
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, cast
from unittest.mock import patch

import dagster as dg

from atom_release.gate.catalogue import criteria
from atom_release.gate.facts.evidence import NegativeControl
from atom_release.gate.vocabulary import Answer, ControlState, Outcome
from atom_release.lab.look import Look
from atom_release.reader import read_report
from atom_release.records import canonical
from atom_release.release import questions
from atom_release.release.work import Work
from atom_release_tests.benchmarks.unearned import ACCURACY, LATENCY
from atom_release_tests.fixtures import tiny
from atom_release_tests.fixtures.tiny import Tiny

MANIFEST = """\
release: {phase: X, name: Example, version: v1, tag: v1-phaseX, branch: review/PhaseX, base: main}
services:
  - id: X.1
    name: one
    source: [src]
    report: reports/X.1.md
    suite: {paths: [src]}
    health: /health
    metrics: /metrics
    endpoints: [{name: predict, path: /predict}]
    accuracy: {data: src/one.py, label: y, request: {path: /predict}, answer: /y, minimum: 0.8}
integration: [{name: together, paths: [src]}]
tenancy: {migrations: "src/*.sql", column: tenant_id, setting: app.tenant_id, role: app}
criteria: {P-4: {blocked: refuse}, AC6: {blocked: refuse}}
acts: ACTS
"""
CRITERIA = ("X.1", "AC1", "AC2", "AC5", "AC6", "P-1", "P-2", "P-3", "P-4", "P-5", "P-6", "T5")
ANSWERS = {
    Outcome.FAIL: Answer.NO,
    Outcome.INCONCLUSIVE: Answer.UNKNOWN,
    Outcome.BLOCKED: Answer.ABSENT,
}
_FACTS: dict[str, dict[str, Any]] = {
    "report": {"state": "one", "paths": ["reports/X.1.md"]},
    "claims": {
        "record": read_report("reports/X.1.md", tiny.REPORT.encode()).model_dump(mode="json"),
        "known": {},
    },
    "latency": LATENCY,
    "accuracy": ACCURACY,
    "regression": {"not_applicable": "no release before"},
}
Route = Callable[[Tiny, dg.DagsterInstance], object]


def _evidence(look: Look, spoilt: str, answer: Answer) -> bytes:
    """Return evidence on every leg that the manifest asks.

    All good but for the first leg of one criterion.
    """
    bad = (
        next(
            (
                (leg.question, leg.subject)
                for leg in criteria.legs(look.manifest, spoilt)
                if leg.applies
            ),
            None,
        )
        if spoilt
        else None
    )
    alive = NegativeControl(state=ControlState.ALIVE, changed="planted", found="red")
    pieces = []
    for question, subject in sorted(criteria.asked_legs(look.manifest)):
        given_answer = answer if (question, subject) == bad else Answer.YES
        facts = (
            _FACTS.get(question, {})
            if given_answer is Answer.YES
            else {"state": "unread" if given_answer is Answer.UNKNOWN else "absent"}
        )
        pieces.append(
            look.found(
                question, subject, given_answer, "planted", control=alive, facts=facts
            ).model_dump(mode="json")
        )
    return canonical.encode({"evidence": pieces})


@contextmanager
def planted(spoilt: str, answer: Answer) -> Iterator[None]:
    """Let the steps that ask find planted evidence instead of asking.

    All that comes after them is what it is.
    """

    def systems(work: Work) -> Mapping[str, bytes]:
        log = work.names.artifact("InfraSimulation.log")
        return {
            work.names.artifact("InfraSimulation.json"): _evidence(work.look, spoilt, answer),
            log: b"",
        }

    def nothing(name: str) -> Callable[[Work], Mapping[str, bytes]]:
        return lambda work: {work.names.artifact(name): canonical.encode({"evidence": []})}

    def service(work: Work, of: Any) -> Mapping[str, bytes]:  # noqa: ANN401 - as the step has it
        return {work.names.evidence_artifact(of): canonical.encode({"evidence": []})}

    def policies(work: Work) -> Mapping[str, bytes]:
        rest = {work.names.artifact(name): b"" for name in ("PolicyCheck.md", "PolicyCheck.sarif")}
        return {
            work.names.artifact("PolicyCheck.json"): canonical.encode({"evidence": []}),
            **rest,
        }

    planted_ones: dict[str, Any] = {
        "infra_simulation": systems,
        "cross_service": nothing("CrossService.json"),
        "perf_summary": nothing("PerfSummary.json"),
        "service_evidence": service,
        "policy_check": policies,
    }
    with patch.multiple(cast("Any", questions), **planted_ones):
        yield


def tried(routes: Mapping[str, Route], every: int = 1) -> tuple[int, list[str], list[str]]:
    """Try the matrix.

    Give how many combinations were tried, those that made a tag, and the routes that tag when
    nothing is wrong.
    """
    controls = [route for route in routes if _tags(routes[route], "", Answer.YES)]
    matrix = list(itertools.product(CRITERIA, ANSWERS, routes))[::every]
    tags = [
        f"{criterion} {outcome}: {route}"
        for criterion, outcome, route in matrix
        if _tags(routes[route], criterion, ANSWERS[outcome])
    ]
    return len(matrix), tags, controls


def _tags(route: Route, spoilt: str, answer: Answer) -> int:
    with (
        TemporaryDirectory() as folder,
        dg.DagsterInstance.ephemeral() as instance,
        planted(spoilt, answer),
    ):
        release = tiny.make(Path(folder) / "r", manifest=MANIFEST)
        route(release, instance)
        return len(release.tags())


def main() -> None:
    """Print the counts."""
    from atom_release_tests.graph.test_routes import ROUTES

    count, tags, controls = tried(ROUTES, int(sys.argv[1]) if len(sys.argv) > 1 else 1)
    whole = f"{len(CRITERIA)} criteria x {len(ANSWERS)} outcomes x {len(ROUTES)} routes"
    print(  # noqa: T201 - what this is run for
        f"bypass matrix ({whole}): {count} tried, {len(tags)} tags"
        f" made{': ' if tags else ''}{', '.join(tags)}"
    )
    print(f"positive controls: {len(controls)} of {len(ROUTES)} routes tag when nothing is wrong")  # noqa: T201 - the same


if __name__ == "__main__":
    main()
