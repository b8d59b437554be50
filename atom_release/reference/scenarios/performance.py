"""Scenarios about figures that look well: quick refusals, errors now and then, a tail behind a fine mean, a score below doing nothing."""

from __future__ import annotations

from atom_release.gate.vocabulary import Outcome
from atom_release.reference.scenarios.scenario import Files, Scenario, replace

_FAIL = Outcome.FAIL
_MANIFEST = "release.yaml"
_SERVER = "services/perf-profiler/server.py"
_SUMMARY = "    async def summary(_request):\n"
_MODEL = "services/predictive-engine/model.json"
_REPORT = "reports/0C.1_predictive_engine.md"


def _fast_404(tree: Files) -> None:
    replace(tree, _MANIFEST, "{name: summary, path: /summary}", "{name: summary, path: /v1/summary}")


def _errors(tree: Files) -> None:
    # A suite asks once or twice of each application it makes: it never meets the tenth answer.
    busy = '        if next(asked) % 10 == 0:\n            return JSONResponse({"error": "no connection is free"}, 503)\n'
    _counting(tree, busy)


def _tail(tree: Files) -> None:
    _counting(tree, "        if next(asked) % 8 == 0:\n            await asyncio.sleep(0.9)\n")
    replace(tree, _SERVER, "import itertools\n", "import asyncio\nimport itertools\n")


def _counting(tree: Files, then: str) -> None:
    """Let the summary of C.2 count its requests and do something with some."""
    replace(tree, _SERVER, _SUMMARY, f"    asked = itertools.count(1)\n\n{_SUMMARY}{then}")
    replace(tree, _SERVER, "import os\nimport sys\n", "import itertools\nimport os\nimport sys\n")


def _below_baseline(tree: Files) -> None:
    # All that is said is true: the report gives the scores that the model has, and the manifest asks for no more.
    replace(tree, _MODEL, '"bias": -11.0', '"bias": -8.0')
    replace(tree, _MANIFEST, "      minimum: 0.85\n", "      minimum: 0.6\n")
    for old, new in (("Accuracy | 89.0%", "Accuracy | 61.5%"), ("Precision | 0.811", "Precision | 0.469"), ("Recall | 0.882", "Recall | 1.000")):
        replace(tree, _REPORT, f"| {old} |", f"| {new} |")


_PERFORMANCE = {"T5": _FAIL, "P-6": _FAIL}

SCENARIOS = (
    Scenario("fast-404", "P-6", _PERFORMANCE, "An endpoint of C.2 that the manifest names is not there: it answers 404, and quickly.", _fast_404),
    Scenario("error-rate", "P-6", _PERFORMANCE, "Every tenth answer of an endpoint of C.2 is 503; the others are quick.", _errors),
    Scenario("bimodal-tail", "P-6", _PERFORMANCE, "Every eighth answer of an endpoint of C.2 takes 0.9 s: the mean is an eighth of that, p95 is not.", _tail),
    Scenario(
        "accuracy-below-baseline",
        "T5",
        {"T5": _FAIL},
        "The model of C.1 misses no failure and reaches the 60 % that are asked; always to say that nothing fails would reach 66 %.",
        _below_baseline,
    ),
)
