"""Checks of a release's own in the pure gate: names, catalogue, floor, ratchet, rule, roll-ups."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from atom_release.gate.catalogue import criteria, leg_specs
from atom_release.gate.decision.decide import decide
from atom_release.gate.facts.evidence import Evidence, NegativeControl
from atom_release.gate.facts.own_check import CheckRun, ControlledRed, OwnCheckFacts, Part, State
from atom_release.gate.manifest import Manifest
from atom_release.gate.operator import Operator
from atom_release.gate.rules.case import Case
from atom_release.gate.rules.manifest_diff import changes_of_unknown_direction
from atom_release.gate.rules.ratchet import Baseline, loosenings
from atom_release.gate.vocabulary import Answer, ControlState, Outcome, Verdict
from atom_release_tests.fixtures.cases import MANIFEST, NOW, all_good, case_of, evidence_for

CHECK: dict[str, Any] = {
    "id": "L-1",
    "title": "No debug output",
    "asks": "No file of the sources prints.",
    "run": ["sh", "check.sh"],
    "control": {"patch": "controls/print.patch"},
}
STARTED = {"id": "S.1", "name": "s", "source": ["s"], "start": {"command": ["true"]}}


def manifest(*checks: dict[str, Any], **rest: object) -> Manifest:
    document = MANIFEST.model_dump(mode="json", exclude_defaults=True)
    return Manifest.model_validate({**document, "checks": [*checks], **rest})


def _services() -> list[dict[str, Any]]:
    return list(MANIFEST.model_dump(mode="json", exclude_defaults=True)["services"])


def check(**fields: object) -> dict[str, Any]:
    return {**deepcopy(CHECK), **fields}


def _run(part: Part, state: State) -> CheckRun:
    return CheckRun(part=part, state=state, why="so it is", status=0 if state == "green" else 1)


def facts(*runs: tuple[Part, State], **rest: Any) -> OwnCheckFacts:  # noqa: ANN401 - the fields
    fields: dict[str, Any] = {
        "command": ["sh", "check.sh"],
        "verdict": "exit",
        "control": "the patch",
        "red": ControlledRed(own_words=["it prints"], own_status=True),
    }
    return OwnCheckFacts(**{**fields, "runs": [_run(*run) for run in runs], **rest})


GOOD = facts(("as it is", "green"), ("control", "red"), ("as it is", "green"))


def evidence(
    shown: OwnCheckFacts = GOOD,
    answer: Answer = Answer.YES,
    state: ControlState = ControlState.ALIVE,
) -> Evidence:
    control = NegativeControl(state=state, changed="the patch", found="red")
    return evidence_for(("own-check", "L-1"), answer, control=control, facts=shown.to_json())


def case(own: Manifest, *pieces: Evidence) -> Case:
    return replace(case_of([*all_good(), *pieces]), manifest=own)


def test_an_own_check_is_a_criterion_like_any_other() -> None:
    """It stands in the catalogue after the built-in ones, with one leg of its own."""
    own = manifest(check())
    last = criteria.catalogue(own)[-1]
    assert (last.id, last.check_name, last.asset) == ("L-1", "L_1", "own_checks")
    legs = [(leg.question, leg.subject) for leg in leg_specs.legs(own, "L-1")]
    assert legs == [("own-check", "L-1")]
    assert criteria.expected(own)[-1] == last
    left_out = manifest(check(), left_out={**MANIFEST.left_out, "L-1": "later"})
    assert last not in criteria.expected(left_out)


def test_a_plug_in_is_asked_in_place_of_a_command() -> None:
    """Its leg has a question of its own; without a control its yes is none."""
    own = manifest(check(id="P-7", run=[], control=None, probe="licences", settings={"a": [1]}))
    legs = [(leg.question, leg.subject) for leg in leg_specs.legs(own, "P-7")]
    assert legs == [("own-probe", "P-7")]
    shown = evidence_for(("own-probe", "P-7"))
    assert decide(case(own, shown)).criterion("P-7").outcome is Outcome.PASS
    bare = evidence_for(("own-probe", "P-7"), control=None)
    assert decide(case(own, bare)).criterion("P-7").outcome is Outcome.INCONCLUSIVE


@pytest.mark.parametrize(
    "fields",
    [
        {"id": "P-1"},
        {"id": "p-7"},
        {"id": "L1"},
        {"id": "L-1-2"},
        {"control": {}},
        {"control": {"none": " "}},
        {"control": {"none": "why", "patch": "x"}},
        {"control": {"none": "why", "says": "x"}},
        {"control": {"patch": "../x"}},
        {"control": {"files": {"a": "/etc/passwd"}}},
        {"verdict": "tap"},
        {"run": []},
        {"install": "auto", "interpreter": "/usr/bin/python3"},
        {"control": None},
        {"probe": "licences"},
        {"probe": "licences", "run": []},
        {"probe": "../x", "run": [], "control": None},
        {"settings": {"a": 1}},
        {"title": "two\nlines"},
        {"services": ["C.9"]},
        {"services": ["C.1"]},  # which the manifest does not start
        {"environment": {"URL": "{url:C.1}"}},
        {"control": {"services": {"C.1": "refusing"}}},
        {"control": {"install": "auto"}},
        {"probe": "licences", "run": [], "control": None, "services": ["C.1"]},
    ],
)
def test_what_is_no_check_is_an_error_of_the_manifest(fields: dict[str, Any]) -> None:
    """A control is required, and a name that is taken stays taken."""
    with pytest.raises(ValidationError):
        manifest(check(**fields))


def test_two_checks_or_a_service_do_not_share_a_place() -> None:
    """`L-1` and a service `L.1` would be one asset check."""
    with pytest.raises(ValidationError, match="place already"):
        manifest(check(), check())
    services = [*_services(), {"id": "L.1", "name": "x", "source": ["s"]}]
    with pytest.raises(ValidationError, match="place already"):
        manifest(check(), services=services)


@pytest.mark.parametrize(
    ("pieces", "outcome"),
    [
        ([evidence()], Outcome.PASS),
        ([], Outcome.INCONCLUSIVE),
        ([evidence(facts(("as it is", "red")), Answer.NO, ControlState.DEAD)], Outcome.FAIL),
        (
            [
                evidence(
                    facts(("as it is", "green"), ("control", "green"), ("as it is", "green")),
                    state=ControlState.DEAD,
                )
            ],
            Outcome.INCONCLUSIVE,
        ),
        ([evidence(facts(("as it is", "red")), Answer.YES)], Outcome.INCONCLUSIVE),
        (
            [evidence(facts(("as it is", "green"), ("control", "green"), ("as it is", "green")))],
            Outcome.INCONCLUSIVE,
        ),
    ],
)
def test_the_rule_takes_no_yes_that_the_runs_do_not_show(
    pieces: list[Evidence], outcome: Outcome
) -> None:
    """The answer, and the control's state, are worked out again from the runs."""
    decision = decide(case(manifest(check()), *pieces))
    assert decision.criterion("L-1").outcome is outcome
    assert (decision.verdict is Verdict.GREEN) == (outcome is Outcome.PASS)


