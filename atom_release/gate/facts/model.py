"""What the facts of one question look like: a model that the probe writes and the rule reads.

Evidence carries facts as JSON, so that it can be signed and outlive the code. A model in a module
of this folder, named after the question, is the only way in and out: the probe builds it and hands
`to_json()` to the evidence, the rule gets it back with `read()`. Facts of an older gate that no
longer fit are not guessed at: `read` says so, and the leg stays open.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Self

from pydantic import BaseModel, ConfigDict, JsonValue, ValidationError

from atom_release.gate.facts.finding import Finding


class Facts(BaseModel):
    """The facts of one question; frozen, and closed against keys that nobody declared."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    def to_json(self) -> dict[str, JsonValue]:
        """Return the facts as evidence carries them; what was not set is left out."""
        return self.model_dump(mode="json", exclude_unset=True)

    def list_findings(self) -> tuple[Finding, ...]:
        """Return the findings that these facts hold, those that decide and those that do not."""
        return ()

    def count_unlisted(self) -> int:
        """Return how many findings were counted beyond those that the facts list."""
        return 0

    def magnitudes(self) -> Mapping[str, float]:
        """Return, by name, the figures by which a failure that these facts show can get larger.

        A waiver of the failure accepts it up to this size (`consents.severity`). What a control or
        an earlier release came to is no part of it.
        """
        return {}

    @classmethod
    def read(cls, facts: Mapping[str, JsonValue]) -> Self | None:
        """Return the facts that a piece of evidence carries, or None where they do not fit."""
        try:
            return cls.model_validate(facts)
        except ValidationError:
            return None
