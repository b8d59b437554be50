"""The facts of `metrics`: what a service's metrics page holds, and what moved when it was used."""

from __future__ import annotations

from pydantic import Field

from atom_release.gate.facts.model import Facts


class MetricsFacts(Facts):
    """One scrape after requests, and the counters that rose by more than they do when idle."""

    form: str = Field(description="`OpenMetrics` or `Prometheus text`")
    form_for_a_server: str = Field(description="what a Prometheus server would be given")
    families: int = Field(ge=0)
    samples: int = Field(ge=0)
    sent: int = Field(ge=0, description="requests that were to move a counter")
    moved: dict[str, float] = Field(description="counter -> by how much, the first of them")
    moved_by_scrapes: dict[str, float] = Field(description="the same, of the scrapes themselves")
