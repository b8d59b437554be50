"""What the runs of a check of one's own prove: that it is green now, and that it could be red.

Two questions, kept apart: how the check answers for the tree as it is, and what its control shows.
How the runs are made, and of what, is the lab's.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from atom_release.gate.first_few import first_few
from atom_release.gate.vocabulary import Answer, ControlState

if TYPE_CHECKING:
    from collections.abc import Sequence

    from atom_release.gate.facts.own_check import CheckRun, ControlledRed, OwnCheckFacts, Part


class Proved(StrEnum):
    """What the runs came to.

    `proven`: green, red with the known-bad change, green again. `red`: the tree as it is fails.
    `flaky`: the same tree is green and red. `dead`: the check does not find the change, or cannot
    even start with it. `weak`: it is red, for a reason that anything broken would be. `untold`: it
    could not be asked.
    """

    PROVEN = "proven"
    RED = "red"
    FLAKY = "flaky"
    DEAD = "dead"
    WEAK = "weak"
    UNTOLD = "untold"


@dataclass(frozen=True)
class Proof:
    """An answer with its reason and what would change it."""

    state: Proved
    reason: str
    remedy: str = ""


def judge(facts: OwnCheckFacts) -> Proof:
    """Return what the runs prove: the tree's own answer first, then what the control shows."""
    as_it_is = judge_tree(facts)
    return as_it_is if as_it_is.state is not Proved.PROVEN else judge_control(facts)


def judge_tree(facts: OwnCheckFacts) -> Proof:
    """Return how the check answers for the tree as it is; `proven` means green each time."""
    runs = _of(facts, "as it is")
    reds = [run for run in runs if run.state == "red"]
    untold = [run for run in runs if run.state == "untold"]
    if reds and len(reds) < len(runs):
        return Proof(
            Proved.FLAKY,
            f"flaky: red in {len(reds)} of {len(runs)} runs of the same tree: {reds[0].why}",
            "Find what differs from run to run (time, order, random numbers), and commit what makes"
            " it the same.",
        )
    if reds:
        return Proof(
            Proved.RED, f"red as it is: {reds[0].why}", "Mend what the check names, and commit it."
        )
    if untold or not runs:
        why = untold[0].why if untold else "it was not run"
        return Proof(
            Proved.UNTOLD,
            f"the check could not be asked: {why}",
            "Give the check what it lacks, and ask again.",
        )
    return Proof(Proved.PROVEN, f"green in {len(runs)} of {len(runs)} runs: {runs[0].why}")


def judge_control(facts: OwnCheckFacts) -> Proof:
    """Return what the control shows of a check that is green as it is; `proven` means alive."""
    if not facts.control:
        return Proof(
            Proved.WEAK,
            f"no control: nothing shows that the check could be red ({facts.no_control})",
            "Name a known-bad change that the check has to find.",
        )
    if facts.unmade:
        return Proof(
            Proved.UNTOLD,
            f"the control could not be made: {facts.unmade}",
            "Bring the change up to date with the tree.",
        )
    return (
        _stayed_green(facts)
        or _red_at_anything(facts)
        or _unstarted(facts)
        or _unasked(facts)
        or _told_red(facts)
    )


_ANSWERS = {
    Proved.PROVEN: Answer.YES,
    Proved.RED: Answer.NO,
    Proved.FLAKY: Answer.NO,
    Proved.UNTOLD: Answer.UNKNOWN,
}
_CONTROLS = {Proved.PROVEN: ControlState.ALIVE, Proved.WEAK: ControlState.WEAK}


def answer_of(facts: OwnCheckFacts) -> Answer:
    """Return what the check answers for the tree: what passes and fails alike is a no."""
    return _ANSWERS[judge_tree(facts).state]


def control_of(facts: OwnCheckFacts) -> ControlState:
    """Return what the control is; one that was not told is dead, as it shows nothing."""
    return _CONTROLS.get(judge_control(facts).state, ControlState.DEAD)


def _of(facts: OwnCheckFacts, part: Part) -> Sequence[CheckRun]:
    return [run for run in facts.runs if run.part == part]


