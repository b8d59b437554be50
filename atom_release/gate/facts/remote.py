"""The facts of `remote`: what the remote's branches hold."""

from __future__ import annotations

from pydantic import Field

from atom_release.gate.facts.model import Facts


class RemoteFacts(Facts):
    """The commits of two branches, None where there is no such branch."""

    remote: str = Field(description="its address without credentials")
    branch: str | None = Field(description="the release's branch")
    base: str | None = Field(description="the branch that it is to be pulled into")
