"""What a service report asserts: the record that reading one report gives (DESIGN: claims).

Reading is `evidence.claims`; judging is `ledger`. Absent is None, never guessed.
"""

from __future__ import annotations

from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field


class ClaimKind(StrEnum):
    """The closed list of what a claim can be about."""

    STATUS = "status"
    TESTS = "tests"
    DELIVERABLE = "deliverable"
    ACCURACY = "accuracy"
    PRECISION = "precision"
    RECALL = "recall"
    F1 = "f1"
    POLICY = "policy"
    LATENCY = "latency"
    THROUGHPUT = "throughput"
    DATE = "date"
    BRANCH = "branch"
    SIZE = "size"
    COVERAGE = "coverage"
    ENDPOINT = "endpoint"
    TABLE = "table"
    VIEW = "view"
    VERSION = "version"
    COMMIT = "commit"
    ERROR_RATE = "error_rate"
    COMMAND = "command"
    BLOCKER = "blocker"

    @property
    def decides(self) -> bool:
        """Whether a contradicted claim of this kind fails C.x; all others are reported only."""
        return self in _DECIDING


_DECIDING = frozenset(
    {
        ClaimKind.STATUS,
        ClaimKind.TESTS,
        ClaimKind.DELIVERABLE,
        ClaimKind.ACCURACY,
        ClaimKind.PRECISION,
        ClaimKind.RECALL,
        ClaimKind.F1,
    }
)


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class ReportStatus(StrEnum):
    """The status a report gives itself, normalized.

    MISSING when it gives none, UNREAD when it gives one that is not understood.
    """

    PASS = "PASS"  # noqa: S105 - an outcome, not a password
    FAIL = "FAIL"
    BLOCKED = "BLOCKED"
    PARTIAL = "PARTIAL"
    SIMULATED = "SIMULATED"
    MISSING = "MISSING"
    UNREAD = "UNREAD"

    @property
    def understood(self) -> bool:
        """Whether the report states a status that was read."""
        return self not in {ReportStatus.MISSING, ReportStatus.UNREAD}


class TestCounts(_Frozen):
    """The counts a report gives of its own suite."""

    __test__ = False

    passed: int | None = None
    failed: int | None = None
    skipped: int | None = None
    total: int | None = None


class EnvironmentRow(_Frozen):
    """One row of the report's environment section."""

    variable: str
    status: str | None = None
    fallback: str | None = None


class Claim(_Frozen):
    """One assertion with the line it stands on (1-based) and that line's text."""

    kind: ClaimKind
    value: str | float | int | None
    unit: str | None = None
    comparator: str | None = Field(
        default=None, description="'=', '<', '<=', '>', '>=', '~' or None"
    )
    detail: str | None = Field(
        default=None, description="which statistic a latency is: p50, p90, p95, p99, avg or max"
    )
    line: int
    text: str
    file: str | None = Field(
        default=None, description="the file that the line is of, where it is not the report"
    )


class ClaimRecord(_Frozen):
    """All that one report asserts of its own service."""

    path: str
    task_id: str | None = None
    title: str | None = None
    service: str | None = None
    status: ReportStatus = ReportStatus.MISSING
    status_raw: str | None = None
    tests: TestCounts | None = None
    policies: dict[str, str | None] = Field(default_factory=dict)
    branch: str | None = None
    date: str | None = None
    deliverables: tuple[str, ...] = ()
    environment: tuple[EnvironmentRow, ...] = ()
    claims: tuple[Claim, ...] = ()
    findings: tuple[str, ...] = Field(
        default=(), description="contradictions inside the report, each with its lines"
    )
    doubt: str | None = Field(
        default=None,
        description="what a reader meets that speaks against the PASS, which is unread for it",
    )
    unread: str | None = Field(default=None, description="why the report could not be read, if so")
    reasons: dict[str, str] = Field(
        default_factory=dict, description="field -> why it was read where it was"
    )
    unread_lines: tuple[int, ...] = Field(
        default=(), description="lines that look like claims and were not read"
    )
    given: str | None = Field(
        default=None, description="where the report gives its record itself, if it does"
    )
    lines: int = 0
    unexamined: int = Field(default=0, description="lines in which nothing was looked for")

    def place(self, claim: Claim) -> str:
        """Return the file and the line that a claim stands on, as editors take it."""
        return f"{claim.file or self.path}:{claim.line}"
