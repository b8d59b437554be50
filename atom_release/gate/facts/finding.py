"""One finding as a document shows it, whichever question it answers.

A question's facts say which findings they hold (`Facts.list_findings`), so that no document needs
to know their form.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True)
class Finding:
    """What was found, where, by which rule, and whether it decides.

    Attributes:
        rule: which rule found it.
        summary: one sentence, never a value of the release's.
        decides: whether it is a reason for FAIL; the others are warnings.
        path: of the judged tree, empty where it is not at a place in it.
        line: counted from 1; 0 where there is none.
        remedy: what would mend it, empty where the leg's says it.
        identity: what stays the same where it moves down its file.
    """

    rule: str
    summary: str
    decides: bool
    path: str = ""
    line: int = 0
    remedy: str = ""
    identity: tuple[str, ...] = ()


class Place(Protocol):
    """A place that a scan found."""

    def as_finding(self, *, decides: bool) -> Finding:
        """Return it as documents show it."""


def list_places(findings: Iterable[Place], warnings: Iterable[Place]) -> tuple[Finding, ...]:
    """Return what a scan found, then what it warns of."""
    return (
        *(place.as_finding(decides=True) for place in findings),
        *(place.as_finding(decides=False) for place in warnings),
    )
