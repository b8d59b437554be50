"""One report asset's work: make the artifacts, store them, show them, then yield one check for each criterion that it shows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import dagster as dg

from atom_release.gate.decision import CriterionResult, judge
from atom_release.graph.checks import check_results
from atom_release.graph.shown import metadata_of
from atom_release.graph.stations import Station
from atom_release.graph.step import Step


def materialize(step: Step, station: Station) -> Iterator[dg.MaterializeResult[None] | dg.AssetCheckResult]:
    """Make, store and show one report, then the criteria on it; an already released commit shows its recorded ones."""
    key = step.blueprint.key_of(station.name)
    recorded = step.standing
    if recorded is not None:
        artifacts: Mapping[str, bytes] = {name: recorded.artifacts[name] for name in station.makes if name in recorded.artifacts}
        # The record does without pictures and page.
        artifacts = {**artifacts, **step.inputs(name for name in station.makes if name.endswith((".svg", ".html")))}
        results = [result for result in recorded.record.decision.criteria if result.asset == station.name]
    else:
        step.begin()
        artifacts = station.make(step)
        step.write(artifacts)
        results = judged(step, station, artifacts)
    yield dg.MaterializeResult(asset_key=key, metadata=metadata_of(step, station.makes, artifacts, results))
    yield from check_results(key, results)


def judged(step: Step, station: Station, artifacts: Mapping[str, bytes]) -> list[CriterionResult]:
    """Judge the criteria shown on a station from what has been stored so far."""
    case = step.case({**step.inputs(step.blueprint.evidence_artifacts), **artifacts})
    return [judge(criterion, case) for criterion in station.shows(step.manifest)]
