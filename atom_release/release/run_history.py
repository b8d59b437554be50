"""What a step writes into the history of its commit while the run goes on.

That it has begun, what it refuses and what asking took: so that ending a run hides nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from atom_release.gate.catalogue import criteria, leg_specs
from atom_release.gate.decision.decide import judge
from atom_release.gate.decision.retries import may_stick
from atom_release.gate.rules import legs, people_legs
from atom_release.records.record import evidence_in
from atom_release.release.attempts import sticking
from atom_release.release.clock import now

if TYPE_CHECKING:
    from atom_release.gate.catalogue.criteria import Criterion
    from atom_release.gate.rules.case import Case
    from atom_release.release.work import Work

_begun: set[str] = set()
_looked: set[str] = set()


def begin(work: Work) -> None:
    """Write down that this run asks now, once a run.

    So that ending it before it decides hides nothing.
    """
    if work.run_id not in _begun:
        _begun.add(work.run_id)
        work.history.begin(work.occasion, work.run_id, now(), work.boundary.deadline)


def refuse(work: Work, artifacts: Mapping[str, bytes]) -> None:
    """Write down what this step refuses, before its artifacts are stored.

    A refusal counts from now on, also where this run is ended before it decides. A criterion that
    has failed on the evidence so far fails on any more of it.
    """
    case = work.case({**work.inputs_seen(work.names.evidence_artifacts), **artifacts})
    results = [judge(criterion, case) for criterion in _refusable(work, case, artifacts)]
    work.history.refuse(
        results,
        work.occasion,
        work.run_id,
        work.name,
        now(),
        sticking=sticking(case, results),
    )


def _refusable(work: Work, case: Case, artifacts: Mapping[str, bytes]) -> Sequence[Criterion]:
    """Return the criteria that these artifacts may turn: all but what earlier steps judged.

    A service's evidence turns only what has a leg that it answers; the first step that a process
    takes of a run, and every one that is no service's, looks at all criteria.
    """
    criteria_expected = people_legs.expected(case)
    if work.run_id not in _looked or not work.name.startswith(criteria.SERVICE_EVIDENCE):
        _looked.add(work.run_id)
        return criteria_expected
    by_leg = leg_specs.specs_of_legs(work.manifest)
    answered = {
        spec for piece in evidence_in(artifacts).values() for spec in by_leg.get(piece.leg, ())
    }
    turned = {spec.criterion for spec in answered if may_stick(legs.judge(spec, case))}
    return [criterion for criterion in criteria_expected if criterion.id in turned]


def note_costs(work: Work) -> None:
    """Write down what asking each criterion took in this step."""
    by_leg = leg_specs.specs_of_legs(work.manifest)
    spent: dict[str, float] = {}
    for leg, seconds_of_leg in work.boundary.costs.items():
        for spec in by_leg.get(leg, ()):
            spent[spec.criterion] = spent.get(spec.criterion, 0.0) + seconds_of_leg
    if spent:
        seconds = {criterion: round(taken, 3) for criterion, taken in spent.items()}
        work.history.note_costs(work.occasion, work.run_id, work.name, now(), seconds)
