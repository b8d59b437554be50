"""What of a judgement sticks to the judged tree, so that no other commit of it is asked afresh.

A failure of what ran the release's code on this machine is the tree's: a new message on the same
tree changes nothing that was run. What is read from the history, asked of a deployed system or of
people, may be another for another commit of the same tree. Where the failures are kept is
`records.history`'s.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from atom_release.gate.facts.suite import SuiteFacts
from atom_release.gate.once import once_each
from atom_release.gate.vocabulary import Assurance, Outcome

if TYPE_CHECKING:
    from atom_release.gate.decision.decision import CriterionResult
    from atom_release.gate.facts.evidence import Evidence
    from atom_release.gate.manifest import Manifest
    from atom_release.gate.rules.legs import Leg

_SUITES = frozenset({"suite", "integration"})
_RUN = _SUITES | {
    "accuracy",
    "approval",
    "health",
    "isolation",
    "latency",
    "metrics",
    "migrations",
    "own-check",
    "own-probe",
    "privacy",
    "secret-use",
    "signature",
    "tampered-artifact",
    "tokens",
}
"""Questions whose answers come of running what the tree holds."""


def determined_by_tree(results: Iterable[CriterionResult], manifest: Manifest) -> frozenset[str]:
    """Return the criteria of which every failing leg ran the tree's own code here."""
    whole = _seeing_history(manifest)
    return frozenset(
        result.id
        for result in results
        if (failing := [leg for leg in result.legs if leg.outcome is Outcome.FAIL])
        and all(_is_of_tree(leg, whole) for leg in failing)
    )


@once_each
def _seeing_history(manifest: Manifest) -> frozenset[str]:
    """Return the services and integration tests whose tests see the whole history."""
    return frozenset(
        {service.id for service in manifest.services if _sees_history(service.suite)}
        | {tests.name for tests in manifest.integration if _sees_history(tests)}
    )


def _sees_history(tests: object) -> bool:
    return getattr(tests, "history", "") == "full"


def _is_of_tree(leg: Leg, whole: Iterable[str]) -> bool:
    if leg.question in _SUITES and leg.subject in whole:
        return False
    return leg.question in _RUN and leg.assurance is Assurance.REHEARSED


def may_stick(leg: Leg) -> bool:
    """Return whether a leg is one that a refusal can rest on: failed, or a suite that is open."""
    open_suite = leg.outcome is Outcome.INCONCLUSIVE and leg.question in _SUITES
    return leg.outcome is Outcome.FAIL or open_suite


def ended_runners(
    results: Iterable[CriterionResult], evidence: Mapping[str, Evidence]
) -> dict[str, str]:
    """Return the criteria of which a suite ended its own runner, each with what was said of it.

    By no limit of the gate's, and for nothing that it was not shown.
    """
    return {
        result.id: leg.reason
        for result in results
        for leg in result.legs
        if leg.outcome is Outcome.INCONCLUSIVE
        and leg.question in _SUITES
        and any(_ended(evidence[digest]) for digest in leg.evidence if digest in evidence)
    }


def _ended(piece: Evidence) -> bool:
    facts = SuiteFacts.read(piece.facts)
    return facts is not None and any(run.ended for run in facts.runs)
