"""The facts of `health`: what the health path answered, and what a path that cannot exist did."""

from __future__ import annotations

from atom_release.gate.facts.model import Facts


class HealthFacts(Facts):
    """Two statuses."""

    path: str
    status: int
    elsewhere: int
