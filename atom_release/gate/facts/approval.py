"""The facts of `approval`: what the dangerous action answered without approval and with it."""

from __future__ import annotations

import re

from pydantic import ConfigDict, Field, model_validator

from atom_release.gate.facts.model import Facts

_PREPARED = re.compile(r"prepare_\d+")


class ApprovalFacts(Facts):
    """The status of each step as far as it came, and digests of the state beside them.

    Of a request the status is HTTP's, of a program the one that it ended with. Each that prepares
    the action has its own as `prepare_0`, `prepare_1` and so on.
    """

    model_config = ConfigDict(frozen=True, extra="allow")
    __pydantic_extra__: dict[str, int]

    state_at_first: int | None = None
    state_at_first_sha256: str = ""
    state_before: int | None = None
    state_before_sha256: str = ""
    act_without_approval: int | None = None
    state_after_refusal: int | None = None
    state_after_refusal_sha256: str = ""
    state_later: int | None = None
    state_later_sha256: str = Field(default="", description="some seconds later")
    state_by_itself: int | None = None
    state_by_itself_sha256: str = Field(
        default="", description="as long after that, where one of the two before had changed"
    )
    approve: int | None = None
    state_after_approval: int | None = None
    state_after_approval_sha256: str = ""
    act_approved: int | None = None
    state_after_action: int | None = None
    state_after_action_sha256: str = ""
    record: int | None = None
    record_lacks: tuple[str, ...] = Field(
        default=(), description="names that the record has to hold and does not"
    )
    digests_in_record: int | None = Field(default=None, ge=0)

    @model_validator(mode="after")
    def _only_prepared(self) -> ApprovalFacts:
        others = [name for name in self.__pydantic_extra__ if not _PREPARED.fullmatch(name)]
        if others:
            message = f"no step is called {others[0]}"
            raise ValueError(message)
        return self
