"""The matrix of each policy's legs against each service: what was not asked is no pass.

A cell says its outcome with assurance and control, or "n/a" with the reason why nothing was asked
there.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from pydantic import BaseModel, ConfigDict

from atom_release.gate.decision.decision import CriterionResult
from atom_release.gate.manifest import Manifest
from atom_release.gate.rules.legs import Leg
from atom_release.gate.vocabulary import Outcome

RELEASE = "release"
NOT_APPLICABLE = "n/a"


class Cell(BaseModel):
    """One policy's leg about one service, or about the release as a whole."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    policy: str
    leg: str
    service: str
    outcome: str
    asked_of: str = ""
    assurance: str = ""
    control: str = ""
    reason: str
    remedy: str = ""

    @property
    def short(self) -> str:
        """Return the cell in a few words."""
        if self.outcome == NOT_APPLICABLE:
            return f"{NOT_APPLICABLE}: {self.reason}"
        if self.outcome == Outcome.BLOCKED:
            return f"{self.outcome}, nothing answered"
        return f"{self.outcome}, {self.assurance or 'not asked'}, control {self.control or 'none'}"


def columns(manifest: Manifest) -> tuple[str, ...]:
    """Return the release as a whole, then its services."""
    return RELEASE, *(service.id for service in manifest.services)


def cells(manifest: Manifest, results: Sequence[CriterionResult]) -> list[Cell]:
    """Return every cell: row by row, the release first."""
    return [
        cell
        for result in results
        for row in _rows(manifest, result)
        for cell in _row(manifest, result, *row)
    ]


def rows(cells: Sequence[Cell]) -> list[Sequence[Cell]]:
    """Return the cells row by row, one row for each leg; each row holds every column."""
    width = len({cell.service for cell in cells})
    return [cells[start : start + width] for start in range(0, len(cells), max(width, 1))]


def _rows(manifest: Manifest, result: CriterionResult) -> Iterator[tuple[str, dict[str, Leg]]]:
    """Yield each question with its legs by column.

    Two systems or artifacts that one question is put to are two rows, named apart.
    """
    services = {service.id for service in manifest.services}
    by_question: dict[tuple[str, str], dict[str, Leg]] = {}
    for leg in result.legs:
        column = leg.subject if leg.subject in services else RELEASE
        by_question.setdefault((leg.question, "" if column != RELEASE else leg.subject), {})[
            column
        ] = leg
    several = Counter(question for question, subject in by_question if subject)
    for (question, subject), legs in by_question.items():
        yield f"{question}/{subject}" if several[question] > 1 and subject else question, legs


def _row(
    manifest: Manifest, result: CriterionResult, question: str, legs: Mapping[str, Leg]
) -> Iterator[Cell]:
    for column in columns(manifest):
        leg = legs.get(column)
        why = "asked of the release" if RELEASE in legs else "asked of each service"
        yield (
            _cell(result.id, question, leg, column)
            if leg
            else Cell(
                policy=result.id, leg=question, service=column, outcome=NOT_APPLICABLE, reason=why
            )
        )


def _cell(policy: str, question: str, leg: Leg, column: str) -> Cell:
    return Cell(
        policy=policy,
        leg=question,
        service=column,
        outcome=str(leg.outcome or NOT_APPLICABLE),
        asked_of=leg.subject,
        assurance=str(leg.assurance or ""),
        control=str(leg.control or ""),
        reason=leg.reason,
        remedy=leg.remedy,
    )
