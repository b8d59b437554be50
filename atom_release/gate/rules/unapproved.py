"""What in the tree speaks against the approval that P-3 asks for: a pure function of the facts.

None of it decides: what the action does is asked by `approval`. Words of automatic activation
contradict only a place that says that P-3 passed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from atom_release.gate.facts.contradiction import Contradiction
from atom_release.gate.facts.unapproved import UnapprovedFacts
from atom_release.gate.rules.recheck import Recheck

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from atom_release.gate.facts.evidence import Evidence
    from atom_release.gate.facts.unapproved import AutomaticWords, StatedPass
    from atom_release.gate.vocabulary import Answer

AUTOMATIC = "automatic-beside-approval"
ROW = "activated-without-approver"
TEST = "test-wants-no-approval"
"""What a finding is called in a manifest and in a ledger."""

_WHY = {
    "same-second": "was created and activated in the same second",
    "no-approver": "is active and names no approver",
}


def judge(evidence: Evidence, deciding: Collection[str]) -> tuple[Answer, str]:
    """Hold what speaks against an approval together again; only `deciding` makes it a no."""
    return Recheck(
        UnapprovedFacts,
        contradictions,
        unreadable="what speaks against an approval cannot be read",
        unlike="what speaks against an approval is not what was read",
    ).judge(evidence, deciding)


def contradictions(facts: UnapprovedFacts) -> list[Contradiction]:
    """Return what speaks against an approval, records first."""
    return [*_rows(facts), *_tests(facts), *_automatic(facts)]


def _rows(facts: UnapprovedFacts) -> Iterator[Contradiction]:
    """Yield the first record of each file and reason."""
    seen = set[tuple[str, str]]()
    for row in facts.rows:
        key = (row.place.path, row.why)
        if key not in seen:
            seen.add(key)
            more = sum((other.place.path, other.why) == key for other in facts.rows) - 1
            others = f", and {more} more of this file" if more else ""
            yield Contradiction(
                id=ROW,
                subject="P-3",
                sentence=f"{row.place}: {row.record} {_WHY[row.why]}{others}",
                first=row.place,
                show=row.place.command,
            )


def _tests(facts: UnapprovedFacts) -> Iterator[Contradiction]:
    for test in facts.tests:
        yield Contradiction(
            id=TEST,
            subject="P-3",
            sentence=f"{test.place}: a test of {test.service} wants an activation without approval",
            first=test.place,
            show=test.place.command,
        )


def _automatic(facts: UnapprovedFacts) -> Iterator[Contradiction]:
    """Yield for each file that speaks of automatic activation the pass that it contradicts."""
    seen = set[str]()
    for words in facts.automatic:
        passed = _pass_of(facts.passed, words)
        if passed is None or words.place.path in seen:
            continue
        seen.add(words.place.path)
        yield Contradiction(
            id=AUTOMATIC,
            subject="P-3",
            sentence=f"{passed.place} says that P-3 passed; {words.place} activates by itself",
            first=passed.place,
            second=words.place,
            show=f"{passed.place.command}; {words.place.command}",
        )


def _pass_of(passed: list[StatedPass], words: AutomaticWords) -> StatedPass | None:
    """Return the pass of the same service, else one of the release."""
    same = [entry for entry in passed if entry.service and entry.service == words.service]
    whole = [entry for entry in passed if not entry.service]
    return next(iter([*same, *whole]), None)