def _stayed_green(facts: OwnCheckFacts) -> Proof | None:
    runs = _of(facts, "control")
    greens = [run for run in runs if run.state == "green"]
    if greens and len(greens) < len(runs):
        return Proof(
            Proved.FLAKY,
            f"flaky: with {facts.control}, green in {len(greens)} of {len(runs)} runs",
            "Let the check find the change each time, or name a change that it finds each time.",
        )
    if greens:
        return Proof(
            Proved.DEAD,
            f"dead control: with {facts.control} the check is as green as without: {greens[0].why}",
            "Let the check look at what the change touches; see that it runs on the copy and not on"
            " something installed beside it.",
        )
    return None


def _unasked(facts: OwnCheckFacts) -> Proof | None:
    runs = _of(facts, "control")
    untold = [run for run in runs if run.state == "untold"]
    if runs and not untold:
        return None
    return Proof(
        Proved.UNTOLD,
        f"with {facts.control} the check could not be asked:"
        f" {untold[0].why if untold else 'it was not run'}",
        "Name a change with which the check still runs to its end.",
    )


def _red_at_anything(facts: OwnCheckFacts) -> Proof | None:
    reds = [run for run in _of(facts, "harmless") if run.state != "green"]
    if not reds:
        return None
    return Proof(
        Proved.DEAD,
        f"dead control: the check is red with a harmless change too: {reds[0].why}",
        "Let the check be green where nothing bad was changed.",
    )


def _unstarted(facts: OwnCheckFacts) -> Proof | None:
    red = facts.red
    if red is None:
        return None
    if red.is_of_the_check:
        return Proof(
            Proved.DEAD,
            f"dead control: the change is to the check itself ({first_few(red.is_of_the_check)})",
            "Change what the check looks at, not what it is run from.",
        )
    if red.says and red.says_it:
        return None
    why = (
        f"{first_few(red.unreadable)} cannot be read any more as what its name says"
        if red.unreadable
        else f"it says {red.unstarted!r}"
        if red.unstarted
        else ""
    )
    if not why:
        return None
    return Proof(
        Proved.DEAD,
        f"dead control: with {facts.control} the check cannot even start: {why}",
        "Name a change that is well-formed and wrong; where this is what the check has to find, say"
        " what its red says.",
    )


def _told_red(facts: OwnCheckFacts) -> Proof:
    red = facts.red
    run = _of(facts, "control")[0]
    if red is not None and red.says:
        if red.says_it:
            return Proof(Proved.PROVEN, f"with {facts.control} it is red and says {red.says!r}")
        return _weak(facts, f"does not say {red.says!r}: {run.why}")
    if red is not None and red.turned is not None:
        return _turned(facts, red)
    if red is not None and (red.own_words or red.own_status):
        own = _telling_line(red.own_words or (), red.changed) or run.why
        return Proof(Proved.PROVEN, f"with {facts.control} it is red: {own}")
    shown = _telling_line(red.new_words, red.changed) if red else ""
    return _weak(
        facts, f"says nothing that it does not say of any broken tree: {shown or run.why}", shown
    )


def _telling_line(lines: Sequence[str], changed: Sequence[str]) -> str:
    """Return the line that says most of the change: that names a changed file, or is longest."""
    names = [path.rpartition("/")[2] for path in changed]
    return max(lines, key=lambda line: (any(name in line for name in names), len(line)), default="")


def _turned(facts: OwnCheckFacts, red: ControlledRed) -> Proof:
    turned = red.turned or []
    if not turned:
        return Proof(
            Proved.DEAD,
            f"dead control: with {facts.control} nothing turned by its own judgement"
            f" ({len(red.lost)} were not run to their end)",
            "Name a change with which the check still runs to its end.",
        )
    if red.judged == 0 and len(turned) > 1:
        return _weak(
            facts, f"was not judged: {first_few(turned)} met an error on the way, and none objected"
        )
    return Proof(Proved.PROVEN, f"with {facts.control}, {first_few(turned)} turned")


def _weak(facts: OwnCheckFacts, why: str, shown: str = "") -> Proof:
    """Return that the red is anything's; `shown` is a line of it that may tell a right one."""
    for_instance = f" (`says: {shown!r}`, if that is what it looks for)" if shown else ""
    return Proof(
        Proved.WEAK,
        f"weak control: the red with {facts.control} {why}",
        f"Say what a right red says{for_instance}, or let the check write JUnit or SARIF, which"
        " tell what turned.",
    )
