"""Two decisions beside each other on one page: what differs, and what both say alike.

One HTML file that asks for nothing else, in the form of the release's own page. It says no more
than the two decisions do, and decides nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from atom_release.gate.decision.decision import CriterionResult, Decision
from atom_release.gate.documents.diff import Change, compare
from atom_release.gate.printable import printable
from atom_release.gate.vocabulary import Outcome
from atom_release.pages.html import page_script, policy_digest, templates


@dataclass(frozen=True)
class Compared:
    """Two decisions with the places that they were read from, and whether both were verified."""

    before: Decision
    after: Decision
    places: tuple[str, str]
    verified: bool

    @property
    def changes(self) -> Sequence[Change]:
        """The criteria that differ: those that got worse first, then those that got better."""
        return sorted(compare(self.before, self.after), key=_worse_first)

    @property
    def alike(self) -> list[CriterionResult]:
        """The criteria of which both say the same."""
        differing = {change.criterion for change in self.changes}
        return [result for result in self.after.criteria if result.id not in differing]

    def direction(self, change: Change) -> str:
        """Return in a word what became of a criterion."""
        if change.before is None or change.after is None:
            return "asked now" if change.before is None else "not asked now"
        if change.before.badness == change.after.badness:
            return "same outcome"
        return "worse" if change.after.badness > change.before.badness else "better"

    @property
    def directions(self) -> list[str]:
        """The words by which rows can be filtered: those that stand on the page."""
        return list(dict.fromkeys(self.direction(change) for change in self.changes))


def diff_page(compared: Compared) -> bytes:
    """Return the page as UTF-8."""
    script = page_script()
    text = (
        templates()
        .get_template("diff.html.j2")
        .render(
            compared=compared,
            sides=list(
                zip(
                    ("before", "after"),
                    (compared.before, compared.after),
                    compared.places,
                    strict=True,
                )
            ),
            script=script,
            script_hash=policy_digest(script),
        )
    )
    return printable(text).encode()


def _worse_first(change: Change) -> tuple[int, str]:
    def badness(outcome: Outcome | None) -> int:
        return -1 if outcome is None else outcome.badness

    return badness(change.before) - badness(change.after), change.criterion
