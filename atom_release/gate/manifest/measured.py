"""What is measured of a service: its performance budget and the accuracy of its answers."""

from __future__ import annotations

from datetime import timedelta
from typing import Literal, Self

from pydantic import Field, model_validator

from atom_release.gate.manifest.fields import Duration, InRepository, Strict, TimeUnit
from atom_release.gate.manifest.request import Request
from atom_release.gate.units import Unit, unit_at_end


class Regression(Strict):
    """How much slower, or less reliable, than the previous release a service may have become."""

    allowed: float = Field(
        default=0.2,
        ge=0,
        description="share by which p95, and the rate of errors, may exceed the previous release's",
    )
    least: Duration = Field(
        default=timedelta(milliseconds=10),
        description="a rise of p95 up to this is none, whatever its share",
    )
    then: Literal["warn", "fail"] = "warn"


class Budget(Strict):
    """The performance budget of one service (P-6).

    P95 strictly below `p95`, errors at most `error_rate`.
    """

    p95: Duration = timedelta(milliseconds=800)
    error_rate: float = Field(default=0.0, ge=0, lt=1)
    requests: int = Field(
        default=200, ge=100, le=1_000_000, description="measured per endpoint, after the warm-up"
    )
    rate: float | None = Field(
        default=None,
        gt=0,
        allow_inf_nan=False,
        description=(
            "arrivals per second of all endpoints together, which wait for no answer (open model);"
            " without it the service is asked one request at a time"
        ),
    )
    looks: int = Field(
        default=3,
        ge=1,
        le=10,
        description="how often more samples may be taken while the budget lies inside the interval",
    )
    regression: Regression = Regression()


class Histogram(Strict):
    """The histogram in which a Prometheus server keeps the latencies of the deployed service.

    Its unit is what its name ends in, or what `unit` says; a name without one and no `unit`, or a
    name that says otherwise, is an error.
    """

    metric: str = Field(
        pattern=r"^[a-zA-Z_:][a-zA-Z0-9_:]*(?!\n)$", description="its name without _bucket"
    )
    labels: dict[str, str] = Field(
        default_factory=dict, description="label -> value that its series have"
    )
    unit: TimeUnit | None = Field(
        default=None, description="only where the name does not end in it"
    )
    window: Duration = Field(
        default=timedelta(hours=1), description="how far back from now the requests count"
    )
    step: Duration = Field(
        default=timedelta(seconds=15), description="the server's scrape interval, at most"
    )

    @model_validator(mode="after")
    def _unit_is_known(self) -> Self:
        named = unit_at_end(self.metric)
        message = ""
        if self.metric.endswith(("_bucket", "_sum", "_count")):
            message = (
                f"name the histogram {self.metric.rpartition('_')[0]!r}, without"
                f" _{self.metric.rpartition('_')[2]}"
            )
        elif named is None and self.unit is None:
            message = (
                f"{self.metric!r} does not end in a unit of time such as _seconds: say its unit"
            )
        elif named is not None and self.unit is not None and Unit(self.unit) is not named:
            message = f"{self.metric!r} is named in {named.value} and said to be in {self.unit}"
        if message:
            raise ValueError(message)
        return self

    @property
    def kept_in(self) -> Unit:
        """The unit of its edges."""
        return unit_at_end(self.metric) or Unit(self.unit or "")


class Accuracy(Strict):
    """Labelled features to put to the judged code, and how to read its answer as a label."""

    data: InRepository = Field(
        description="CSV with a header: feature columns and the label column"
    )
    label: str = Field(description="name of the label column")
    request: Request = Field(description="body holds the features under `features_at`")
    features_at: str = Field(
        default="", description="JSON pointer into the body where the features object goes"
    )
    answer: str = Field(description="JSON pointer to the prediction in the answer")
    cutoff: float | None = Field(
        default=None, description="a numeric prediction at or above this is the positive label"
    )
    positive: str = "1"
    minimum: float = Field(ge=0, le=1, description="accuracy that the release must reach")
