"""What recorded decisions say of a criterion, as a pure function of them."""

from __future__ import annotations

from itertools import count

from atom_release.gate.decision.health import CriterionHealth, Past, health_of
from atom_release.gate.vocabulary import Outcome

_TREES = count()


def _past(**fields: object) -> Past:
    outcomes = {
        name.replace("_", "-"): Outcome(str(value))
        for name, value in fields.items()
        if name not in {"tree", "left_out", "seconds", "whole"}
    }
    return Past(
        "C Example",
        str(fields.get("tree", next(_TREES))),
        outcomes,
        tuple(fields.get("left_out", ())),  # type: ignore[arg-type]
        dict(fields.get("seconds", {})),  # type: ignore[call-overload]
        whole=bool(fields.get("whole", True)),
    )


def _of(criterion: str, *past: Past) -> CriterionHealth:
    return {row.criterion: row for row in health_of(past)}[criterion]


def test_what_never_failed_is_told_apart_from_what_was_hardly_asked() -> None:
    """Five decisions without a failure are never; fewer are not yet."""
    few = [_past(P_1="PASS") for _ in range(4)]
    assert _of("P-1", *few).notes == ("not failed yet",)
    assert _of("P-1", *few, _past(P_1="PASS")).notes == ("never failed",)
    assert _of("P-1", *few, _past(P_1="FAIL")).notes == ()


def test_what_never_passed_or_was_never_asked_is_told() -> None:
    """A criterion that stands down each time is as blind as one that never fails."""
    blocked = [_past(P_4="BLOCKED", left_out=("P-3",)) for _ in range(5)]
    assert _of("P-4", *blocked).notes == ("never failed", "never passed")
    row = _of("P-3", *blocked)
    assert (row.notes, row.left_out, row.times) == (("never asked",), 5, 0)
    assert _of("AC6", *blocked).notes == ("never asked",)


def test_flapping_is_two_outcomes_on_one_tree() -> None:
    """Another tree may well come to another outcome; failures alone tell nothing of the rest."""
    same = [_past(T5="PASS", tree="a"), _past(T5="INCONCLUSIVE", tree="a")]
    other = [_past(T5="PASS", tree="b"), _past(T5="FAIL", tree="c")]
    assert _of("T5", *other).flapped == 0
    assert "flapping on 1 trees" in _of("T5", *same, *other).notes
    assert (
        _of("T5", _past(T5="FAIL", tree="d", whole=False), _past(T5="PASS", tree="d")).flapped == 0
    )


def test_a_cost_is_the_median_of_the_runs() -> None:
    """One slow run says little; where nothing was kept, nothing is told."""
    runs = [_past(P_1="PASS", seconds={"P-1": value}) for value in (1.0, 9.0, 2.0)]
    assert (_of("P-1", *runs).seconds, _of("P-2", *runs).seconds) == (2.0, None)
    assert _of("P-1", *runs).to_row()["outcomes"] == {"PASS": 3}
