"""The facts of `simulated-prometheus`: what a server would see of the rehearsed services.

It is no question of the catalogue: it is shown, and counted nowhere.
"""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from atom_release.gate.facts.model import Facts
from atom_release.gate.facts.system import SystemFacts


class TargetFacts(Facts):
    """One target as a server's page shows it."""

    last_scrape: str
    health: Literal["up", "down"]
    error: str = ""
    samples: int = Field(default=0, ge=0)
    families: int = Field(default=0, ge=0)
    form: str = ""
    seconds: float = Field(default=0.0, ge=0, description="how long the scrape took")
    scrapes: int = Field(default=1, ge=1)


class SimulatedPrometheusFacts(SystemFacts):
    """The targets by service."""

    targets: dict[str, TargetFacts]
