"""The claims that a report gives of itself, for machines: what a claims block may hold.

The published form of the record: `atom-release schema --claims`. Finding a block in a report is
`atom_release.reader.claims_block`. Everything is optional; what is absent is read from the prose.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from atom_release.gate.claims.record import ClaimKind, EnvironmentRow, TestCounts

SCHEMA_ID = "urn:atom-release:schema:release-claims:1"
_SHORT = StringConstraints(min_length=1, max_length=300)

Text = Annotated[str, _SHORT]
PolicyName = Annotated[str, StringConstraints(pattern=r"^P-\d{1,2}$")]
Day = Annotated[str, StringConstraints(pattern=r"^\d{4}-\d{2}-\d{2}([T ].{1,30})?$")]


class GivenStatus(StrEnum):
    """The statuses that a report can give itself."""

    PASS = "PASS"  # noqa: S105 - an outcome, not a password
    FAIL = "FAIL"
    BLOCKED = "BLOCKED"
    PARTIAL = "PARTIAL"
    SIMULATED = "SIMULATED"


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class GivenClaim(_Strict):
    """One further assertion: a number with its unit and bound."""

    kind: ClaimKind
    value: str | float | int
    unit: Text | None = None
    comparator: Literal["=", "<", "<=", ">", ">=", "~"] = "="
    detail: Text | None = Field(default=None, description="p50, p90, p95, p99, avg or max")


class GivenClaims(_Strict):
    """What a report asserts of its own service, said once, for machines."""

    task_id: Text | None = None
    service: Text | None = None
    status: GivenStatus | None = None
    tests: TestCounts | None = None
    policies: dict[PolicyName, GivenStatus] = Field(default_factory=dict)
    branch: Text | None = None
    commit: Text | None = None
    version: Text | None = None
    date: Day | None = None
    deliverables: tuple[Text, ...] = Field(default=(), description="paths in the repository")
    environment: tuple[EnvironmentRow, ...] = ()
    claims: tuple[GivenClaim, ...] = Field(
        default=(), description="coverage, accuracy, latency and the like"
    )


def claims_schema() -> dict[str, Any]:
    """Return the JSON schema of a claims block, with its `$id`."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": SCHEMA_ID,
        **GivenClaims.model_json_schema(),
    }
