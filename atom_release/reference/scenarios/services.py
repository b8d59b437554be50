"""Scenarios about services that run.

That do not start, are slow, or are tested without being asked.
"""

from __future__ import annotations

from atom_release.gate.vocabulary import Outcome
from atom_release.reference.scenarios.scenario import Files, Scenario, replace

_FAIL = Outcome.FAIL
_MANIFEST = "release.yaml"
_C2_SERVER = "services/perf-profiler/server.py"


def _down(tree: Files) -> None:
    replace(
        tree,
        _MANIFEST,
        '["{python}", services/perf-profiler/server.py]',
        '["{python}", -c, "raise SystemExit(1)"]',
    )


def _slow(tree: Files) -> None:
    replace(
        tree,
        _C2_SERVER,
        "    async def summary(_request):\n",
        "    async def summary(_request):\n        await asyncio.sleep(0.9)\n",
    )
    replace(tree, _C2_SERVER, "import os\nimport sys\n", "import asyncio\nimport os\nimport sys\n")


def _vacuous(tree: Files) -> None:
    tree["integration/test_cross_service.py"] = b'''"""The services together."""

from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@pytest.mark.parametrize("service", ["predictive-engine", "authz", "analytics", "model-pipeline"])
def test_service_is_there(service):
    assert (ROOT / "services" / service / "server.py").is_file()
'''


def _not_served(tree: Files) -> None:
    replace(
        tree,
        _MANIFEST,
        "      - {name: summary, path: /summary}\n",
        "      - {name: summary, path: /summary}\n"
        "    routes: [GET /health, GET /summary, GET /summaries]\n",
    )


def _undecodable(tree: Files) -> None:
    tree["data/labelled.csv"] = (
        tree["data/labelled.csv"].decode().replace("latency", "lat\u00e9ncia").encode("latin-1")
    )


def _auto_activation(tree: Files) -> None:
    # Beside the approval, not instead of it: asked alone, the activation still refuses, and every
    # test of the service passes.
    replace(
        tree,
        "services/model-pipeline/server.py",
        "        version = registry.add(weights, bias)\n",
        "        version = registry.add(weights, bias)\n        registry.serve(version,"
        ' approver="C.5", reason="trained")\n',
    )


def _metrics_constant(tree: Files) -> None:
    path = "services/platform/platform_metrics.py"
    replace(
        tree,
        path,
        "return Response(generate_latest(self.registry), ",
        "self.text = self.text or generate_latest(self.registry)\n        return"
        " Response(self.text, ",
    )
    replace(
        tree,
        path,
        "        self.registry = CollectorRegistry()\n",
        "        self.registry = CollectorRegistry()\n        self.text = None\n",
    )


def _metrics_json(tree: Files) -> None:
    path = _C2_SERVER
    replace(
        tree,
        path,
        '        Route("/metrics", metrics.scrape),\n',
        '        Route("/metrics", figures),\n',
    )
    total = (
        "{one.name: sum(sample.value for sample in one.samples) for one in"
        " metrics.registry.collect()}"
    )
    figures = f"    async def figures(_request):\n        return JSONResponse({total})\n\n"
    replace(
        tree,
        path,
        "    async def health(_request):\n",
        f"{figures}    async def health(_request):\n",
    )


SCENARIOS = (
    Scenario(
        "service-down",
        "T5",
        {"T5": _FAIL, "P-4": _FAIL, "P-6": _FAIL},
        "C.2 does not start, though its code and suite are whole.",
        _down,
    ),
    Scenario(
        "slow-endpoint",
        "P-6",
        {"T5": _FAIL, "P-6": _FAIL},
        "An endpoint of C.2 takes 0.9 s; its budget is 0.8 s.",
        _slow,
    ),
    Scenario(
        "integration-vacuous",
        "AC2",
        {"AC2": _FAIL},
        "The cross-service tests only look whether files exist.",
        _vacuous,
    ),
    Scenario(
        "auto-activation",
        "P-3",
        {"P-3": _FAIL, "AC2": _FAIL},
        "C.5 activates a model in the moment it was trained, with itself as the approver.",
        _auto_activation,
    ),
    Scenario(
        "metrics-constant",
        "P-4",
        {"P-4": _FAIL},
        "The services keep the first text of their metrics and never write another.",
        _metrics_constant,
    ),
    Scenario(
        "metrics-json",
        "P-4",
        {"P-4": _FAIL, "C.2": _FAIL},
        "The metrics of C.2 are JSON, which no Prometheus reads; its suite sees it too.",
        _metrics_json,
    ),
    Scenario(
        "route-not-served",
        "P-4",
        {"P-4": _FAIL},
        "C.2 is said to serve a path that it does not.",
        _not_served,
    ),
    Scenario(
        "probe-errors",
        "T5",
        {
            "T5": Outcome.INCONCLUSIVE
        },  # the accuracy that C.1's report claims is then unverified, which changes nothing
        "The labelled data cannot be decoded: the accuracy probe raises, and the refusal is"
        " recorded.",
        _undecodable,
    ),
)
