"""The facts of `latency`: how a service was asked, what each endpoint took, what else was measured.

All latencies are milliseconds. Judging them is `rules.performance`'s.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Annotated, Literal

from pydantic import Field

from atom_release.gate.facts.model import Facts

SINGLE_RATE = 20.0
"""How many requests a second a service is asked at most where the manifest names no rate."""

Milliseconds = Annotated[float, Field(ge=0, allow_inf_nan=False)]
"""What a clock can have measured.

A comparison with NaN is false, and would let anything through.
"""


class Load(Facts):
    """How all endpoints of a service together were asked.

    `open`: arrivals at `rate` a second, which wait for no answer. `single`: one request at a time,
    at most `rate` a second.
    """

    model: Literal["open", "single"]
    rate: float = Field(gt=0, allow_inf_nan=False)

    def __str__(self) -> str:
        """Return it as sentences say it."""
        if self.model == "single":
            return f"one request at a time, at most {self.rate:g} a second"
        return f"{self.rate:g} arrivals a second"


class Timed(Facts):
    """How long requests of one name took (ms, 95th percentile), and how many failed."""

    name: str
    requests: int = Field(ge=0)
    errors: int = Field(ge=0)
    p95: Milliseconds | None = None


def timed_magnitudes(kind: str, timed: Iterable[Timed]) -> dict[str, float]:
    """Return the 95th percentile (ms) and share of errors of each, by kind and name."""
    magnitudes = {}
    for part in timed:
        if part.p95 is not None:
            magnitudes[f"{kind} {part.name} p95"] = part.p95
        if part.errors and part.requests:
            magnitudes[f"{kind} {part.name} errors, share"] = part.errors / part.requests
    return magnitudes


class Measured(Timed):
    """What was measured of one endpoint.

    An end of the interval that the samples cannot give is None.

    `timeouts` are those of the errors that waited in vain, `error_kinds` what came instead of right
    answers, by status or in a word.
    """

    timeouts: int = Field(default=0, ge=0)
    error_kinds: dict[str, int] = Field(default_factory=dict)
    doubtful: int = Field(
        default=0, ge=0, description="answers with a right status whose body says that they failed"
    )
    doubt: str = Field(default="", description="what most of the doubtful ones answered")
    error_rate: float | None = Field(default=None, ge=0, le=1)
    error_low: float | None = Field(default=None, ge=0, le=1)
    error_high: float | None = Field(default=None, ge=0, le=1)
    p50: Milliseconds | None = None
    p90: Milliseconds | None = None
    p99: Milliseconds | None = None
    low: Milliseconds | None = None
    high: Milliseconds | None = None
    alpha: float = Field(default=1.0, gt=0, le=1, description="risk of this interval alone")
    looks: int = Field(default=1, ge=1)

    def describe_errors(self, patience_ms: float | None) -> str:
        """Return how many requests failed and by what; what timed out is called that."""
        waited = "" if patience_ms is None else f" (no answer within {patience_ms / 1000:g} s)"
        if self.timeouts and self.timeouts == self.errors:
            return f"{self.errors} of {self.requests} requests timed out{waited}"
        kinds = ", ".join(
            f"{count} timed out"
            if kind == "timeout"
            else f"{count} answered {kind}"
            if kind.isdigit()
            else f"{count} {kind}"
            for kind, count in Counter(self.error_kinds).most_common()
        )
        return f"{self.errors} of {self.requests} requests failed{f' ({kinds})' if kinds else ''}"


class NoopFacts(Measured):
    """What was measured, in the same window, of a server that does nothing."""

    name: str = "no-op"


class CapacityStage(Facts):
    """What users who wait for each answer before they ask again got from an endpoint."""

    users: int = Field(ge=1)
    requests: int = Field(ge=0)
    errors: int = Field(ge=0)
    per_second: float | None = Field(default=None, ge=0, allow_inf_nan=False)
    p95: Milliseconds | None = None


class EndpointFacts(Measured):
    """One endpoint of a service, with what was asked of it."""

    method: str = "GET"
    path: str = ""
    stopped_early: bool = False
    behind_ms: Milliseconds = Field(
        default=0.0, description="how far the sampler itself fell behind its schedule at most"
    )
    capacity: tuple[CapacityStage, ...] = Field(
        default=(), description="measured afterwards, under more and more users; decides nothing"
    )

    @property
    def most_per_second(self) -> float | None:
        """The most right answers a second that any number of users got without an error."""
        rates = [stage.per_second for stage in self.capacity if not stage.errors]
        return max((rate for rate in rates if rate is not None), default=None)


class MachineFacts(Facts):
    """Who used the processors in the same window, as shares of all of them."""

    busy: float = Field(default=0.0, allow_inf_nan=False)
    others: float = Field(default=0.0, allow_inf_nan=False)
    subject_processors: float = Field(
        default=0.0, allow_inf_nan=False, description="how many processors the rehearsal used"
    )
    subject_waited: float = Field(
        default=0.0,
        ge=0,
        le=1,
        description="share of its time that the rehearsal could have run and got no processor",
    )


class BudgetFacts(Facts):
    """The budget as it was when this was measured; `p95` in milliseconds."""

    p95: Milliseconds
    error_rate: float
    requests: int
    looks: int


class SamplesFacts(Facts):
    """The file with every request."""

    file: str
    sha256: str
    rows: int


class ControlFacts(Facts):
    """What the same code made of a server that must fail."""

    load: Load
    endpoints: tuple[EndpointFacts, ...] = Field(min_length=1)
    noop: NoopFacts


class LatencyFacts(ControlFacts):
    """All that the probe says of one service."""

    unit: Literal["ms"] = "ms"
    patience_ms: Milliseconds | None = Field(
        default=None, description="how long an answer was waited for"
    )
    budget: BudgetFacts | None = None
    machine: MachineFacts = MachineFacts()
    control: dict[str, ControlFacts] = Field(default_factory=dict)
    samples: SamplesFacts | None = None

    def magnitudes(self) -> Mapping[str, float]:
        """Return each endpoint's 95th percentile (ms) and share of errors."""
        return timed_magnitudes("endpoints", self.endpoints)
