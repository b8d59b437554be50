"""What is to be released, and what it asks of a criterion beyond the defaults."""

from __future__ import annotations

from datetime import timedelta
from typing import Literal

from pydantic import Field

from atom_release.gate.manifest.fields import Duration, Key, Reference, Strict, Title
from atom_release.gate.vocabulary import Assurance, BlockedPolicy


class Release(Strict):
    """What is to be released, under which names."""

    phase: str = Field(
        pattern=r"^[A-Za-z0-9]+(?!\n)$", description="e.g. C; artifacts are named Phase<phase>_*"
    )
    key: Key | None = Field(
        default=None, description="prefix of the asset keys; default phase_<phase>"
    )
    name: Title
    version: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._+-]*(?!\n)$")
    tag: Reference
    branch: Reference
    base: Reference = "main"
    previous: Reference | None = Field(
        default=None,
        description=(
            "tag that the history must show as the release before this one: T5 is not decided if it"
            " is another"
        ),
    )
    timebox: Duration = timedelta(hours=24)

    @property
    def asset_key(self) -> str:
        """The prefix of every asset key of this release, unique per deployment."""
        return self.key or f"phase_{self.phase.lower()}"

    @property
    def prefix(self) -> str:
        """The prefix of every artifact's file name, e.g. `PhaseC`."""
        return f"Phase{self.phase}"


class CriterionPolicy(Strict):
    """What this release asks of one criterion beyond the defaults."""

    blocked: BlockedPolicy | None = None
    assurance: Literal[Assurance.REHEARSED, Assurance.LIVE] = Field(
        default=Assurance.REHEARSED,
        description="the least that counts; what is only claimed or simulated never does",
    )
    freshness: Duration | None = None
    approvals: int = Field(
        default=0,
        ge=0,
        le=20,
        description=(
            "persons, none of them the judged commit's author, who must have signed an approval"
        ),
    )
