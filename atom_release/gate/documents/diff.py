"""What differs between two decisions, criterion by criterion: outcome, reason, evidence.

It says nothing about which is right.
"""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import BaseModel, ConfigDict

from atom_release.gate.decision.decision import CriterionResult, Decision
from atom_release.gate.vocabulary import Outcome


class Change(BaseModel):
    """One criterion that is not the same in both.

    An outcome is None where that decision does not have the criterion.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    criterion: str
    changed: tuple[str, ...]
    before: Outcome | None
    after: Outcome | None
    reason_before: str
    reason_after: str
    evidence_gone: tuple[str, ...] = ()
    evidence_new: tuple[str, ...] = ()


def compare(before: Decision, after: Decision) -> tuple[Change, ...]:
    """Return every criterion that differs, those of `before` first.

    Two equal decisions differ in nothing.
    """
    olds, news = ({result.id: result for result in which.criteria} for which in (before, after))
    changes = (
        _change(name, olds.get(name), news.get(name)) for name in dict.fromkeys((*olds, *news))
    )
    return tuple(change for change in changes if change.changed)


def _change(name: str, old: CriterionResult | None, new: CriterionResult | None) -> Change:
    had, has = (set(result.evidence) if result else set() for result in (old, new))
    return Change(
        criterion=name,
        changed=tuple(_differing(old, new)),
        before=old.outcome if old else None,
        after=new.outcome if new else None,
        reason_before=old.reason if old else "not asked",
        reason_after=new.reason if new else "not asked",
        evidence_gone=tuple(sorted(had - has)),
        evidence_new=tuple(sorted(has - had)),
    )


def _differing(old: CriterionResult | None, new: CriterionResult | None) -> Iterator[str]:
    if old is None or new is None:
        yield "expected"
        return
    if (old.outcome, old.before, old.noted) != (new.outcome, new.before, new.noted):
        yield "outcome"
    if old.reason != new.reason:
        yield "reason"
    if old.evidence != new.evidence:
        yield "evidence"
