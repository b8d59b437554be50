"""What runs prove, as a pure function of them."""

from __future__ import annotations

from typing import Any

import pytest

from atom_release.gate.facts.own_check import (
    CheckRun,
    ControlledRed,
    OwnCheckFacts,
    Part,
    State,
)
from atom_release.gate.rules.proof import Proved, judge


def _run(part: Part, state: State, why: str = "so it is") -> CheckRun:
    return CheckRun(part=part, state=state, why=why, status=0 if state == "green" else 1)


def _facts(*runs: CheckRun, red: dict[str, Any] | None = None, **rest: Any) -> OwnCheckFacts:  # noqa: ANN401 - the fields
    facts: dict[str, Any] = {"command": ["x"], "verdict": "exit", "control": "the patch"}
    seen = None if red is None else ControlledRed(**red)
    return OwnCheckFacts(**{**facts, "runs": list(runs), "red": seen, **rest})


GREEN, RED = _run("as it is", "green"), _run("control", "red")
TOLD = {"own_words": ["the total is wrong"], "own_status": True}
CASES = {
    "green, red, green": (_facts(GREEN, RED, GREEN, red=TOLD), Proved.PROVEN),
    "by its status alone": (
        _facts(GREEN, RED, GREEN, red={"own_words": [], "own_status": True}),
        Proved.PROVEN,
    ),
    "red as it is": (_facts(_run("as it is", "red"), _run("as it is", "red")), Proved.RED),
    "green and red as it is": (_facts(GREEN, _run("as it is", "red")), Proved.FLAKY),
    "red afterwards": (_facts(GREEN, RED, _run("as it is", "red"), red=TOLD), Proved.FLAKY),
    "not asked": (_facts(_run("as it is", "untold")), Proved.UNTOLD),
    "no run": (_facts(), Proved.UNTOLD),
    "green with the change": (_facts(GREEN, _run("control", "green"), GREEN), Proved.DEAD),
    "now and then green with the change": (
        _facts(GREEN, RED, _run("control", "green"), GREEN, red=TOLD),
        Proved.FLAKY,
    ),
    "ended with the change": (_facts(GREEN, _run("control", "untold"), GREEN), Proved.UNTOLD),
    "not started with the change": (
        _facts(GREEN, _run("control", "untold"), GREEN, red={"unstarted": "not found"}),
        Proved.DEAD,
    ),
    "red with a harmless change": (
        _facts(GREEN, RED, _run("harmless", "red"), GREEN, red=TOLD),
        Proved.DEAD,
    ),
    "of the check itself": (
        _facts(GREEN, RED, GREEN, red={**TOLD, "is_of_the_check": ["check.py"]}),
        Proved.DEAD,
    ),
    "a syntax error": (
        _facts(GREEN, RED, GREEN, red={**TOLD, "unreadable": ["a.py"]}),
        Proved.DEAD,
    ),
    "a syntax error, as said": (
        _facts(
            GREEN,
            RED,
            GREEN,
            red={"unreadable": ["a.py"], "says": "SyntaxError", "says_it": True},
        ),
        Proved.PROVEN,
    ),
    "not what was said": (
        _facts(GREEN, RED, GREEN, red={**TOLD, "says": "header", "says_it": False}),
        Proved.WEAK,
    ),
    "the red of anything broken": (
        _facts(GREEN, RED, GREEN, red={"own_words": [], "own_status": False}),
        Proved.WEAK,
    ),
    "tests turned": (
        _facts(GREEN, RED, GREEN, red={"turned": ["a", "b"], "judged": 1}),
        Proved.PROVEN,
    ),
    "no test turned": (
        _facts(GREEN, RED, GREEN, red={"turned": [], "lost": ["a"], "judged": 0}),
        Proved.DEAD,
    ),
    "all met an error": (
        _facts(GREEN, RED, GREEN, red={"turned": ["a", "b"], "judged": 0}),
        Proved.WEAK,
    ),
    "no control": (_facts(GREEN, control="", no_control="none can be made"), Proved.WEAK),
    "a change that does not fit": (_facts(GREEN, unmade="it does not apply"), Proved.UNTOLD),
}


@pytest.mark.parametrize("name", sorted(CASES))
def test_runs_prove_what_they_show_and_no_more(name: str) -> None:
    """Each with a reason, and each that is not proven with what would change it."""
    facts, state = CASES[name]
    proof = judge(facts)
    assert (proof.state, bool(proof.reason)) == (state, True)
    assert bool(proof.remedy) == (state is not Proved.PROVEN)


def test_the_line_that_is_shown_names_what_was_changed() -> None:
    """And a red that any broken tree has, is told with what could be said of a right one."""
    words = ["src/new.py has no licence", "see a long page that explains all of it at length"]
    red = {"own_words": words, "own_status": True, "changed": ["src/new.py"]}
    assert judge(_facts(GREEN, RED, GREEN, red=red)).reason.endswith(words[0])
    weak = {"own_words": [], "new_words": words, "own_status": False, "changed": ["src/new.py"]}
    proof = judge(_facts(GREEN, RED, GREEN, red=weak))
    assert (proof.state, f"says: {words[0]!r}" in proof.remedy) == (Proved.WEAK, True)
    longest = {"own_words": words, "own_status": True, "changed": ["other.py"]}
    assert judge(_facts(GREEN, RED, GREEN, red=longest)).reason.endswith(words[1])
