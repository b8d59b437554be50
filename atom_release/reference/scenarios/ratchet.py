"""A scenario about the ratchet.

Nothing is wrong with what was found, but the manifest asks less than the one of the release before.
"""

from __future__ import annotations

from atom_release.gate.vocabulary import Outcome
from atom_release.reference.scenarios.regression import found_then
from atom_release.reference.scenarios.scenario import Earlier, Files, Scenario, ask_only, replace

_MANIFEST = "release.yaml"


def _looser(tree: Files) -> None:
    replace(tree, _MANIFEST, "    budget: &steady {", "    budget: &steady {p95: 2s, ")


def _before(tree: Files) -> None:
    replace(
        tree,
        _MANIFEST,
        "version: v3.0.0\n  tag: v3.0.0-phaseC\n",
        "version: v2.9.0\n  tag: v2.9.0-phaseC\n",
    )
    ask_only(tree, "P-6", "T5")


SCENARIOS = (
    Scenario(
        "budget-loosened",
        "P-6",
        {"P-6": Outcome.FAIL, "T5": Outcome.FAIL},
        "The manifest allows p95 2 s where the previous release allowed 0.8 s: all is within the"
        " budget, and the budget is another.",
        _looser,
        earlier=Earlier(_before, found_then),
    ),
)