def test_freshness_and_blocked_are_its_own() -> None:
    """As of any criterion: what is too old is open, and what was absent is blocked."""
    policy = {"criteria": {"L-1": {"freshness": "1h"}}}
    old = evidence().model_copy(update={"observed_at": NOW - timedelta(hours=2)})
    assert decide(case(manifest(check()), old)).criterion("L-1").outcome is Outcome.PASS
    result = decide(case(manifest(check(), **policy), old)).criterion("L-1")
    assert result.outcome is Outcome.INCONCLUSIVE
    absent = evidence(answer=Answer.ABSENT)
    blocked = decide(case(manifest(check()), absent))
    assert blocked.criterion("L-1").outcome is Outcome.BLOCKED
    assert blocked.verdict is Verdict.BLOCKED


def test_without_a_control_a_pass_is_weak_where_the_operator_lets_it() -> None:
    """The verdict names it; an operator who wants none has it open."""
    own = manifest(check(control={"none": "no bad change can be made"}))
    shown = facts(
        ("as it is", "green"), control="", no_control="no bad change can be made", red=None
    )
    weak = case(own, evidence(shown, state=ControlState.WEAK))
    decision = decide(weak)
    assert decision.criterion("L-1").outcome is Outcome.PASS
    assert "by a weak control: L-1" in decision.reason
    strict = replace(weak, operator=Operator(floor=(), weak_controls=False))
    assert decide(strict).criterion("L-1").outcome is Outcome.INCONCLUSIVE


def test_a_weak_red_counts_only_with_a_reason() -> None:
    """`weak` in the manifest accepts it, in the open."""
    weak = facts(
        ("as it is", "green"),
        ("control", "red"),
        ("as it is", "green"),
        red=ControlledRed(own_words=[], own_status=False),
    )
    piece = evidence(weak, state=ControlState.WEAK)
    assert decide(case(manifest(check()), piece)).criterion("L-1").outcome is Outcome.INCONCLUSIVE
    accepted = manifest(check(control={**CHECK["control"], "weak": "an empty file has none"}))
    assert decide(case(accepted, piece)).criterion("L-1").outcome is Outcome.PASS


def test_a_floor_asks_a_check_that_a_release_has_not() -> None:
    """Leaving it out, or never having had it, needs a trusted signature."""
    operator = Operator(floor=("L-1",))
    without = replace(case(manifest()), operator=operator)
    result = decide(without).criterion("L-1")
    assert (result.outcome, "no check of this id" in result.reason) == (Outcome.INCONCLUSIVE, True)
    left_out = manifest(check(), left_out={**MANIFEST.left_out, "L-1": "later"})
    below = decide(replace(case(left_out), operator=operator)).criterion("L-1")
    assert (below.outcome, "later" in below.reason) == (Outcome.INCONCLUSIVE, True)
    whole = replace(case(manifest(check()), evidence()), operator=operator)
    assert decide(whole).verdict is Verdict.GREEN
    with pytest.raises(ValidationError, match="such as L-1"):
        Operator(floor=("L1",))


