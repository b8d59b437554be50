"""The facts of `measurement`: what files of somebody else's measurements say of a service."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from pydantic import Field

from atom_release.gate.facts.latency import Measured, timed_magnitudes
from atom_release.gate.facts.model import Facts


class FileFacts(Measured):
    """What one file says.

    A problem is why it cannot be believed, and a summary gives a number without its uncertainty.
    """

    requests: int = Field(default=0, ge=0)
    errors: int = Field(default=0, ge=0)
    format: str = ""
    only: dict[str, str] = Field(default_factory=dict)
    problem: str = ""
    summary: bool = False


class MeasurementFacts(Facts):
    """All files that the manifest names for a service."""

    unit: Literal["ms"] = "ms"
    files: tuple[FileFacts, ...] = Field(min_length=1)

    def magnitudes(self) -> Mapping[str, float]:
        """Return each file's 95th percentile (ms) and share of errors."""
        return timed_magnitudes("files", self.files)
