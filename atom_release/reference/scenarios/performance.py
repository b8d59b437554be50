"""Scenarios about figures that look well.

Quick refusals, errors now and then, a tail behind a fine mean, a score below doing nothing.
"""

from __future__ import annotations

from atom_release.gate.vocabulary import Outcome
from atom_release.reference.scenarios.scenario import Files, Scenario, replace

_FAIL, _OPEN = Outcome.FAIL, Outcome.INCONCLUSIVE
_C1_REPORT = "reports/0C.1_predictive_engine.md"
_C2_SERVER = "services/perf-profiler/server.py"


def _fast_404(tree: Files) -> None:
    # Its suite asks after a profile was made, so it sees nothing of it.
    replace(
        tree,
        _C2_SERVER,
        '        return JSONResponse({"targets": store.worst()})\n',
        '        found = store.worst()\n        return JSONResponse({"targets": found}, 200 if'
        " found else 404)\n",
    )


def _fast_error(tree: Files) -> None:
    # As above: what its suite asks for is there.
    replace(
        tree,
        _C2_SERVER,
        '        return JSONResponse({"targets": store.worst()})\n',
        "        found = store.worst()\n"
        '        error = {"code": 404, "message": "no profile yet"}\n'
        '        return JSONResponse({"targets": found} if found else error)\n',
    )


def _error_rate(tree: Files) -> None:
    _every(tree, 8, "            return JSONResponse({'error': 'busy'}, 503)\n")


def _bimodal(tree: Files) -> None:
    _every(tree, 7, "            await asyncio.sleep(0.9)\n")
    replace(tree, _C2_SERVER, "import itertools\n", "import asyncio\nimport itertools\n")


def _every(tree: Files, nth: int, does: str) -> None:
    """Make one of so many requests for the summary of C.2 do something else."""
    replace(
        tree,
        _C2_SERVER,
        "    async def summary(_request):\n",
        f"    async def summary(_request):\n        if next(asked) % {nth} == 0:\n{does}",
    )
    replace(
        tree,
        _C2_SERVER,
        '    metrics = Metrics("perf_profiler")\n',
        '    metrics = Metrics("perf_profiler")\n    asked = itertools.count(1)\n',
    )
    replace(
        tree, _C2_SERVER, "import os\nimport sys\n", "import itertools\nimport os\nimport sys\n"
    )


def _below_baseline(tree: Files) -> None:
    """Keep 8 of the failures.

    The model scores 90 %, above the minimum of 85 %, and who always says "no failure" scores 94 %.
    """
    header, *rows = tree["data/labelled.csv"].decode().splitlines()
    failures = [row for row in rows if row.endswith(",1")][8:]
    tree["data/labelled.csv"] = "\n".join(
        [header, *(row for row in rows if row not in failures), ""]
    ).encode()
    replace(tree, _C1_REPORT, "| Accuracy | 89.0% |", "| Accuracy | 90.0% |")
    replace(tree, _C1_REPORT, "| Precision | 0.811 |", "| Precision | 0.364 |")
    replace(tree, _C1_REPORT, "| Recall | 0.882 |", "| Recall | 1.000 |")


SCENARIOS = (
    Scenario(
        "fast-404",
        "P-6",
        {"T5": _FAIL, "P-6": _FAIL},
        "An endpoint of C.2 answers 404, and does so fast.",
        _fast_404,
    ),
    Scenario(
        "fast-error",
        "P-6",
        {"T5": _OPEN, "P-6": _OPEN},
        "An endpoint of C.2 answers 200, and fast, with an error in its body.",
        _fast_error,
    ),
    Scenario(
        "error-rate",
        "P-6",
        {"T5": _FAIL, "P-6": _FAIL},
        "One of eight answers of C.2 is 503; the others are right and fast.",
        _error_rate,
    ),
    Scenario(
        "bimodal-tail",
        "P-6",
        {"T5": _FAIL, "P-6": _FAIL},
        "One of seven answers of C.2 takes 0.9 s: the mean is fine, p95 is not.",
        _bimodal,
    ),
    Scenario(
        "accuracy-below-baseline",
        "T5",
        {"T5": _FAIL},
        "The model of C.1 reaches its minimum of 85 %, and always giving the most frequent label"
        " would score more.",
        _below_baseline,
    ),
)
