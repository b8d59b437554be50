"""Measurements that others made.

Files in the judged commit, what stands in them, and which rows are of a service.
"""

from __future__ import annotations

import re
from typing import Literal, Self

from pydantic import Field, model_validator

from atom_release.gate.manifest.fields import InRepository, Strict

_ENDINGS = {
    "ms": "milliseconds",
    "milliseconds": "milliseconds",
    "s": "seconds",
    "seconds": "seconds",
}


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
    unit: Literal["seconds", "milliseconds"] | None = Field(
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
        named = self._named()
        if named is None and self.unit is None:
            return (
                f"{self.latency!r} does not end in _ms, _s, _milliseconds or _seconds: say its unit"
            )
        if named is not None and self.unit not in {None, named}:
            return f"{self.latency!r} is named after {named} and said to be {self.unit}"
        return ""

    def _k6_problem(self) -> str:
        if self.unit == "seconds":
            return "k6 writes milliseconds"
        if self.format == "k6-summary" and self.only:
            return "a summary of k6 has no rows to choose from: leave out `only`"
        return (
            "k6 says itself which answers it expected: leave out `status`"
            if self.status is not None
            else ""
        )

    def _named(self) -> str | None:
        ending = re.search(r"(?:^|_)(ms|milliseconds|s|seconds)$", self.latency)
        return _ENDINGS[ending[1]] if ending else None

    @property
    def milliseconds(self) -> float:
        """How many milliseconds its unit is."""
        return (
            1000.0
            if self.format in {"csv", "parquet"} and (self.unit or self._named()) == "seconds"
            else 1.0
        )
