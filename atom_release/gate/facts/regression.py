"""The facts of `regression`: this release's latency figures beside the previous one's."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import Field, JsonValue

from atom_release.gate.facts.latency import (
    Load,
    MachineFacts,
    Milliseconds,
    NoopFacts,
    Timed,
    timed_magnitudes,
)
from atom_release.gate.facts.model import Facts


class ComparedEndpoint(Timed):
    """Of one endpoint's figures, what a comparison reads; latencies are milliseconds."""

    method: str
    path: str
    timeouts: int = Field(default=0, ge=0)
    low: Milliseconds | None = None
    high: Milliseconds | None = None
    alpha: float = Field(default=1.0, gt=0, le=1)
    looks: int = Field(default=1, ge=1)


class Window(Facts):
    """One latency measurement: of this release, or of the previous one."""

    load: Load
    endpoints: tuple[ComparedEndpoint, ...] = Field(min_length=1)
    noop: NoopFacts
    machine: MachineFacts = MachineFacts()


class RegressionFacts(Facts):
    """What is compared with what, or why nothing is."""

    baseline: dict[str, JsonValue] | None = Field(
        default=None,
        description="the previous release: tag, commit, judged, decision, file: sha256",
    )
    now: Window | None = None
    then: Window | None = None
    not_applicable: str = ""

    def magnitudes(self) -> Mapping[str, float]:
        """Return each endpoint's 95th percentile (ms) and share of errors in this release."""
        return timed_magnitudes("now endpoints", self.now.endpoints) if self.now else {}
