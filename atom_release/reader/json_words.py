"""The words under which JSON reports state what a record has room for, as `words_of` writes them."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from atom_release.gate.claims.record import ClaimKind

_WORD = re.compile(r"[^\w]+|_+")
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
ABOUT = frozenset(
    {"metadata", "meta", "report", "header", "info", "git", "summary", "report info", "overview"}
)
DATES = frozenset({"timestamp", "date", "generated at"})
STAMPS = frozenset(
    f"{run} timestamp"
    for run in (
        "validation",
        "test",
        "report",
        "run",
        "execution",
        "analysis",
        "benchmark",
        "generation",
    )
)
VERDICTS = frozenset(
    {"passed", "success", "ok", "all passed", "overall passed", "ready", "system ready", "valid",
     "pass", "succeeded", "production ready", "overall success", "all tests passed", "is valid",
     "release ready", "all checks passed", "validation passed", "overall pass", "tests passed"}
)  # fmt: skip
STATES = frozenset({"status", "state", "result", "mode", "outcome"})
POLICIES = frozenset({"policies", "policy compliance", "compliance", "policy", "policy status"})
POLICY = re.compile(r"(?:policy[_\- ]?)?p[-_ ]?(\d{1,2})(?![0-9])", re.IGNORECASE)
FILES = frozenset(
    {"artifacts generated", "deliverables", "files", "files created", "artifacts", "outputs", "created files",
     "files changed", "files modified", "modified files", "changed files"}
)  # fmt: skip
ENVIRONMENT = frozenset({"environment", "env", "environment variables", "env fallbacks"})
METRICS = frozenset(
    {"metrics", "performance", "results", "model", "model performance", "evaluation", "accuracy",
     "latency", "test metrics", "performance metrics", "performance benchmarks"}
)  # fmt: skip
_SCORES = {
    "accuracy": ClaimKind.ACCURACY,
    "precision": ClaimKind.PRECISION,
    "recall": ClaimKind.RECALL,
    "f1": ClaimKind.F1,
    "f1 score": ClaimKind.F1,
}
_LATENCY = re.compile(
    r"(p50|p90|p95|p99|avg|mean|median)? ?(?:latency|response time)? ?(p50|p90|p95|p99|avg|mean|max)?"
    r" (ms|s)"
)
_STATISTICS = {"mean": "avg", "median": "p50"}
_COVERAGE = frozenset(
    {"coverage", "coverage percent", "coverage pct", "test coverage", "line coverage",
     "code coverage", "total coverage", "coverage percentage", "overall coverage"}
)  # fmt: skip
_THROUGHPUT = re.compile(r"(?:throughput|requests)(?: rps| per second)|rps|qps")


def words_of(part: str | int) -> str:
    """Return a key of the document as words in small letters: `testResults` is `test results`."""
    return _WORD.sub(" ", _CAMEL.sub(" ", str(part)).lower()).strip()


@dataclass(frozen=True)
class Measure:
    """What a number under some name measures; `detail` is the statistic of a latency."""

    kind: ClaimKind
    unit: str
    detail: dict[str, str] = field(default_factory=dict)


def measure_of(name: str, value: float) -> Measure | None:
    """Return what a value under that name measures; None where the name or the value tells not."""
    if name in _SCORES and 0 <= value <= 1:
        return Measure(_SCORES[name], "fraction")
    if name in _COVERAGE and 1 < value <= 100:  # noqa: PLR2004 - percent
        return Measure(ClaimKind.COVERAGE, "%")
    if (match := _LATENCY.fullmatch(name)) and name.strip() not in {"ms", "s"}:
        statistic = match[1] or match[2]
        detail = {"detail": _STATISTICS.get(statistic, statistic)} if statistic else {}
        return Measure(ClaimKind.LATENCY, match[3], detail)
    return Measure(ClaimKind.THROUGHPUT, "/s") if _THROUGHPUT.fullmatch(name) else None