LOOSER: dict[str, tuple[dict[str, Any], str]] = {
    "no control": ({"control": {"none": "why"}}, "its control is gone"),
    "a weak one": (
        {"control": {**CHECK["control"], "weak": "why"}},
        "a weak control is accepted",
    ),
    "fewer repeats": ({"repeats": 1}, "repeats: 3 became 1"),
}


@pytest.mark.parametrize("name", sorted(LOOSER))
def test_a_check_that_asks_less_is_loosened(name: str) -> None:
    """It fails on its own criterion, and not on another's."""
    fields, sentence = LOOSER[name]
    before = manifest(check(repeats=3))
    now = manifest(check(**{"repeats": 3, **fields}))
    assert [(entry.criterion, entry.sentence) for entry in loosenings(before, now)] == [
        ("L-1", sentence)
    ]


@pytest.mark.parametrize(
    "fields",
    [
        {"run": ["true"]},
        {"verdict": "junit"},
        {"control": {"patch": "other.patch"}},
        {"environment": {"LEVEL": "0"}},
        {"directory": "src"},
        {"install": "auto"},
        {"services": ["S.1"]},
        {"install": "auto", "control": {"install": {"folder": "bad"}}},
        {"services": ["S.1"], "control": {"services": {"S.1": "refusing"}}},
    ],
)
def test_a_check_that_asks_otherwise_is_changed(fields: dict[str, Any]) -> None:
    """Nobody can say whether another command asks less: a trusted signature accepts it."""
    rest = {"services": [*_services(), STARTED]} if "services" in fields else {}
    then, now = manifest(check(), **rest), manifest(check(**fields), **rest)
    changes = changes_of_unknown_direction(then, now)
    assert {change.criteria for change in changes} == {("L-1",)}
    before = Baseline(then, "the release before")
    decision = decide(replace(case(now, evidence()), baseline=before))
    assert decision.criterion("L-1").outcome is Outcome.INCONCLUSIVE


def test_a_check_that_is_gone_fails_and_a_new_one_only_adds() -> None:
    """What a release was held to, the next is."""
    gone = [entry.criterion for entry in loosenings(manifest(check()), manifest())]
    assert gone == ["L-1"]
    assert loosenings(manifest(), manifest(check())) == ()
    assert changes_of_unknown_direction(manifest(), manifest(check())) == ()
    before = Baseline(manifest(check()), "the release before")
    dropped = decide(replace(case(manifest()), baseline=before))
    assert dropped.criterion("L-1").outcome is Outcome.FAIL


def test_roll_ups_of_ones_own_are_the_worst_of_their_members() -> None:
    """AC3 may have other members; a new name stands beside it, and neither decides anything."""
    own = manifest(check(), roll_ups={"AC3": ["P-2", "L-1"], "Mine": ["L-1"]})
    decision = decide(case(own, evidence()))
    rolled = {entry.name: (tuple(entry.members), entry.outcome) for entry in decision.rolled}
    assert rolled["AC3"][0] == ("P-2", "L-1")
    assert rolled["Mine"] == (("L-1",), Outcome.PASS)
    assert rolled["AC4"][0] == ("T5",)
    failing = decide(case(own, evidence(facts(("as it is", "red")), Answer.NO, ControlState.DEAD)))
    assert {entry.name: entry.outcome for entry in failing.rolled}["Mine"] is Outcome.FAIL
    for roll_ups in ({"AC3": ["L-9"]}, {"P-2": ["L-1"]}, {"L-1": ["P-2"]}):
        with pytest.raises(ValidationError):
            manifest(check(), roll_ups=roll_ups)


def test_other_members_do_not_make_ac3_of_what_was_left_out() -> None:
    """The lie: the policies are left out, and AC3 is said to be something that passes."""
    own = manifest(check(), roll_ups={"AC3": ["L-1"]})
    decision = decide(case(own, evidence()))
    left_out = {entry.criterion for entry in decision.left_out}
    ac3 = next(entry for entry in decision.rolled if entry.name == "AC3")
    assert set(ac3.not_asked) == left_out & {f"P-{number}" for number in range(1, 7)} != set()
    assert ac3.outcome is None
    everything = decision.model_copy(update={"left_out": ()})
    every = [
        decision.criterion("L-1").model_copy(update={"id": f"P-{number}"}) for number in range(1, 7)
    ]
    complete = everything.model_copy(update={"criteria": (decision.criterion("L-1"), *every)})
    assert next(entry for entry in complete.rolled if entry.name == "AC3").outcome is Outcome.PASS


def test_an_id_of_ones_own_is_waived_and_remembered_as_any() -> None:
    """A failure before makes a pass flaky: what the commit determines is not asked until green."""
    from atom_release.gate.rules.case import Earlier

    before = Earlier(when=NOW.isoformat(), reason="it printed")
    again = replace(case(manifest(check()), evidence()), history={"L-1": before})
    result = decide(again).criterion("L-1")
    assert (result.outcome, result.flaky) == (Outcome.FAIL, True)
