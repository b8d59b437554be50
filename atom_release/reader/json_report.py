"""A report that is JSON.

The same record, from keys at its top or in its own containers of status, tests, policies and
metrics.

What stands under a sample, a budget, a baseline or another service's name is not this service's.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from atom_release.gate.claims.record import (
    Claim,
    ClaimKind,
    ClaimRecord,
    EnvironmentRow,
    ReportStatus,
)
from atom_release.reader import header, json_lines
from atom_release.reader.deliverables import path_of
from atom_release.reader.document import Document
from atom_release.reader.json_lines import Leaf, NotJson
from atom_release.reader.record_parts import counted, ordered, service_of
from atom_release.reader.runner import Counts
from atom_release.reader.words import status_of

_LONGEST = 300
_WORD = re.compile(r"[^a-z0-9]+")
_TESTS = {"tests", "test_results", "test_summary", "testing", "unit_tests", "test", "suite"}
_COUNTS = {
    "passed": "passed",
    "tests_passed": "passed",
    "pass": "passed",
    "failed": "failed",
    "tests_failed": "failed",
    "fail": "failed",
    "failures": "failed",
    "skipped": "skipped",
    "tests_skipped": "skipped",
    "total": "total",
    "tests_total": "total",
    "total_tests": "total",
    "count": "total",
}
_POLICIES = {"policies", "policy_compliance", "compliance", "policy", "policy_status"}
_POLICY = re.compile(r"(?:policy[_\- ]?)?p[-_ ]?(\d{1,2})(?![0-9])", re.IGNORECASE)
_FILES = {
    "deliverables",
    "files",
    "files_created",
    "artifacts",
    "outputs",
    "created_files",
    "files_changed",
}
_ENVIRONMENT = {"environment", "env", "environment_variables", "env_fallbacks"}
_METRICS = {
    "metrics",
    "performance",
    "results",
    "model",
    "model_performance",
    "evaluation",
    "accuracy",
    "latency",
}
_SCORES = {
    "accuracy": ClaimKind.ACCURACY,
    "precision": ClaimKind.PRECISION,
    "recall": ClaimKind.RECALL,
    "f1": ClaimKind.F1,
    "f1_score": ClaimKind.F1,
}
_LATENCY = re.compile(
    r"(?:p50|p95|p99|avg|mean|median)?_?(?:latency|response_time)?_?(?:p50|p95|p99|avg|mean)?_(ms|s)"
)
_THROUGHPUT = re.compile(r"(?:throughput|requests)(?:_rps|_per_second)|rps|qps")
_DATES = {
    "date",
    "generated",
    "generated_at",
    "timestamp",
    "created_at",
    "completed_at",
    "report_date",
}
_TASKS = {"task_id", "task", "id"}
_STATUSES = {"status", "overall_status", "final_status"}


def read(path: str, text: str) -> ClaimRecord:
    """Give the record of a JSON report."""
    try:
        found, repeated = json_lines.leaves(text)
    except NotJson as reason:
        return ClaimRecord(path=path, unread=str(reason), lines=text.count("\n") + 1)
    document = Document(text.split("\n"))
    reading = _Reading(document, found)
    record = reading.record(path)
    twice = tuple(
        f"the key {key[:80]!r} is stated twice, the second time on line {line}"
        for key, line in repeated
    )
    return record.model_copy(update={"findings": (*record.findings, *twice)})


class _Reading:
    """One pass for each question over the leaves of one document."""

    def __init__(self, document: Document, leaves: list[Leaf]) -> None:
        self.document = document
        self.leaves = [(tuple(_key(part) for part in leaf.path), leaf) for leaf in leaves]
        self.claims: list[Claim] = []
        self.findings: list[str] = []
        self.used: set[int] = set()

    def claim(self, kind: ClaimKind, value: str | float | None, leaf: Leaf, **rest: str) -> None:
        self.used.add(leaf.line)
        self.claims.append(self.document.claim(kind, value, leaf.line, **rest))

    def top(self, names: set[str]) -> Iterator[Leaf]:
        for path, leaf in self.leaves:
            if len(path) == 1 and path[0] in names and isinstance(leaf.value, str):
                yield leaf

    def record(self, path: str) -> ClaimRecord:

        status, raw = self._status()
        counts = self._counts()
        policies = self._policies()
        paths = self._deliverables()
        self._metrics()
        if status is ReportStatus.PASS and counts and counts.failed:
            self.findings.append(
                f"the status is {raw!r}, and line {counts.line} has {counts.failed} failed"
            )
        task = next(
            (
                match[1]
                for leaf in self.top(_TASKS)
                if (
                    match := re.search(r"(?<![\w.])([A-Z]{1,3}\.\d{1,3})(?![\w.])", str(leaf.value))
                )
            ),
            None,
        )
        return ClaimRecord(
            path=path,
            task_id=task or header.task_id(Document([""]), path)[0],
            title=next((str(leaf.value)[:_LONGEST] for leaf in self.top({"title", "name"})), None),
            service=next(
                (
                    str(leaf.value)[:_LONGEST]
                    for leaf in self.top({"service", "service_name", "component"})
                ),
                None,
            )
            or service_of(paths),
            status=status,
            status_raw=raw,
            tests=counted(counts),
            policies=policies,
            branch=self._first(ClaimKind.BRANCH, {"branch", "git_branch"}),
            date=self._date(),
            deliverables=tuple(paths),
            environment=tuple(self._environment()),
            claims=ordered(self.claims),
            findings=tuple(self.findings),
            lines=len(self.document.source) - (self.document.source[-1] == ""),
            unexamined=sum(
                1
                for number, line in enumerate(self.document.source, 1)
                if number not in self.used and re.search(r"\w", line)
            ),
        )

    def _status(self) -> tuple[ReportStatus, str | None]:
        stated = [(str(leaf.value)[:_LONGEST], leaf) for leaf in self.top(_STATUSES)]
        for raw, leaf in stated:
            status = status_of(raw)
            if status:
                self.claim(ClaimKind.STATUS, status.value, leaf)
        understood = [(status, raw) for raw, _ in stated if (status := status_of(raw))]
        if len({status for status, _ in understood}) > 1:
            self.findings.append(f"the status is {understood[0][1]!r} and {understood[1][1]!r}")
        return (
            understood[0]
            if understood
            else (ReportStatus.MISSING, stated[0][0] if stated else None)
        )

    def _counts(self) -> Counts | None:
        found: dict[str, int] = {}
        line = 0
        for path, leaf in self.leaves:
            unit = _COUNTS.get(path[-1]) if path else None
            inside = len(path) == 2 and path[0] in _TESTS  # noqa: PLR2004 - directly below the container
            alone = len(path) == 1 and "test" in path[0]
            if (
                unit
                and (inside or alone)
                and isinstance(leaf.value, int)
                and not isinstance(leaf.value, bool)
                and 0 <= leaf.value < 10**7
                and unit not in found
            ):
                found[unit] = leaf.value
                line = line or leaf.line
                self.claim(ClaimKind.TESTS, leaf.value, leaf, unit=unit, comparator="=")
        if not found:
            return None
        counts = Counts.of(line, found)
        total = sum(found.get(unit, 0) for unit in ("passed", "failed", "skipped"))
        if "total" in found and "passed" in found and total > found["total"]:
            self.findings.append(f"{counts} does not add up on line {line}")
        return counts.completed()

    def _policies(self) -> dict[str, str | None]:
        found: dict[str, str | None] = {}
        for path, leaf in self.leaves:
            if len(path) < 2 or path[0] not in _POLICIES or not isinstance(leaf.value, str):  # noqa: PLR2004 - container and policy
                continue
            match = _POLICY.match(path[1])
            if match and (len(path) == 2 or path[2] in {"status", "result"}):  # noqa: PLR2004 - the status itself or its object
                status = status_of(leaf.value)
                policy = f"P-{int(match[1])}"
                found.setdefault(policy, status.value if status else None)
                self.claim(ClaimKind.POLICY, f"{policy} {status.value}" if status else policy, leaf)
        return dict(sorted(found.items(), key=lambda item: int(item[0][2:])))

    def _deliverables(self) -> list[str]:
        paths: list[str] = []
        for path, leaf in self.leaves:
            listed = (
                path
                and path[0] in _FILES
                and (len(path) == 2 or (len(path) == 3 and path[2] in {"path", "file"}))  # noqa: PLR2004 - an item or its path
            )
            name = path_of(leaf.value) if listed and isinstance(leaf.value, str) else None
            if name and name not in paths:
                paths.append(name)
                self.claim(ClaimKind.DELIVERABLE, name, leaf)
        return paths

    def _environment(self) -> Iterator[EnvironmentRow]:
        rows: dict[str, dict[str, str]] = {}
        for path, leaf in self.leaves:
            if (
                len(path) == 3  # noqa: PLR2004 - one row's cell
                and path[0] in _ENVIRONMENT
                and path[2] in {"variable", "status", "fallback"}
                and isinstance(leaf.value, str)
            ):
                rows.setdefault(str(leaf.path[1]), {})[path[2]] = leaf.value
                self.used.add(leaf.line)
        for name, row in rows.items():
            yield EnvironmentRow(
                variable=row.get("variable", name),
                status=row.get("status"),
                fallback=row.get("fallback"),
            )

    def _metrics(self) -> None:
        for path, leaf in self.leaves:
            if not path or not isinstance(leaf.value, int | float) or isinstance(leaf.value, bool):
                continue
            if len(path) == 1 or (len(path) == 2 and path[0] in _METRICS):  # noqa: PLR2004 - at the top or directly below the container
                self._metric(path[-1], float(leaf.value), leaf)

    def _metric(self, name: str, value: float, leaf: Leaf) -> None:
        if name in _SCORES and 0 <= value <= 1:
            self.claim(_SCORES[name], value, leaf, unit="fraction", comparator="=")
        elif (match := _LATENCY.fullmatch(name)) and name not in {"_ms", "_s"}:
            self.claim(ClaimKind.LATENCY, value, leaf, unit=match[1], comparator="=")
        elif _THROUGHPUT.fullmatch(name):
            self.claim(ClaimKind.THROUGHPUT, value, leaf, unit="/s", comparator="=")

    def _first(self, kind: ClaimKind, names: set[str]) -> str | None:
        for leaf in self.top(names):
            name = str(leaf.value)[:_LONGEST]
            self.claim(kind, name, leaf)
            return name
        return None

    def _date(self) -> str | None:
        for leaf in self.top(_DATES):
            said = header.iso(str(leaf.value))
            if said:
                self.claim(ClaimKind.DATE, said, leaf)
                return said
        return None


def _key(part: str | int) -> str:
    return _WORD.sub("_", str(part).lower()).strip("_")
