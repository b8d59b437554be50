"""The bypass matrix: each criterion, made to refuse in each way, tried by each route to a tag.

And each route with nothing wrong.

`python -m atom_release_tests.benchmarks.bypass [N]` tries every combination (or each N-th) with the
real graph, store, signatures, repository and remote, and counts the tags. Only the probes are
planted, so that any criterion can be made to refuse.
"""

from __future__ import annotations

import itertools
import multiprocessing
import os
import shutil
import sys
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, cast
from unittest.mock import patch

import dagster as dg

from atom_release.gate.catalogue import leg_specs
from atom_release.gate.facts.evidence import NegativeControl
from atom_release.gate.vocabulary import Answer, ControlState, Outcome
from atom_release.lab.look import Look
from atom_release.reader import read_report
from atom_release.records import canonical
from atom_release.release import policy_questions, service_questions, system_questions
from atom_release.release.work import Work
from atom_release_tests.benchmarks.unearned import ACCURACY, LATENCY
from atom_release_tests.fixtures import tiny
from atom_release_tests.fixtures.routes import AFTER_A_RUN, AT_ONCE, judge_all

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
ROUTES = (*AT_ONCE, *AFTER_A_RUN)


@cache
def _facts() -> dict[str, dict[str, Any]]:
    """Return the facts of good answers, by question; reading the report once is enough."""
    return {
        "report": {"state": "one", "paths": ["reports/X.1.md"]},
        "claims": {
            "record": read_report("reports/X.1.md", tiny.REPORT.encode()).model_dump(mode="json"),
            "known": {},
        },
        "latency": LATENCY,
        "accuracy": ACCURACY,
        "regression": {"not_applicable": "no release before"},
    }


def _evidence(look: Look, spoilt: str, answer: Answer) -> bytes:
    """Return evidence on every leg that the manifest asks.

    All good but for the first leg of one criterion.
    """
    bad = (
        next(
            (
                (leg.question, leg.subject)
                for leg in leg_specs.legs(look.manifest, spoilt)
                if leg.applies
            ),
            None,
        )
        if spoilt
        else None
    )
    alive = NegativeControl(state=ControlState.ALIVE, changed="planted", found="red")
    pieces = []
    for question, subject in sorted(leg_specs.asked_legs(look.manifest)):
        given_answer = answer if (question, subject) == bad else Answer.YES
        facts = (
            _facts().get(question, {})
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

    of_services: dict[str, Any] = {
        "cross_service": nothing("CrossService.json"),
        "perf_summary": nothing("PerfSummary.json"),
        "service_evidence": service,
    }
    with (
        patch.object(system_questions, "infra_simulation", systems),
        patch.multiple(cast("Any", service_questions), **of_services),
        patch.object(policy_questions, "policy_check", policies),
    ):
        yield


def try_matrix(every: int = 1, processes: int = 1) -> tuple[int, list[str], list[str]]:
    """Try the matrix.

    Args:
        every: of all combinations each so many-th is tried.
        processes: how many of them work at it. Those that spoil one criterion in one way share a
            repository, and so a process.

    Returns:
        How many combinations were tried, those that made a tag, and the routes that tag when
        nothing is wrong.
    """
    matrix = list(itertools.product(CRITERIA, ANSWERS, ROUTES))[::every]
    spoilings: list[tuple[str, Outcome | None, tuple[str, ...]]] = [("", None, ROUTES)]
    for (criterion, outcome), cells in itertools.groupby(matrix, key=lambda cell: cell[:2]):
        spoilings.append((criterion, outcome, tuple(route for _, _, route in cells)))
    controls, *refused = _in_processes(spoilings, processes)
    tags = [
        f"{criterion} {outcome}: {route}"
        for (criterion, outcome, _), routes in zip(spoilings[1:], refused, strict=True)
        for route in routes
    ]
    return len(matrix), tags, controls


def _in_processes(
    spoilings: Sequence[tuple[str, Outcome | None, tuple[str, ...]]], processes: int
) -> list[list[str]]:
    """Return for each criterion and outcome the routes that tagged."""
    if processes == 1:
        return list(itertools.starmap(_tagging, spoilings))
    fresh = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(processes, mp_context=fresh) as pool:
        return list(pool.map(_tagging, *zip(*spoilings, strict=True)))


def _tagging(spoilt: str, outcome: Outcome | None, wanted_routes: Collection[str]) -> list[str]:
    """Return which of the routes asked make a tag where that criterion has that outcome.

    Those that begin after a run begin at copies of one run, at the same place.
    """
    answer = Answer.YES if outcome is None else ANSWERS[outcome]
    with (
        TemporaryDirectory() as folder,
        dg.DagsterInstance.ephemeral() as instance,
        planted(spoilt, answer),
    ):
        place, kept = Path(folder) / "r", Path(folder) / "kept"
        release = tiny.make(place, manifest=MANIFEST)
        tagging = []
        for routes, before in ((AT_ONCE, None), (AFTER_A_RUN, judge_all)):
            wanted = [route for route in routes if route in wanted_routes]
            if wanted and before is not None:
                before(release, instance)
            _replace(place, kept)
            for route in wanted:
                routes[route](release, instance)
                tagging += [route] if release.tags() else []
                _replace(kept, place)
        return tagging


def _replace(source: Path, target: Path) -> None:
    """Make a folder a copy of another."""
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(source, target, symlinks=True)


def main() -> None:
    """Print the counts."""
    every = int(sys.argv[1]) if len(sys.argv) > 1 else 1
    count, tags, controls = try_matrix(every, processes=os.cpu_count() or 1)
    routes = len(ROUTES)
    whole = f"{len(CRITERIA)} criteria x {len(ANSWERS)} outcomes x {routes} routes"
    print(  # noqa: T201 - what this is run for
        f"bypass matrix ({whole}): {count} tried, {len(tags)} tags"
        f" made{': ' if tags else ''}{', '.join(tags)}"
    )
    print(f"positive controls: {len(controls)} of {routes} routes tag when nothing is wrong")  # noqa: T201 - the same


if __name__ == "__main__":
    main()
