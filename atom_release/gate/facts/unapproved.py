"""The facts of `unapproved`: what in the tree speaks against a person having approved what runs."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from atom_release.gate.facts.contradiction import ContradictionFacts, Place
from atom_release.gate.facts.model import Facts

WhyUnapproved = Literal["same-second", "no-approver"]


class StatedPass(Facts):
    """A place that says that P-3 passed, of a service or of the release."""

    service: str = Field(default="", description="whose report it is; empty of a document")
    place: Place


class AutomaticWords(Facts):
    """A line that says that something is activated by itself."""

    service: str = Field(default="", description="whose code or report it is; empty of a document")
    place: Place


class UnapprovedRow(Facts):
    """A committed record of something active that nobody is said to have approved."""

    place: Place
    record: str = Field(description="the table, or where in the file it stands")
    why: WhyUnapproved


class UnapprovedTest(Facts):
    """A test of a suite that wants an activation without approval."""

    service: str
    place: Place


class UnapprovedFacts(ContradictionFacts):
    """What was read, and what speaks against an approval."""

    files: int = Field(default=0, description="files of code, rows and tests that were read")
    passed: list[StatedPass] = Field(default_factory=list)
    automatic: list[AutomaticWords] = Field(default_factory=list)
    rows: list[UnapprovedRow] = Field(default_factory=list)
    tests: list[UnapprovedTest] = Field(default_factory=list)
