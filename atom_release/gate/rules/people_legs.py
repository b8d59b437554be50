"""Legs that no system is asked for: what people and the release before have to say of a criterion.

Made from the case alone.

`ratchet/manifest` fails where the manifest asks less than that of the release before;
`ratchet/changes` is open where it asks otherwise and nobody can say whether that is less;
`approval/commit` is open until enough people approved of every commit since the release before.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from atom_release.gate.catalogue import criteria
from atom_release.gate.consents import approvals
from atom_release.gate.manifest import Manifest
from atom_release.gate.operator import Operator
from atom_release.gate.rules import ratchet
from atom_release.gate.rules.case import Case, policy
from atom_release.gate.rules.legs import Leg
from atom_release.gate.rules.manifest_diff import changes_of_unknown_direction
from atom_release.gate.rules.renamed_services import in_later_ids
from atom_release.gate.vocabulary import Outcome

RATCHET = ("ratchet", "manifest")
CHANGES = ("ratchet", "changes")
APPROVAL = ("approval", "commit")
FLOOR = ("floor", "operator")
_REMEDY = (
    "Ask what the release before asked, or have it waived: atom-release waive --criterion"
    " {criterion}"
)
_ACCEPT = (
    "Whoever may sign for this release accepts the change: atom-release waive --criterion"
    " {criterion}"
)
_FLOOR_REMEDY = (
    "Take {criterion} out of left_out, or have a trusted person sign that it is left out:"
    " atom-release waive --criterion {criterion} --key KEY"
)

_CHECK_REMEDY = (
    "Name the check under `checks`, or have a trusted person sign that it is left out: atom-release"
    " waive --criterion {criterion} --key KEY"
)


def judge_people(criterion: str, case: Case) -> Iterator[Leg]:
    """Yield the legs of this kind that a criterion has in this case.

    Where nothing was loosened and nobody is asked, none.
    """
    yield from _ratchet(criterion, case)
    yield from _changes(criterion, case)
    yield from _floor(criterion, case)
    yield from _approvals(criterion, case)


def _approvals(criterion: str, case: Case) -> Iterator[Leg]:
    needed = approvals_needed(criterion, case)
    if not needed:
        return
    uses = approvals.judge_approvals(
        case.approvals, case.commit, case.review, case.people, case.as_of
    )
    lacks, remedy = approvals.lacking(needed, uses, case.review, case.people)
    names = ", ".join(use.signer for use in uses if use.counts)
    outcome, reason = (
        (Outcome.INCONCLUSIVE, lacks)
        if lacks
        else (Outcome.PASS, f"approved by {names}, {case.review.since}")
    )
    yield Leg(
        question=APPROVAL[0], subject=APPROVAL[1], outcome=outcome, reason=reason, remedy=remedy
    )


def approvals_needed(criterion: str, case: Case) -> int:
    """Return how many people have to approve, for the sake of this criterion.

    What the operator asks of every release stands on the first criterion: once is enough.
    """
    of_manifest = policy(case.manifest, criterion).approvals
    first = criteria.expected(case.manifest)[:1]
    is_first = bool(first) and first[0].id == criterion
    return max(of_manifest, case.operator.approvals if is_first else 0)


def most_approvals(manifest: Manifest, operator: Operator) -> int:
    """Return the most people that any criterion of a release asks for."""
    return max([operator.approvals, *(policy.approvals for policy in manifest.criteria.values())])


def expected(case: Case) -> tuple[criteria.Criterion, ...]:
    """Return the criteria of this decision.

    Those the manifest asks, those it dropped since the release before, and those that it leaves out
    below the operator's floor.
    """
    before = _before(case)
    listed = (
        *criteria.expected(case.manifest),
        *(ratchet.dropped(before, case.manifest) if before else ()),
        *criteria.below_floor(case.manifest, case.operator),
    )
    return tuple({criterion.id: criterion for criterion in reversed(listed)}.values())[::-1]


def _before(case: Case) -> Manifest | None:
    """Return the manifest of the release before, its services called as this release calls them."""
    before = case.baseline.manifest
    return before and (in_later_ids(before, case.manifest) or before)


def baseline(case: Case) -> str:
    """Return in one line what the manifest was compared with, and how much was loosened."""
    before = _before(case)
    if before is None:
        return case.baseline.origin
    return f"{case.baseline.origin}: {len(ratchet.loosenings(before, case.manifest))} loosened"


def beside(case: Case) -> str:
    """Return what a verdict stands without: a release to be compared with, people to be heard.

    Nothing where it has both, or where nobody looked for them.
    """
    if not case.trust:
        return ""
    lacks = (
        case.baseline.origin if case.baseline.manifest is None else "",
        "" if case.people else "the gate's own key alone is trusted",
    )
    return "".join(f"; {sentence}" for sentence in lacks if sentence)


def _floor(criterion: str, case: Case) -> Iterator[Leg]:
    below = {low.id for low in criteria.below_floor(case.manifest, case.operator)}
    if criterion in below:
        yield Leg(
            question=FLOOR[0],
            subject=FLOOR[1],
            outcome=Outcome.INCONCLUSIVE,
            reason=_why_below(criterion, case.manifest),
            remedy=_remedy_below(criterion, case.manifest),
        )


def _why_below(criterion: str, manifest: Manifest) -> str:
    if criterion in manifest.left_out:
        why = manifest.left_out[criterion]
        return f"left out, and the operator's floor asks it; the manifest says: {why}"
    return "the operator's floor asks it, and the manifest has no check of this id"


def _remedy_below(criterion: str, manifest: Manifest) -> str:
    remedy = _FLOOR_REMEDY if criterion in manifest.left_out else _CHECK_REMEDY
    return remedy.format(criterion=criterion)


def _ratchet(criterion: str, case: Case) -> Iterator[Leg]:
    before = _before(case)
    remedy = _REMEDY.format(criterion=criterion)
    if (
        case.baseline.unreadable and criterion == criteria.expected(case.manifest)[0].id
    ):  # once is enough: it is about the whole manifest
        yield Leg(
            question=RATCHET[0],
            subject=RATCHET[1],
            outcome=Outcome.INCONCLUSIVE,
            reason=case.baseline.origin,
            remedy=remedy,
        )
    looser = (
        [
            loosening.sentence
            for loosening in ratchet.loosenings(before, case.manifest)
            if loosening.criterion == criterion
        ]
        if before
        else []
    )
    if looser:
        reason = f"looser than {case.baseline.origin}: {'; '.join(looser)}"
        yield Leg(
            question=RATCHET[0],
            subject=RATCHET[1],
            outcome=Outcome.FAIL,
            reason=reason,
            remedy=remedy,
        )


def _changes(criterion: str, case: Case) -> Iterator[Leg]:
    before = _before(case)
    if before is None:
        return
    changes = changes_of_unknown_direction(before, case.manifest)
    criterion_ids = [spec.id for spec in expected(case)] if changes else []
    changed = [
        change.sentence
        for change in changes
        if criterion in _concerned(change.criteria, criterion_ids)
    ]
    if changed:
        yield Leg(
            question=CHANGES[0],
            subject=CHANGES[1],
            outcome=Outcome.INCONCLUSIVE,
            reason=f"changed since {case.baseline.origin}: {'; '.join(changed)}",
            remedy=_ACCEPT.format(criterion=criterion),
        )


def _concerned(named: Sequence[str], criterion_ids: Sequence[str]) -> Sequence[str]:
    """Return the asked criteria that a change concerns; the first of all where it names none."""
    return [name for name in named if name in criterion_ids] or criterion_ids[:1]
