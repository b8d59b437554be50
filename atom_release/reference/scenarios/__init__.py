"""The scenarios: positive controls of the gate, its demonstration, and its tests."""

from __future__ import annotations

from atom_release.errors import Misuse
from atom_release.reference.scenarios import (
    claims,
    infrastructure,
    messy,
    own_checks,
    performance,
    policies,
    ratchet,
    regression,
    services,
    signing,
)
from atom_release.reference.scenarios.scenario import Scenario, combine

_GREEN = Scenario(
    "green", None, {}, "Everything holds; Prometheus server and forge are absent and noted."
)

_GROUPS = (
    claims,
    services,
    performance,
    regression,
    ratchet,
    policies,
    signing,
    infrastructure,
    messy,
    own_checks,
)

SCENARIOS: dict[str, Scenario] = {
    scenario.name: scenario
    for scenario in (_GREEN, *(scenario for group in _GROUPS for scenario in group.SCENARIOS))
}


def find(name: str) -> Scenario:
    """Return the scenario of that name, or of several names joined by a plus sign.

    Raises:
        Misuse: there is none, or they cannot stand together.
    """
    parts = name.split("+")
    if unknown := [part for part in parts if part not in SCENARIOS]:
        raise Misuse(f"There is no scenario {unknown[0]!r}.", "See `atom-release scenarios`.")
    if len(parts) == 1:
        return SCENARIOS[name]
    try:
        return combine([SCENARIOS[part] for part in parts])
    except ValueError as error:
        raise Misuse(
            f"These scenarios cannot stand together: {error}.", "Name scenarios that differ."
        ) from error


def manifest_bytes(scenario: str) -> bytes:
    """Return the manifest of a scenario without writing anything.

    Raises:
        Misuse: there is no such scenario.
    """
    return find(scenario).files()["release.yaml"]
