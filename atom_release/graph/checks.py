"""Criteria as asset checks: made from the one catalogue, computing nothing.

FAIL and INCONCLUSIVE are ERROR, BLOCKED and WAIVED are WARN. They show; they do not guard: blocking
checks do not protect a tag.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

import dagster as dg

from atom_release.gate.catalogue.criteria import Criterion
from atom_release.gate.documents.rows import LegRow, Row, rows_of
from atom_release.gate.manifest import slug
from atom_release.gate.vocabulary import Outcome
from atom_release.graph.blueprint import Blueprint

if TYPE_CHECKING:
    from atom_release.gate.decision.decision import CriterionResult

_WARN = {Outcome.BLOCKED, Outcome.WAIVED}


def check_specs(blueprint: Blueprint, criteria: Iterable[Criterion]) -> list[dg.AssetCheckSpec]:
    """Return the check specs for criteria that stand on one asset."""
    return [
        dg.AssetCheckSpec(
            name=criterion.check_name,
            asset=blueprint.key_of(criterion.asset),
            description=f"{criterion.id} {criterion.title}: {criterion.asks}",
        )
        for criterion in criteria
    ]


def check_results(
    key: dg.AssetKey, results: Iterable[CriterionResult]
) -> Iterator[dg.AssetCheckResult]:
    """Yield the check result of each judged criterion, to be yielded after the materialization."""
    for row in rows_of(results):
        yield dg.AssetCheckResult(
            asset_key=key,
            check_name=slug(row.name),
            passed=row.outcome is Outcome.PASS,
            severity=(
                dg.AssetCheckSeverity.WARN if row.outcome in _WARN else dg.AssetCheckSeverity.ERROR
            ),
            description=row.sentence,
            metadata={
                "outcome": row.state,
                "assurance": str(row.assurance or "none"),
                "noted": row.noted,
                "legs": _legs(row),
            },
        )


def _legs(row: Row) -> dg.TableMetadataValue:
    columns = ("leg", "asked of", "outcome", "assurance", "control", "found", "change")
    records = [
        dg.TableRecord(
            {column: str(value) for column, value in zip(columns, _cells(leg), strict=True)}
        )
        for leg in row.legs
    ]
    return dg.MetadataValue.table(
        records, schema=dg.TableSchema([dg.TableColumn(name) for name in columns])
    )


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
