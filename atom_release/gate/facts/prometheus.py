"""The facts of `prometheus`: which of the services a Prometheus server scrapes."""

from __future__ import annotations

from pydantic import Field

from atom_release.gate.facts.model import Facts
from atom_release.gate.facts.system import SystemFacts


class ScrapedService(Facts):
    """The targets of one service, and what is wrong with them."""

    targets: int = Field(ge=0)
    problems: tuple[str, ...]


class PrometheusFacts(SystemFacts):
    """How many targets the server has, and those of each service."""

    targets: int = Field(default=0, ge=0)
    services: dict[str, ScrapedService] = Field(default_factory=dict)
