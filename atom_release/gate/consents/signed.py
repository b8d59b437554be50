"""What every consent has that a person signs: of which commit, by whom, from when until when."""

from __future__ import annotations

import re
from datetime import datetime
from enum import StrEnum
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field

_RFC3339 = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)")


def _moment(value: object) -> object:
    if isinstance(value, str) and not _RFC3339.fullmatch(value):
        message = "give a moment as RFC 3339 has it, with its zone, e.g. 2026-01-31T18:00:00Z"
        raise ValueError(message)
    if not isinstance(value, str | datetime):
        message = "a moment is text, not a number"
        raise ValueError(message)  # noqa: TRY004 - pydantic reports ValueError
    return value


def _said(value: str) -> str:
    if not value.strip():
        message = "must say something"
        raise ValueError(message)
    return value


Moment = Annotated[AwareDatetime, BeforeValidator(_moment)]
Said = Annotated[str, AfterValidator(_said), Field(max_length=2000)]
Commit = Annotated[str, Field(pattern=r"^([0-9a-f]{40}|[0-9a-f]{64})$")]


class Signature(StrEnum):
    """Who signed what a person presented, as far as that could be established."""

    TRUSTED = "trusted"  # a key that the operator's file, or the release before, names
    SOLO = "solo"  # the producer's own key: nobody else looked
    UNKNOWN_KEY = "unknown key"
    BAD = "bad signature"
    UNREADABLE = "unreadable"


class Consent(BaseModel):
    """What a person signs about a commit."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    commit: Commit
    approver: Said
    not_before: Moment
    expires: Moment = Field(description="the first moment at which it no longer counts")

    def about_another(self, commit: str) -> str:
        """Return that it is for another commit than this one, or nothing."""
        return "" if self.commit == commit else f"it is for another commit: {self.commit[:12]}"

    def out_of_time(self, as_of: datetime) -> str:
        """Return that it does not count at this moment, or nothing."""
        if as_of < self.not_before:
            return f"it does not count before {self.not_before.isoformat()}"
        if as_of >= self.expires:
            return f"it expired at {self.expires.isoformat()}"
        return ""


class HandedIn(BaseModel):
    """A consent as it was handed in, with what was established about its signature.

    `signer` is the name under which the key is trusted.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    digest: str
    signature: Signature
    signer: str = ""
