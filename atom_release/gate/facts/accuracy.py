"""The facts of the question `accuracy`: how the judged code answered labelled rows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from pydantic import Field, model_validator

from atom_release.gate.facts.finding import Finding
from atom_release.gate.facts.model import Facts

FEWEST = 10
"""Of fewer different rows, no answers could be told from those of chance."""


class Jitter(Facts):
    """The same rows asked again, once as they are and once with numbers moved very little.

    Code that has learned answers nearly all of them as before; a table of the labelled rows answers
    only what stands in it.
    """

    columns: tuple[str, ...] = Field(description="the columns whose numbers were moved")
    rows: int = Field(ge=0, description="rows that were answered and asked again")
    changed: int = Field(ge=0, description="of them, answered otherwise once moved")
    changed_unmoved: int = Field(ge=0, description="of them, answered otherwise as they are")


class DistinctRows(Facts):
    """The rows with equal ones counted once: right where each of the equal ones was."""

    rows: int = Field(gt=0)
    right: int = Field(ge=0)
    only_right: int = Field(ge=0, description="right, and not labelled as most rows are")
    only_majority: int = Field(ge=0, description="wrong, and labelled as most rows are")


class RowsWarning(Facts):
    """What is worth knowing of the labelled rows."""

    rule: str
    path: str = Field(description="the file of rows")
    summary: str


class AccuracyFacts(Facts):
    """What the answers came to; rows without an answer count as wrong."""

    n: int = Field(gt=0)
    correct: int = Field(ge=0)
    unanswered: int = Field(default=0, ge=0)
    accuracy: float | None = None
    low: float | None = Field(default=None, description="Wilson's interval of the accuracy")
    high: float | None = None
    precision: float | None = None
    recall: float | None = None
    f1: float | None = None
    labelled_positive: int | None = None
    answered_positive: int | None = None
    majority: float = Field(
        ge=0, le=1, description="what always answering the most frequent label would score"
    )
    majority_label: str | None = None
    classes: int | None = None
    distinct: DistinctRows | None = None
    telling: list[str] = Field(
        default_factory=list, description="columns that are the label under another name"
    )
    rows_of: Literal["tree", "operator"] = Field(
        default="tree", description="who holds the labelled rows"
    )
    minimum: float | None = None
    separator: str | None = Field(default=None, description="what parts the file's columns")
    columns: dict[str, str] | None = Field(
        default=None, description="column -> what its cells were sent as"
    )
    labels_in_reach: list[str] = Field(
        default_factory=list, description="the rows, or a .git, where the service could read them"
    )
    reach_control: str | None = Field(
        default=None, description="a file that the same search had to find, and found"
    )
    jitter: Jitter | None = None
    warnings: list[RowsWarning] = Field(
        default_factory=list, description="what is worth knowing and decides nothing"
    )

    @property
    def bears_no_score(self) -> str:
        """Why these rows show nothing, however they were answered; nothing where they do."""
        if self.telling:
            return (
                f"column {' and column '.join(self.telling)} is the label under another name: its"
                " cells say what the label says"
            )
        if self.distinct is not None and self.distinct.rows < FEWEST:
            return f"{self.distinct.rows} different rows are too few to bear a score"
        return ""

    @model_validator(mode="after")
    def _adds_up(self) -> AccuracyFacts:
        if self.correct + self.unanswered > self.n:
            message = "more answers than rows"
            raise ValueError(message)
        return self

    def magnitudes(self) -> Mapping[str, float]:
        """Return the share of rows that were answered wrongly or not at all."""
        return {"wrong answers, share": 1 - self.correct / self.n}

    def list_findings(self) -> tuple[Finding, ...]:
        """Return what is worth knowing of the rows."""
        return tuple(
            Finding(
                warning.rule,
                warning.summary,
                decides=False,
                path=warning.path,
                identity=(warning.path, warning.summary),
            )
            for warning in self.warnings
        )
