"""One report asset's work.

Make the artifacts, store them, show them, then yield one check for each criterion that it shows.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import dagster as dg

from atom_release.gate.decision.decide import judge
from atom_release.gate.decision.decision import CriterionResult
from atom_release.graph.blueprint import Blueprint
from atom_release.graph.checks import check_results, rolled_on, rolled_results
from atom_release.graph.metadata import metadata_of
from atom_release.graph.station import Station
from atom_release.records import canonical
from atom_release.release import progress, run_history
from atom_release.release.work import Work


def materialize(
    work: Work, blueprint: Blueprint, station: Station
) -> Iterator[dg.MaterializeResult[None] | dg.AssetCheckResult]:
    """Make, store and show one report, then the criteria on it.

    An already released commit shows its recorded ones.
    """
    from atom_release.release.suites_beside import ended_by_interrupt

    with ended_by_interrupt(), progress.step(station.name) as outcomes:
        artifacts, results = _made(work, station)
        shown = [result for result in results if result.asset == station.name]
        outcomes += [(result.id, str(result.outcome)) for result in shown]
        key = blueprint.key_of(station.name)
        yield dg.MaterializeResult(
            asset_key=key,
            data_version=data_version(artifacts),
            metadata=metadata_of(work, station.makes, artifacts, shown),
        )
        yield from check_results(key, shown)
        yield from rolled_results(key, rolled_on(work.manifest, station.name), results)


def data_version(artifacts: Mapping[str, bytes]) -> dg.DataVersion:
    """Return the version of what a station made: one digest over its artifacts by name."""
    digests = {name: canonical.digest(content) for name, content in artifacts.items()}
    return dg.DataVersion(canonical.digest(canonical.encode(digests)))


def _made(work: Work, station: Station) -> tuple[Mapping[str, bytes], list[CriterionResult]]:
    """Return the artifacts of one report and the criteria on it: recorded, else made and stored."""
    recorded = work.standing
    if recorded is not None:
        artifacts: Mapping[str, bytes] = {
            name: recorded.artifacts[name] for name in station.makes if name in recorded.artifacts
        }
        # The record does without pictures and page.
        artifacts = {
            **artifacts,
            **work.inputs(name for name in station.makes if name.endswith((".svg", ".html"))),
        }
        results = [*recorded.record.decision.criteria]
    elif (signed := work.signed()) is not None:
        artifacts = signed
        results = judged(work, station, artifacts)
    else:
        run_history.begin(work)
        artifacts = station.make(work)
        run_history.refuse(work, artifacts)
        run_history.note_costs(work)
        artifacts = work.write(artifacts)
        results = judged(work, station, artifacts)
    return artifacts, results


def judged(work: Work, station: Station, artifacts: Mapping[str, bytes]) -> list[CriterionResult]:
    """Judge the criteria shown on a station, and those rolled up there, from what is stored so far.

    Those of its own come first.
    """
    case = work.case({**work.inputs_seen(work.names.evidence_artifacts), **artifacts})
    rolled = rolled_on(work.manifest, station.name).values()
    shown = [*station.shows(work.manifest), *(member for members in rolled for member in members)]
    return [judge(criterion, case) for criterion in dict.fromkeys(shown)]
