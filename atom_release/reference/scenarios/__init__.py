"""The scenarios: positive controls of the gate, its demonstration, and its tests."""

from __future__ import annotations

from atom_release.errors import Misuse
from atom_release.reference.scenarios import (
    claims,
    infrastructure,
    performance,
    policies,
    ratchet,
    regression,
    services,
    signing,
)
from atom_release.reference.scenarios.scenario import Scenario

_GREEN = Scenario(
    "green", None, {}, "Everything holds; Prometheus server and forge are absent and noted."
)

_GROUPS = (claims, services, performance, regression, ratchet, policies, signing, infrastructure)

SCENARIOS: dict[str, Scenario] = {
    scenario.name: scenario
    for scenario in (_GREEN, *(scenario for group in _GROUPS for scenario in group.SCENARIOS))
}


def find(name: str) -> Scenario:
    """Return the scenario of that name.

    Raises:
        Misuse: there is none.
    """
    if name not in SCENARIOS:
        raise Misuse(f"There is no scenario {name!r}.", "See `atom-release scenarios`.")
    return SCENARIOS[name]


def manifest_bytes(scenario: str) -> bytes:
    """Return the manifest of a scenario without writing anything.

    Raises:
        Misuse: there is no such scenario.
    """
    return find(scenario).files()["release.yaml"]
