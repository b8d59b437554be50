"""The JSON documents that commands print, as models: what is printed is what the schema says.

What a person sees instead stands in the `output_*` modules beside this one.
"""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from atom_release.gate.vocabulary import Assurance, Outcome, Verdict

_DRAFT = "https://json-schema.org/draft/2020-12/schema"


class Document(BaseModel):
    """What all of them have in common: nothing that is not named."""

    model_config = ConfigDict(extra="forbid")


class CriterionEntry(Document):
    """One criterion that was asked; `before` is its outcome before a waiver."""

    id: str
    outcome: Outcome
    assurance: Assurance | None
    reason: str
    evidence: list[str]
    before: Outcome | None


class TagEntry(Document):
    """The tag of a release: its object, the commit it points at, and the commit that was judged."""

    name: str
    object: str
    commit: str
    judged: str


class RunDocument(Document):
    """What `run --json` and `audit --json` print. `artifacts` are SHA-256 by name."""

    decision: Verdict
    release: str
    commit: str
    criteria: list[CriterionEntry]
    tag: TagEntry | None
    artifacts: dict[str, str]
    page: str
    left_out: dict[str, str]
    claims: dict[str, Any]
    contradictions: list[dict[str, Any]]
    baseline: str
    waivers: list[dict[str, Any]]
    approvals: list[dict[str, Any]]
    notes: list[str] = Field(serialization_alias="said")


class TaskDocument(Document):
    """What `run --only TASK --json` prints: the criteria that one task settles, and no decision."""

    task: str
    release: str
    commit: str
    criteria: list[CriterionEntry]
    artifacts: dict[str, str]
    left_out: dict[str, str]
    notes: list[str]


class Explanation(Document):
    """One thing that keeps a criterion from PASS, and what changes it."""

    criterion: str
    outcome: str
    expected: str
    wrong: str = Field(description="what is wrong, in plain words")
    place: str = Field(description="file and line, or the endpoint and how it was asked")
    finding: str = Field(serialization_alias="found")
    where: str
    sure: str
    change: str
    otherwise: str = Field(description="what else would change it; empty where nothing does")
    how: Literal["command", "edit", "by hand"]
    failure: str
    waivable: str


class ExplanationDocument(Document):
    """What `explain --json` prints."""

    decision: Verdict
    commit: str
    contradictions: list[dict[str, Any]]
    explanations: list[Explanation]


class StatusDocument(Document):
    """What `status --json` prints; `decision` is null where nothing was judged yet."""

    release: str
    commit: str
    decision: Verdict | None
    reason: str
    as_of: str | None
    tag: str
    released: bool
    next: str | None


class ErrorDocument(Document):
    """What every command prints with `--json` where it could not do what it was asked."""

    error: str
    remedy: str


DOCUMENTS: dict[str, type[Document]] = {
    "run": RunDocument,
    "audit": RunDocument,
    "task": TaskDocument,
    "explain": ExplanationDocument,
    "status": StatusDocument,
    "error": ErrorDocument,
}
"""The documents by the command that prints them; `task` is `run --only`."""


def document_schema(command: str) -> dict[str, Any]:
    """Return the JSON schema of what a command prints, with its `$id`."""
    return named_schema(command, TypeAdapter(DOCUMENTS[command]).json_schema(mode="serialization"))


def named_schema(name: str, schema: dict[str, Any]) -> dict[str, Any]:
    """Return a schema with its draft and its `$id`."""
    return {"$schema": _DRAFT, "$id": f"urn:atom-release:{name}:1", **schema}
