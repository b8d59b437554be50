"""A report that is JSON: the same record, from keys at its top or in its own containers.

Names are those of the lexicon, whether written `overall_status` or `overallStatus`. What stands
under a sample, a budget, a baseline or another service's name is not this service's.
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
from atom_release.reader.dates import iso
from atom_release.reader.facts import Document
from atom_release.reader.forms import Form, is_given, why_withheld
from atom_release.reader.gone import Gone
from atom_release.reader.json_contrary import find_json_contrary
from atom_release.reader.json_counts import suite_counts
from atom_release.reader.json_lines import Leaf, NotJson
from atom_release.reader.json_words import (
    ABOUT,
    DATES,
    ENVIRONMENT,
    FILES,
    METRICS,
    POLICIES,
    POLICY,
    STAMPS,
    STATES,
    VERDICTS,
    measure_of,
    words_of,
)
from atom_release.reader.paths import path_of
from atom_release.reader.record_parts import counted, ordered, service_of
from atom_release.reader.tally import Counts
from atom_release.reader.vocabulary import concepts
from atom_release.reader.words import status_of

_LONGEST = 300
_VERSION = re.compile(r"v?(\d{1,4}(?:\.\d{1,5}){1,3}[\w.+-]{0,30})")
_COMMIT = re.compile(r"([0-9a-f]{7,40})")
_TASK = re.compile(r"(?<![\w.])([A-Z]{1,3}\.\d{1,3})(?![\w.])")
_PAIR, _TRIPLE = 2, 3


def read(path: str, text: str) -> ClaimRecord:
    """Return the record of a JSON report."""
    try:
        leaves, repeated = json_lines.leaves(text)
    except NotJson as reason:
        return ClaimRecord(path=path, unread=str(reason), lines=text.count("\n") + 1)
    reading = _Reading(Document(text.split("\n")), leaves)
    record = reading.record(path)
    twice = tuple(
        f"the key {key[:80]!r} is stated twice, the second time on line {line}"
        for key, line in repeated
    )
    return record.model_copy(update={"findings": (*record.findings, *twice)})


def _is_of_all(above: str, name: str) -> bool:
    """Return whether what stands in a summary speaks of all: `validation_summary.overall_status`."""
    return above.endswith(" summary") and (name.startswith("overall ") or name in DATES)


class _Reading:
    """One pass for each question over the leaves of one document."""

    def __init__(self, document: Document, leaves: list[Leaf]) -> None:
        self.document = document
        self.leaves = [(tuple(words_of(part) for part in leaf.path), leaf) for leaf in leaves]
        self.claims: list[Claim] = []
        self.findings: list[str] = []
        self.used: set[int] = set()

    def claim(self, kind: ClaimKind, value: str | float | None, leaf: Leaf, **rest: str) -> None:
        self.used.add(leaf.line)
        self.claims.append(self.document.claim(kind, value, leaf.line, **rest))

    def top(self, concept: str) -> Iterator[Leaf]:
        """Yield what stands at the top under a name of that concept, then in what is about it."""
        for depth in (1, _PAIR):
            for keys, leaf in self.leaves:
                placed = len(keys) == depth and (
                    depth == 1 or keys[0] in ABOUT or _is_of_all(keys[0], keys[-1])
                )
                if placed and concept in concepts(keys[-1]) and isinstance(leaf.value, str):
                    yield leaf

    def _stamped(self) -> Iterator[Leaf]:
        """Yield when the run was that the report is of, where no name says date: `test_timestamp`."""
        for keys, leaf in self.leaves:
            if len(keys) == 1 and keys[0] in STAMPS and isinstance(leaf.value, str):
                yield leaf

    def record(self, path: str) -> ClaimRecord:
        status, raw = self._status()
        counts = self._counts(path)
        policies = self._policies()
        paths = self._deliverables()
        self._metrics()
        if status is ReportStatus.PASS and counts and counts.failed:
            self.findings.append(
                f"the status is {raw!r}, and line {counts.line_of('failed')} has {counts.failed} failed"
            )
        task = next(
            (match[1] for leaf in self.top("task") if (match := _TASK.search(str(leaf.value)))),
            None,
        )
        return ClaimRecord(
            path=path,
            task_id=task or header.task_id(Document([""]), path)[0],
            title=self._named({"title", "name"}),
            service=self._named({"service", "service name", "component"}) or service_of(paths),
            status=status,
            status_raw=raw,
            tests=counted(counts),
            policies=policies,
            branch=self._first(ClaimKind.BRANCH, "branch"),
            date=self._date(),
            deliverables=tuple(paths),
            environment=tuple(self._environment()),
            claims=ordered([*self.claims, *self._identity()]),
            findings=tuple(self.findings),
            doubt=find_json_contrary(self.document, self.leaves, counts),
            lines=len(self.document.source) - (self.document.source[-1] == ""),
            unexamined=sum(
                1
                for number, line in enumerate(self.document.source, 1)
                if number not in self.used and re.search(r"\w", line)
            ),
        )

    def _named(self, names: set[str]) -> str | None:
        return next(
            (
                str(leaf.value)[:_LONGEST]
                for keys, leaf in self.leaves
                if len(keys) == 1 and keys[0] in names and isinstance(leaf.value, str)
            ),
            None,
        )

    def _status(self) -> tuple[ReportStatus, str | None]:
        stated = [
            (str(leaf.value)[:_LONGEST], leaf, status_of(str(leaf.value).replace("_", " ")))
            for leaf in self.top("status")
        ]
        if not stated:
            stated = list(self._booleans())
        simulated = self._simulated()
        understood = [
            (
                ReportStatus.SIMULATED if simulated and status is ReportStatus.PASS else status,
                raw,
                leaf,
            )
            for raw, leaf, status in stated
            if status is not None
        ]
        for status, _, leaf in understood:
            self.claim(ClaimKind.STATUS, status.value, leaf)
        if len({status for status, _, _ in understood}) > 1:
            (_, first, first_line), (_, second, other) = understood[0], understood[1]
            self.findings.append(
                f"the status is {first!r} on line {first_line.line} and {second!r} on line {other.line}"
            )
        if understood:
            return understood[0][0], understood[0][1]
        return (ReportStatus.UNREAD, stated[0][0]) if stated else (ReportStatus.MISSING, None)

    def _booleans(self) -> Iterator[tuple[str, Leaf, ReportStatus | None]]:
        """Yield what says with true or false whether the whole passed."""
        for keys, leaf in self.leaves:
            if len(keys) == 1 and keys[0] in VERDICTS and isinstance(leaf.value, bool):
                status = ReportStatus.PASS if leaf.value else ReportStatus.FAIL
                yield f"{keys[0]}: {str(leaf.value).lower()}", leaf, status

    def _simulated(self) -> bool:
        """Return whether a mode, or the state of every part, says that nothing was really done."""
        parts = []
        for keys, leaf in self.leaves:
            state = keys and keys[-1] in STATES
            if len(keys) == 1 and keys[0] in {"mode", "simulated", "simulation", "dry run", "mock"}:
                if leaf.value is True or status_of(str(leaf.value)) is ReportStatus.SIMULATED:
                    return True
            elif len(keys) > _PAIR and state and isinstance(leaf.value, str):
                parts.append(status_of(leaf.value) is ReportStatus.SIMULATED)
        return bool(parts) and all(parts)

    def _counts(self, path: str) -> Counts | None:
        stated = suite_counts(self.leaves, path)
        if not stated:
            return None
        numbers = {unit: int(leaf.value or 0) for unit, leaf in stated.items()}
        lines = {unit: leaf.line for unit, leaf in stated.items()}
        for unit, leaf in stated.items():
            self.claim(ClaimKind.TESTS, numbers[unit], leaf, unit=unit, comparator="=")
        counts = Counts.from_numbers(min(lines.values()), numbers, None, lines)
        if not counts.adds_up():
            self.findings.append(f"{counts} does not add up on line {counts.line}")
        return counts.completed()

    def _policies(self) -> dict[str, str | None]:
        policies: dict[str, str | None] = {}
        for keys, leaf in self.leaves:
            if len(keys) < _PAIR or keys[0] not in POLICIES or not isinstance(leaf.value, str):
                continue
            match = POLICY.match(keys[1])
            if match and (len(keys) == _PAIR or keys[2] in {"status", "result"}):
                status = status_of(leaf.value)
                policy = f"P-{int(match[1])}"
                policies.setdefault(policy, status.value if status else None)
                self.claim(ClaimKind.POLICY, f"{policy} {status.value}" if status else policy, leaf)
        return dict(sorted(policies.items(), key=lambda item: int(item[0][2:])))

    def _deliverables(self) -> list[str]:
        paths: list[str] = []
        gone = Gone(leaf.value for _, leaf in self.leaves if isinstance(leaf.value, str))
        for keys, leaf in self.leaves:
            listed = (
                keys
                and keys[0] in FILES
                and (len(keys) == _PAIR or (len(keys) == _TRIPLE and keys[2] in {"path", "file"}))
            )
            name = path_of(leaf.value) if listed and isinstance(leaf.value, str) else None
            if name and name not in paths and not gone.has(name):
                paths.append(name)
                self.claim(ClaimKind.DELIVERABLE, name, leaf)
        return paths

    def _environment(self) -> Iterator[EnvironmentRow]:
        rows: dict[str, dict[str, str]] = {}
        for keys, leaf in self.leaves:
            if (
                len(keys) == _TRIPLE
                and keys[0] in ENVIRONMENT
                and keys[2] in {"variable", "status", "fallback"}
                and isinstance(leaf.value, str)
            ):
                rows.setdefault(str(leaf.path[1]), {})[keys[2]] = leaf.value
                self.used.add(leaf.line)
        for name, row in rows.items():
            yield EnvironmentRow(
                variable=row.get("variable", name),
                status=row.get("status"),
                fallback=row.get("fallback"),
            )

    def _metrics(self) -> None:
        for keys, leaf in self.leaves:
            if not keys or not isinstance(leaf.value, int | float) or isinstance(leaf.value, bool):
                continue
            if len(keys) == 1 or (len(keys) == _PAIR and keys[0] in METRICS):
                self._metric(keys[-1], float(leaf.value), leaf)

    def _metric(self, name: str, value: float, leaf: Leaf) -> None:
        measure = measure_of(name, value)
        if measure is not None:
            self.claim(
                measure.kind, value, leaf, unit=measure.unit, comparator="=", **measure.detail
            )

    def _first(self, kind: ClaimKind, concept: str) -> str | None:
        for leaf in self.top(concept):
            name = str(leaf.value)[:_LONGEST]
            self.claim(kind, name, leaf)
            return name
        return None

    def _identity(self) -> Iterator[Claim]:
        """Yield the version and the commit that the report is about."""
        for kind, concept, pattern in (
            (ClaimKind.VERSION, "version", _VERSION),
            (ClaimKind.COMMIT, "commit", _COMMIT),
        ):
            for leaf in self.top(concept):
                match = pattern.fullmatch(str(leaf.value))
                if kind is ClaimKind.VERSION and not is_given(Form.VERSION_OF_DOCUMENT):
                    self.document.withheld[leaf.line] = why_withheld(Form.VERSION_OF_DOCUMENT)
                elif match:
                    self.used.add(leaf.line)
                    yield self.document.claim(kind, match[1], leaf.line)
                    break

    def _date(self) -> str | None:
        for leaf in (*self.top("date"), *self._stamped(), *self.top("updated")):
            value = iso(str(leaf.value))
            if value:
                self.claim(ClaimKind.DATE, value, leaf)
                return value
        return None
