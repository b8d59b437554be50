"""The facts of `tag`: who holds the name of the release's tag already."""

from __future__ import annotations

from pydantic import Field

from atom_release.gate.facts.model import Facts


class TagHolder(Facts):
    """A tag that stands somewhere; `commit` is what it points at in the end."""

    where: str = Field(description="`here` or `on the remote`")
    ref: str
    object: str
    commit: str


class TagFacts(Facts):
    """The name, and every tag that has it or cannot stand beside it."""

    tag: str
    remote: str = Field(description="its address without credentials; empty where none was asked")
    holders: tuple[TagHolder, ...]
