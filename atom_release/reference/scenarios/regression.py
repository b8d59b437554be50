"""A scenario about what came before.

A service became slower than in the previous release, and is still within its budget.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from pydantic import JsonValue

from atom_release.gate.facts.evidence import Evidence, NegativeControl
from atom_release.gate.manifest import Manifest, Service
from atom_release.gate.rules.performance import ALPHA, asked_load
from atom_release.gate.vocabulary import Answer, Assurance, ControlState, Outcome
from atom_release.records import names
from atom_release.reference.scenarios.scenario import Earlier, Files, Scenario, ask_only, replace

_MANIFEST = "release.yaml"
_SERVER = "services/perf-profiler/server.py"
_SLOWED = "perf-profiler"


def _slower(tree: Files) -> None:
    replace(
        tree,
        _SERVER,
        "    async def summary(_request):\n",
        "    async def summary(_request):\n        await asyncio.sleep(0.3)\n",
    )
    replace(tree, _SERVER, "import os\nimport sys\n", "import asyncio\nimport os\nimport sys\n")
    replace(
        tree, _MANIFEST, "    budget: &steady {", "    budget: &steady {regression: {then: fail}, "
    )


def _before(tree: Files) -> None:
    replace(
        tree,
        _MANIFEST,
        "version: v3.0.0\n  tag: v3.0.0-phaseC\n",
        "version: v2.9.0\n  tag: v2.9.0-phaseC\n",
    )
    ask_only(tree, "T5")


def found_then(
    manifest: Manifest, commit: str, tree: str, moment: datetime
) -> Mapping[str, list[Evidence]]:
    """Return what an earlier release of these services measured, enough for its T5 and P-6."""

    def yes(question: str, service: Service, facts: dict[str, JsonValue]) -> Evidence:
        control = NegativeControl(
            state=ControlState.ALIVE, changed="what was asked was made to fail", found="no"
        )
        return Evidence(
            question=question,
            subject=service.id,
            answer=Answer.YES,
            reason="as it was then",
            commit=commit,
            tree=tree,
            observed_at=moment,
            assurance=Assurance.REHEARSED,
            control=control,
            facts=facts,
        )

    served = [service for service in manifest.services if service.endpoints]
    evidence_then = [yes("latency", service, _latency(service)) for service in served]
    evidence_then += [
        yes("accuracy", service, {"n": 200, "correct": 178, "majority": 0.5})
        for service in manifest.services
        if service.accuracy
    ]
    evidence_then += [
        yes("regression", service, {"not_applicable": "no baseline: the first release"})
        for service in served
    ]
    return {names.PERF_SUMMARY: evidence_then}


def _latency(service: Service) -> dict[str, JsonValue]:
    """Return what was measured then.

    On a slow machine, so that on any other nothing but the slowed service stands out.
    """
    low, high = (20.0, 30.0) if service.name == _SLOWED else (500.0, 600.0)
    measured = {
        "requests": 200,
        "errors": 0,
        "p95": (low + high) / 2,
        "low": low,
        "high": high,
        "alpha": ALPHA / service.budget.looks,
        "looks": 1,
    }
    return {
        "unit": "ms",
        "load": asked_load(service.budget).to_json(),
        "endpoints": [
            {"name": endpoint.name, "method": endpoint.method, "path": endpoint.path, **measured}
            for endpoint in service.endpoints
        ],
        "noop": {"requests": 50, "errors": 0, "p95": 100.0, "low": 90.0, "high": 110.0},
    }


SCENARIOS = (
    Scenario(
        "regressed",
        "T5",
        {"T5": Outcome.FAIL},
        "An endpoint of C.2 takes 0.3 s: within its budget of 0.8 s, and ten times as long as in"
        " the previous release.",
        _slower,
        earlier=Earlier(_before, found_then),
    ),
)
