"""The facts of `report` and `claims`: where a service's report is, and what it asserts."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, JsonValue

from atom_release.gate.facts.model import Facts

State = Literal["one", "twice", "absent", "unread"]


class ReportFacts(Facts):
    """Whether the report is there, once, and can be read; and what it says of itself."""

    state: State
    paths: tuple[str, ...]
    status: str = ""
    status_raw: str | None = None
    task_id: str | None = None
    disagreements: tuple[str, ...] = Field(
        default=(), description="where several reports of one task say different things"
    )
    unread: str = Field(default="", description="why it could not be read")


class AddedFact(Facts):
    """The commit that added the report."""

    commit: str
    when: str
    complete: bool = Field(description="whether the history back to it is whole")


class UnchangedFact(Facts):
    """Whether what the report speaks of is as it was when the report came; None if unknown."""

    code: bool | None = None
    data: bool | None = None


class ClaimsFacts(Facts):
    """What a report asserts, with what the tree and its history tell about that.

    `record` is a `claims.record.ClaimRecord` and `known` a `claims.service_facts.Known`, which
    stand above this room.
    """

    record: dict[str, JsonValue]
    known: dict[str, JsonValue]
    added: AddedFact | None = None
    unchanged: UnchangedFact = UnchangedFact()
