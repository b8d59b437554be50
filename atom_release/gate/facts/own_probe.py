"""The facts of `own-probe`: who answered, and the plug-in's own facts as it wrote them."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import Field, JsonValue

from atom_release.gate.facts.model import Facts
from atom_release.gate.facts.tree_scan import ScanFacts


class OwnProbeFacts(Facts):
    """What a plug-in said of the judged tree, and of the known-bad one."""

    probe: str
    package: str = Field(description="name and version of the package that it came with")
    facts: dict[str, JsonValue] = Field(
        description="of the judged tree, by the plug-in's own model"
    )
    control: dict[str, JsonValue] = Field(
        default_factory=dict, description="of the known-bad tree, by the same model"
    )

    def magnitudes(self) -> Mapping[str, float]:
        """Return how many findings a plug-in that scans files counted, as the gate's own scans do.

        Of other facts of a plug-in nobody here knows which of two figures is the worse.
        """
        scan = ScanFacts.read(self.facts)
        return scan.magnitudes() if scan else {}
