"""Criteria as asset checks: made from the one catalogue, computing nothing.

FAIL and INCONCLUSIVE are ERROR, BLOCKED and WAIVED are WARN. They show; they do not guard: blocking
checks do not protect a tag.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

import dagster as dg

from atom_release.gate.catalogue.criteria import Criterion, expected, roll_ups, worst
from atom_release.gate.manifest import Manifest, slug
from atom_release.gate.vocabulary import Outcome
from atom_release.graph.blueprint import Blueprint

if TYPE_CHECKING:
    from atom_release.gate.decision.decision import CriterionResult
    from atom_release.gate.documents.rows import LegRow, Row

_WARN = {Outcome.BLOCKED, Outcome.WAIVED}
_NOTED = " (noted: this refuses nothing)"
_GUARD = "It shows; the gate guards the tag, and derives the decision again."


def check_specs(
    blueprint: Blueprint, criteria: Iterable[Criterion], asset: str
) -> list[dg.AssetCheckSpec]:
    """Return the check specs for criteria that stand on one asset, and for what rolls them up."""
    described = {
        criterion.check_name: f"{criterion.id} {criterion.title}: {criterion.asks}"
        for criterion in criteria
    }
    described |= {
        slug(name): f"{name}: the worst of {', '.join(member.id for member in members)}."
        for name, members in rolled_on(blueprint.manifest, asset).items()
    }
    return [
        dg.AssetCheckSpec(
            name=name, asset=blueprint.key_of(asset), description=f"{sentence} {_GUARD}"
        )
        for name, sentence in described.items()
    ]


def rolled_on(manifest: Manifest, asset: str) -> dict[str, tuple[Criterion, ...]]:
    """Return the roll-ups that an asset shows, each with the criteria that it is the worst of.

    It shows those whose criteria stand on it; the snapshot shows those of several assets. One with
    a member that is not asked is no conjunction, and has no check.
    """
    by_id = {criterion.id: criterion for criterion in expected(manifest)}
    whole = {
        name: tuple(by_id[member] for member in members)
        for name, members in roll_ups(manifest).items()
        if members and all(member in by_id for member in members)
    }
    return {name: members for name, members in whole.items() if _place_of(members) == asset}


def _place_of(members: Iterable[Criterion]) -> str:
    assets = {member.asset for member in members}
    return assets.pop() if len(assets) == 1 else "snapshot"


def rolled_results(
    key: dg.AssetKey,
    rolled: Mapping[str, Sequence[Criterion]],
    results: Iterable[CriterionResult],
) -> Iterator[dg.AssetCheckResult]:
    """Yield the check result of each roll-up: the worst of its members, which are judged above."""
    from atom_release.gate.documents.rows import rows_of

    judged = {row.name: row for row in rows_of(results)}
    for name, members in rolled.items():
        rows = [judged[member.id] for member in members]
        outcome = worst(row.outcome for row in rows if row.outcome is not None)
        worse = [row for row in rows if row.outcome is outcome]
        sentence = "; ".join(f"{row.name} {row.sentence}" for row in worse)
        noted = _NOTED if any(row.noted for row in worse) and all(map(_holds, rows)) else ""
        yield dg.AssetCheckResult(
            asset_key=key,
            check_name=slug(name),
            passed=all(map(_holds, rows)),
            severity=_severity(outcome),
            description=f"{outcome}: {sentence}{noted}",
            metadata={"outcome": str(outcome), **{row.name: row.sentence for row in rows}},
        )


def _holds(row: Row) -> bool:
    """Return whether nothing is wrong with a criterion: PASS, or BLOCKED where that is noted.

    A noted BLOCKED stands beside a GREEN, and Dagster would call it failed; its sentence says what
    it is.
    """
    return row.outcome is Outcome.PASS or row.noted


def _severity(outcome: Outcome | None) -> dg.AssetCheckSeverity:
    return dg.AssetCheckSeverity.WARN if outcome in _WARN else dg.AssetCheckSeverity.ERROR


def check_results(
    key: dg.AssetKey, results: Iterable[CriterionResult]
) -> Iterator[dg.AssetCheckResult]:
    """Yield the check result of each judged criterion, to be yielded after the materialization."""
    from atom_release.gate.documents.rows import rows_of

    for row in rows_of(results):
        yield dg.AssetCheckResult(
            asset_key=key,
            check_name=slug(row.name),
            passed=_holds(row),
            severity=_severity(row.outcome),
            description=f"{row.sentence}{_NOTED if row.noted else ''}",
            metadata={
                "outcome": row.state,
                "assurance": str(row.assurance or "none"),
                "noted": row.noted,
                "legs": _legs(row),
            },
        )


def _legs(row: Row) -> dg.TableMetadataValue:
    from atom_release.graph.metadata import table_of

    columns = ("leg", "asked of", "outcome", "assurance", "control", "found", "change")
    return table_of(columns, map(_cells, row.legs))


def _cells(leg: LegRow) -> tuple[str, ...]:
    return (
        leg.question,
        leg.subject,
        leg.state,
        leg.assurance,
        leg.control,
        leg.reason,
        leg.remedy,
    )
