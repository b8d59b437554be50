"""Measurements that others made: files of the judged commit, and which rows are of a service."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field, model_validator

from atom_release.gate.manifest.fields import InRepository, Strict, TimeUnit
from atom_release.gate.units import Unit, unit_at_end


class Measurement(Strict):
    """A file of latencies that somebody measured.

    Shown beside the gate's own figures, and worth no more than a claim.

    The unit of a column is what its name ends in, or what `unit` says; k6 writes milliseconds.
    """

    file: InRepository
    format: Literal["csv", "parquet", "k6", "k6-summary"] = Field(
        description="k6: lines of `--out json`; k6-summary: `--summary-export`"
    )
    latency: str = Field(
        default="latency_ms",
        min_length=1,
        description="column with the latencies; of k6, the metric is http_req_duration",
    )
    unit: TimeUnit | None = Field(
        default=None, description="only where the column's name does not end in it"
    )
    only: dict[str, str] = Field(
        default_factory=dict,
        description="column (of k6: tag) -> value that this service's rows have",
    )
    status: str | None = Field(
        default=None,
        description=(
            "column with the HTTP status; empty is no answer. k6 says itself what it expected"
        ),
    )
    expect: tuple[int, ...] = Field(default=(200,), min_length=1)

    @model_validator(mode="after")
    def _fits_its_format(self) -> Self:
        message = (
            self._columns_problem() if self.format in {"csv", "parquet"} else self._k6_problem()
        )
        if message:
            raise ValueError(message)
        return self

    def _columns_problem(self) -> str:
        named = unit_at_end(self.latency)
        if named is None and self.unit is None:
            return f"{self.latency!r} does not end in a unit of time such as _ms: say its unit"
        if named is not None and self.unit is not None and Unit(self.unit) is not named:
            return f"{self.latency!r} is named in {named.value} and said to be in {self.unit}"
        return ""

    def _k6_problem(self) -> str:
        if self.unit not in {None, "milliseconds"}:
            return "k6 writes milliseconds"
        if self.format == "k6-summary" and self.only:
            return "a summary of k6 has no rows to choose from: leave out `only`"
        return (
            "k6 says itself which answers it expected: leave out `status`"
            if self.status is not None
            else ""
        )

    @property
    def written_in(self) -> Unit:
        """The unit of its latencies."""
        if self.format not in {"csv", "parquet"}:
            return Unit.MILLISECOND
        return unit_at_end(self.latency) or Unit(self.unit or "")
