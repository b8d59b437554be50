"""A decision as lines of a terminal: what holds in one line each, what does not in a short block.

The lines come in the order in which a screen is read from its end: what passed first, then what
was blocked, left out or waived, then what refuses, and the verdict last. Nothing here prints, and
nothing here decides: `output_decision` prints these lines, `explain` has the whole of what a block
shortens.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from atom_release.gate.catalogue import criteria, remedies
from atom_release.gate.decision.decide import told_left_out
from atom_release.gate.decision.decision import CriterionResult, Decision, LeftOut, RollUp
from atom_release.gate.printable import printable
from atom_release.gate.rules.legs import Leg
from atom_release.gate.vocabulary import Outcome, Verdict

MEND = "atom-release audit (after mending what was found)"
_INDENT, _LABEL = 2, 9
_MANY = 8  # refusals: from here on a block is shorter, so that they still fit a screenful or two
_COMMANDS = ("atom-release ", "git ")
_WORST_LAST = (Outcome.BLOCKED, Outcome.INCONCLUSIVE, Outcome.FAIL)


@dataclass(frozen=True)
class Line:
    """One line: the outcome or verdict that it begins with, if any, and its text.

    `label` is what a line of a block is: found, next, more; empty where it goes on.
    """

    text: str
    outcome: Outcome | Verdict | None = None
    note: str = ""
    label: str | None = None


def lines(decision: Decision, width: int) -> Iterator[Line]:
    """Yield the lines of a decision, none longer than `width` but for commands and long words."""
    passed = [result for result in decision.criteria if result.outcome is Outcome.PASS]
    noted = [
        result
        for result in decision.criteria
        if result.accepted and result.outcome is not Outcome.PASS
    ]
    refusing = sorted(
        (result for result in decision.criteria if not result.accepted),
        key=lambda result: (
            _WORST_LAST.index(result.outcome) if result.outcome in _WORST_LAST else 0
        ),
    )
    names = [_cut(_name(result), width // 2 - 2) for result in passed]
    column = max(map(len, names), default=0)
    for name, result in zip(names, passed, strict=True):
        yield Line(_cut(f"{name:<{column}}  {_how(result)}", width - 6), Outcome.PASS)
    yield from _rolled(decision.rolled, width)
    for left in _not_asked(decision):
        yield from _hanging(Line("", note="not asked"), f"{left.criterion}: {left.reason}", width)
    for result in noted:
        yield from _accepted(result, width)
    shown: dict[tuple[str, str], str] = {}
    for result in refusing:
        if len(refusing) < _MANY:
            yield Line("")
        yield from _block(result, shown, width, most=3 if len(refusing) < _MANY else 2)
    if refusing or noted or passed:
        yield Line("")
    yield from verdict(decision, width)


def verdict(decision: Decision, width: int) -> Iterator[Line]:
    """Yield the verdict and why, its parts one below the other.

    Of what was left out the names alone: the reasons have their own lines.
    """
    reason = decision.reason
    if reasons := told_left_out(decision.left_out):
        names = ", ".join(left.criterion for left in decision.left_out)
        reason = reason.replace(reasons, f"left out: {names}")
    head, *parts = reason.split("; ")
    title = f"{decision.release} {decision.version} at {decision.commit[:12]}"
    yield Line(printable(title), decision.verdict)
    for part in (head, *parts):
        for text in _wrapped(printable(part), width - _INDENT):
            yield Line(" " * _INDENT + text)


def explanation(results: Sequence[CriterionResult], width: int) -> Iterator[Line]:
    """Yield each criterion's every leg that is not PASS: expected, found, where, what changes it.

    Nothing is cut.
    """
    for result in results:
        yield Line("")
        yield Line(_name(result), result.outcome, note=_note(result))
        yield from _labelled("expects", criteria.asks_of(result.id), width)
        for entry in entries(result):
            yield from _labelled("where", entry.where, width)
            yield from _labelled("found", entry.reason, width)
            yield from _labelled("next", entry.change, width)
        if result.failure:
            yield from _labelled("failure", result.failure, width)
            yield from _labelled("accept", result.unwaivable or how_to_waive(result), width)


@dataclass(frozen=True)
class Entry:
    """One thing that keeps a criterion from PASS: where it was looked, what was found.

    And one edit or command that changes it.
    """

    where: str
    outcome: str
    reason: str
    change: str

    @property
    def cause(self) -> tuple[str, str]:
        """What two criteria share where one cause keeps both: the place and what was found."""
        return self.where, self.reason


def entries(result: CriterionResult) -> Iterator[Entry]:
    """Yield what keeps a criterion from PASS, the legs that decided first."""
    if result.flaky:
        yield Entry("history", str(result.outcome), result.reason, MEND)
    if not result.flaky and all(leg.outcome is None for leg in result.legs):
        yield Entry(
            ", ".join(_place(leg) for leg in result.legs) or "the manifest",
            str(result.outcome),
            result.reason,
            remedies.would_ask(leg.question for leg in result.legs),
        )
    worst = [leg for leg in result.legs if leg.outcome == (result.before or result.outcome)]
    rest = [
        leg for leg in result.legs if leg not in worst and leg.outcome not in {None, Outcome.PASS}
    ]
    for leg in (*worst, *rest):
        if leg.outcome not in {None, Outcome.PASS}:
            yield Entry(_place(leg), str(leg.outcome), leg.reason, leg.remedy or MEND)


def how_to_waive(result: CriterionResult) -> str:
    """Return how this failure could be accepted, or what was."""
    if result.outcome is Outcome.WAIVED:
        return f"WAIVED: {result.reason}"
    return (
        ""
        if result.accepted
        else (
            f"atom-release waive --criterion {result.id} --reason WHY --ticket WHERE --approver WHO"
            " --expires WHEN"
        )
    )


def _block(
    result: CriterionResult, shown: dict[tuple[str, str], str], width: int, most: int
) -> Iterator[Line]:
    """Yield a criterion that refuses: what was found first, and the one next command or edit.

    `shown` holds what stands in the blocks above, so that nothing is said twice; `most` is the
    number of lines that each of the two may take.
    """
    causes = list(entries(result))
    fresh = [entry for entry in causes if entry.cause not in shown]
    others = dict.fromkeys(shown[entry.cause] for entry in causes if entry.cause in shown)
    shown.update({entry.cause: result.id for entry in fresh})
    more = f"  (1 of {len(causes)}: atom-release explain {result.id})" if len(causes) > 1 else ""
    if not fresh:
        yield Line(f"{_name(result)}: the same as {', '.join(others)}", result.outcome)
        return
    first = fresh[0]
    yield Line(f"{_name(result)}{more}", result.outcome, note=_note(result))
    yield from _labelled("found", f"{first.where}: {first.reason}", width, most)
    yield from _labelled("next", first.change, width, most)


def _accepted(result: CriterionResult, width: int) -> Iterator[Line]:
    """Yield a criterion that lets the release through without PASS: noted or waived."""
    head = Line("", result.outcome, note=_note(result))
    yield from _hanging(head, f"{_name(result)}: {result.reason}", width)


def _rolled(rolled: Sequence[RollUp], width: int) -> Iterator[Line]:
    text = "; ".join(
        f"{roll_up.name} ({', '.join(roll_up.members)}) {roll_up.outcome or 'not asked'}"
        for roll_up in rolled
    )
    if text:
        yield from _hanging(Line("", note="roll-ups"), text, width)


def _not_asked(decision: Decision) -> list[LeftOut]:
    there = {result.id for result in decision.criteria}
    return [left for left in decision.left_out if left.criterion not in there]


def _name(result: CriterionResult) -> str:
    return printable(f"{result.id} {result.title}")


def _how(result: CriterionResult) -> str:
    return printable(f"{result.reason}{f', {result.assurance}' if result.assurance else ''}")


def _note(result: CriterionResult) -> str:
    return ", ".join(
        part
        for part in (
            "noted" if result.noted else "",
            f"was {result.before}" if result.before else "",
        )
        if part
    )


def _place(leg: Leg) -> str:
    return printable(f"{leg.question}/{leg.subject}")


def _labelled(label: str, text: str, width: int, most: int | None = None) -> Iterator[Line]:
    """Yield a text behind its label; a command stands on one line, whatever its length."""
    shown = printable(text)
    command = shown.startswith(_COMMANDS)
    wrapped = [shown] if command else _wrapped(shown, width - _INDENT - _LABEL)
    if most is not None and len(wrapped) > most:
        wrapped = [
            *wrapped[: most - 1],
            _cut(" ".join(wrapped[most - 1 :]), width - _INDENT - _LABEL),
        ]
    for number, part in enumerate(wrapped):
        yield Line(part, label="" if number else label)


def _hanging(head: Line, text: str, width: int) -> Iterator[Line]:
    room = width - len(f"{head.outcome or ''} {head.note}") - 3
    first, *rest = _wrapped(printable(text), room)
    yield Line(first, head.outcome, head.note)
    for part in rest:
        yield Line(f"      {part}")


def _wrapped(text: str, width: int) -> list[str]:
    return textwrap.wrap(text, max(width, 20), break_long_words=False, break_on_hyphens=False) or [
        ""
    ]


def _cut(text: str, width: int) -> str:
    return text if len(text) <= width else f"{text[: width - 2].rsplit(' ', 1)[0].rstrip()} …"


def prefix(line: Line) -> str:
    """Return what stands before a line's text: its outcome with a note, or its label."""
    if line.outcome is not None:
        note = f", {line.note}" if line.note else ""
        return f"{line.outcome}{note}  "
    if line.label is not None:
        return f"{'':{_INDENT}}{line.label:<{_LABEL}}"
    return f"{line.note}  " if line.note else ""
