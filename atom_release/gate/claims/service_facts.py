"""What the evidence derived about one service: all that its claims may be judged by.

Only what was derived from the judged tree or asked of the judged code stands here. Nothing comes
from the report itself, nor from a file that was committed to agree with it: such evidence is only
`claimed`.
"""

from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field

from atom_release.gate.claims import printed_numbers
from atom_release.gate.facts.latency import Load
from atom_release.gate.vocabulary import Outcome


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Counts(_Frozen):
    """How many tests passed, failed, were skipped, and were there at all."""

    passed: int
    failed: int
    skipped: int
    total: int


class Run(Counts):
    """The counts of one run of the service's suite, test by test."""

    printed: Counts | None = Field(
        default=None,
        description=(
            "as the runner's own last line counts them: a test and the error of its teardown apart,"
            " an expected failure and an unexpected pass apart from passed and failed"
        ),
    )

    doubted: Counts | None = Field(
        default=None,
        description="the same, where it cannot be of the tests that the run's results name",
    )

    @property
    def readings(self) -> tuple[Counts, ...]:
        """The counts that a true report of this run may have."""
        return (self, *((self.printed,) if self.printed else ()))


class LineAge(_Frozen):
    """When a line of the report was written, and whether what it speaks of is as it was then."""

    commit: str
    written: datetime
    code_unchanged: bool | None = Field(
        default=None, description="source and tests; None if history does not tell"
    )
    data_unchanged: bool | None = Field(default=None, description="source and labelled data")


class SuiteKnown(_Frozen):
    """The conclusive runs of the service's own suite.

    Runs that met a limit or lacked a module are left out by who fills this.
    """

    runs: tuple[Run, ...]
    control_held: bool = Field(
        default=False, description="tests were seen to fail without the code, as the manifest asks"
    )
    weak: bool = Field(
        default=False, description="its control is weak, which the manifest alone accepts"
    )
    beside: str = Field(default="", description="what is told beside its counts")
    unshown: str = Field(default="", description="why its counts say less than they seem to")
    guessed: tuple[str, ...] = Field(
        default=(), description="variables that it was run with made values of"
    )
    unchanged_since_report: bool | None = Field(
        default=None,
        description=(
            "source and tests as they were when the report came; None if history does not tell"
        ),
    )
    runs_at_report: tuple[Run, ...] = Field(
        default=(),
        description=(
            "the suite run as often at the commit that added the report; empty if inconclusive"
        ),
    )
    rerun_commit: str | None = Field(
        default=None, description="the commit of these runs; None in evidence that does not say it"
    )


class ScoresKnown(_Frozen):
    """What the judged code scored on the labelled features."""

    n: int
    accuracy: float | None = None
    precision: float | None = None
    recall: float | None = None
    f1: float | None = None
    answered_positive: int | None = Field(
        default=None,
        description="rows answered with the positive label: what precision is a share of",
    )
    labelled_positive: int | None = Field(
        default=None, description="rows labelled positive: what recall is a share of"
    )
    unanswered: int = Field(
        default=0, ge=0, description="rows that got no answer, each of them counted as wrong"
    )
    unchanged_since_report: bool | None = Field(
        default=None, description="source and labelled data as they were when the report came"
    )
    of_other_rows: bool = Field(
        default=False, description="on the operator's rows, which the report's score is not about"
    )
    doubt: str = Field(default="", description="why these rows bear no score at all, if so")

    def interval(self, name: str) -> tuple[float, float]:
        """Return the interval of one score.

        Where its number of trials is not told, the least that it can be. A row without an answer
        could have been right: it widens the accuracy by its share, and leaves the other scores
        open.
        """
        low, high = self._sampled(name)
        if not self.unanswered:
            return low, high
        return (low, min(1.0, high + self.unanswered / self.n)) if name == "accuracy" else (0, 1)

    def _sampled(self, name: str) -> tuple[float, float]:
        share = float(getattr(self, name))
        trials = {
            "accuracy": self.n,
            "precision": self.answered_positive,
            "recall": self.labelled_positive,
        }.get(name)
        if name == "f1":
            both = (self.answered_positive, self.labelled_positive)
            trials = None if None in both else min(count for count in both if count is not None)
        return printed_numbers.interval(
            share, trials if trials is not None else printed_numbers.least_trials(share, self.n)
        )


class MeasuredLatency(_Frozen):
    """What the gate measured of one endpoint, and how it asked; p95 in milliseconds."""

    endpoint: str
    method: str = "GET"
    path: str = ""
    p95: float
    load: Load


class FileSize(_Frozen):
    """How large a file of S is."""

    bytes: int
    lines: int


class Known(_Frozen):
    """Everything that was derived; what is empty or None could not be."""

    report: str = Field(
        default="", description="path of the report in S, which never verifies itself"
    )
    suite: SuiteKnown | None = None
    deliverables: dict[str, tuple[str, ...] | None] = Field(
        default_factory=dict, description="path as written -> paths in S; None where S cannot tell"
    )
    sizes: dict[str, FileSize] = Field(
        default_factory=dict, description="path as written -> size of the one file it is"
    )
    scores: ScoresKnown | None = None
    policies: dict[str, Outcome | None] = Field(
        default_factory=dict, description="P-n -> its outcome for the whole release"
    )
    own_policies: dict[str, Outcome] = Field(
        default_factory=dict, description="P-n -> outcome of the legs that ask this service itself"
    )
    code_unchanged_since_report: bool | None = Field(
        default=None,
        description="source and tests as they were when the report came, for what hangs on them",
    )
    latency: tuple[MeasuredLatency, ...] = ()
    branch_exists: bool | None = None
    added: datetime | None = Field(
        default=None, description="when the commit that added this report was made"
    )
    history_complete: bool = False
    lines: dict[int, LineAge] | None = Field(
        default=None,
        description=(
            "of each line of the report that asserts something; a line that history does not tell"
            " of is not in it; None in evidence that knows the report's own age alone"
        ),
    )
    lines_beside: dict[int, LineAge] = Field(
        default_factory=dict,
        description="the same of the lines of the file of claims beside the report",
    )
    endpoints: tuple[str, ...] | None = Field(default=None, description="'GET /path' or '/path'")
    tables: tuple[str, ...] | None = None
    views: tuple[str, ...] | None = None
    evidence: dict[str, tuple[str, ...]] = Field(
        default_factory=dict,
        description="suite, tree, accuracy, policies, latency, history -> digests of the evidence",
    )
