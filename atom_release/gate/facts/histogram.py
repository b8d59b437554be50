"""The facts of `histogram`: the buckets that a Prometheus server keeps of a deployed service."""

from __future__ import annotations

from pydantic import Field

from atom_release.gate.facts.model import Facts


class HistogramFacts(Facts):
    """How many requests of the window took at most each edge (milliseconds, None is no limit).

    And what is wrong with that.
    """

    edges: tuple[float | None, ...] = ()
    at_most: tuple[int, ...] = ()
    resets: int = Field(default=0, ge=0)
    problems: tuple[str, ...] = ()
    instances: int = Field(default=0, ge=0)
    ended: int = Field(
        default=0, ge=0, description="instances that stopped before the window's end"
    )
    metric: str = ""
    labels: dict[str, str] = Field(default_factory=dict)
    window_s: float | None = Field(default=None, gt=0)
    variable: str | None = None
    how: str | None = None
    kind: str | None = None

    @property
    def requests(self) -> int:
        """How many requests there were."""
        return self.at_most[-1] if self.at_most else 0
