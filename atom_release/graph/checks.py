"""Criteria as asset checks: made from the one catalogue, computing nothing.

FAIL and INCONCLUSIVE are ERROR, BLOCKED and WAIVED are WARN. They show; they do not guard: blocking
checks do not protect a tag.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

import dagster as dg

from atom_release.gate.catalogue.criteria import Criterion
from atom_release.gate.manifest import slug
from atom_release.gate.vocabulary import Outcome
from atom_release.graph.blueprint import Blueprint

if TYPE_CHECKING:
    from atom_release.gate.decision.decision import CriterionResult
    from atom_release.gate.rules.legs import Leg

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
    for result in results:
        yield dg.AssetCheckResult(
            asset_key=key,
            check_name=slug(result.id),
            passed=result.outcome is Outcome.PASS,
            severity=(
                dg.AssetCheckSeverity.WARN
                if result.outcome in _WARN
                else dg.AssetCheckSeverity.ERROR
            ),
            description=f"{result.outcome}: {result.reason}",
            metadata={
                "outcome": result.outcome.value,
                "assurance": str(result.assurance or "none"),
                "noted": result.noted,
                "legs": _legs(result),
            },
        )


def _legs(result: CriterionResult) -> dg.TableMetadataValue:
    columns = ("leg", "asked of", "outcome", "assurance", "control", "found", "change")
    records = [
        dg.TableRecord(
            {column: str(value) for column, value in zip(columns, _row(leg), strict=True)}
        )
        for leg in result.legs
    ]
    return dg.MetadataValue.table(
        records, schema=dg.TableSchema([dg.TableColumn(name) for name in columns])
    )


def _row(leg: Leg) -> tuple[str, ...]:
    return (
        leg.question,
        leg.subject,
        leg.outcome or "not applicable",
        leg.assurance or "",
        leg.control or "",
        leg.reason,
        leg.remedy,
    )
