"""A decision as lines of a terminal: the verdict first, then a block for each thing that stops it.

For someone who has seen nothing else: the first screen answers why, where, and what to do now.

    RED  C Intelligence v3.0.0, commit 97c4c08efd55
      2 things stop this release (3 of 16 criteria do not hold)

    1  FAIL  the finding in a few words (P-5 Multi-tenancy)
      wrong    what is wrong in a sentence, with what was expected and what was found
      where    file:line, or the endpoint and how it was asked
      next     the one edit with its file and line, or the one command
      check    the command that shows whether that was right
      or       the other way, with when it is the right one
      likely   the same cause: AC2 ..., where a test fails that may see the same

    2  FAIL  the report of C.4 analytics is missing (C.4 analytics report, AC1 All ...)
      ...

    PASS  13 of 16 criteria: C.1, C.3, ...
    not checked, stops nothing  P-4 Observability ($ATOM_PROMETHEUS_URL is unset)

A block is a cause and no criterion: those that fall for the same finding share its block
(`gate.documents.problems`). What passed comes last, in one line: `explain NAME` tells of each.
Roll-ups, the ratchet's baseline and whose keys count say nothing of a refusal: they
stand in the page and in the signed decision, and below a GREEN. Which lines there are is said here;
how long texts become lines is `line_layout`'s. Nothing here prints, and nothing here decides.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from atom_release.cli.explanation_lines import contradictions, next_step
from atom_release.cli.line_layout import (
    INDENT,
    Line,
    hanging,
    labelled,
    prefix,
    shortened,
    whole_words,
    wrapped,
)
from atom_release.gate.decision.decide import told_left_out
from atom_release.gate.decision.decision import Decision
from atom_release.gate.documents.description import Grounds
from atom_release.gate.documents.problems import Problem, find_problems
from atom_release.gate.documents.rows import Kind, Row, asked_rows, rows
from atom_release.gate.printable import one_line, printable
from atom_release.gate.vocabulary import Outcome, Verdict

_SCREEN = 80  # lines that a decision takes at most where its blocks can be made short enough
_FOOT = 5  # lines that a run prints below its decision
_LAYOUTS = ((True, 8, True), (True, 5, True), (True, 3, True), (False, 2, True), (False, 1, False))
"""Whether blocks stand apart, how many lines each text of a block may take, and whether all of its
texts are told."""
_SHOWN_CONTRADICTIONS = 8


def lines(
    decision: Decision, width: int, grounds: Grounds | None = None, run: str = "atom-release run"
) -> Iterator[Line]:
    """Yield the lines of a decision, none longer than `width` but for commands and long words.

    `run` is the command that judges this release again; of one task, with `--only`.
    """
    shown = rows(decision, grounds)
    judged = [row for row in shown if row.kind is Kind.ASKED]
    problems = find_problems(judged)
    head = [*_verdict(decision, judged, problems, width)]
    others = [row for row in shown if row.kind is not Kind.ASKED]
    end = [
        *_passing(problems, judged, width),
        *_beside(others, [row for row in judged if _is_noted(row)], width, decision),
        *contradictions(decision, width, most=_SHOWN_CONTRADICTIONS),
    ]
    checks = [_check(problem, grounds, run) for problem in problems]
    yield from head
    yield from _blocks(problems, checks, width, _SCREEN - _FOOT - len(head) - len(end))
    yield from end


def criteria_lines(judged: Sequence[Row], width: int) -> Iterator[Line]:
    """Yield the lines of criteria of which no decision was made."""
    problems = find_problems(judged)
    checks = [problem.description.command for problem in problems]
    yield from _blocks(problems, checks, width, _SCREEN - _FOOT - len(judged))
    yield from _passing(problems, judged, width)
    noted = [row for row in judged if _is_noted(row)]
    yield from _absent([row for row in noted if row.noted], width)
    for row in noted:
        if not row.noted:
            yield from _accepted(row, width)


def _is_noted(row: Row) -> bool:
    return row.accepted and row.outcome is not Outcome.PASS


def _check(problem: Problem, grounds: Grounds | None, run: str) -> str:
    """Return the command that shows whether a problem is gone: its own, else its criterion's."""
    command = problem.description.command
    task = problem.task(grounds.manifest) if grounds and not command else None
    if task is None:
        return command
    return f"{run} --only {task.name}"


def _blocks(
    problems: Sequence[Problem], checks: Sequence[str], width: int, room: int
) -> list[Line]:
    """Return what stops the release, in the longest layout that fits on the screen."""
    blocks: list[Line] = []
    for layout in _LAYOUTS:
        blocks = [
            line
            for number, (problem, check) in enumerate(zip(problems, checks, strict=True), start=1)
            for line in _block(number, problem, check, width, layout)
        ]
        if len(blocks) <= room:
            break
    return blocks


def _passing(problems: Sequence[Problem], judged: Sequence[Row], width: int) -> Iterator[Line]:
    """Yield what passed: a line each where nothing stops the release, else one for all of it."""
    passed = [row for row in judged if row.outcome is Outcome.PASS]
    if not problems:
        yield from _held(passed, width)
    elif passed:
        text = f"{len(passed)} of {len(judged)} criteria: {_names(passed)}"
        yield Line("")
        yield from hanging(Line("", Outcome.PASS), text, width)


def _names(passed: Sequence[Row]) -> str:
    """Return the names of criteria, those of services as what they are of: their reports."""
    reports = [row.name for row in passed if row.heading.endswith(" report")]
    others = [row.name for row in passed if row.name not in reports]
    shown = [f"reports {', '.join(reports)}"] if reports else []
    return "; ".join((*shown, *([", ".join(others)] if others else [])))


def _held(passed: Sequence[Row], width: int) -> Iterator[Line]:
    """Yield what passed, a line each: its name whole, and of how as much as fits beside it."""
    names = [_name(row) for row in passed]
    room = width - len(prefix(Line("", Outcome.PASS)))
    column = max((len(name) for name in names if len(name) <= width // 2), default=0)
    for name, row in zip(names, passed, strict=True):
        if len(name) > room:
            yield from hanging(Line("", Outcome.PASS), name, width)
            continue
        text = whole_words(_how(row), room - max(len(name), column) - 2)
        yield Line(f"{name:<{column}}  {text}".rstrip(), Outcome.PASS)


def _how(row: Row) -> str:
    return one_line(f"{row.reason}{f', {row.assurance}' if row.assurance else ''}")


def _beside(
    shown: Sequence[Row], noted: Sequence[Row], width: int, decision: Decision
) -> Iterator[Line]:
    """Yield what neither passed nor refuses: noted, waived, left out; roll-ups of a GREEN."""
    yield from _absent([row for row in noted if row.noted], width)
    for row in noted:
        if not row.noted:
            yield from _accepted(row, width)
    yield from _left_out([row for row in shown if row.kind is Kind.LEFT_OUT], width)
    if decision.verdict is Verdict.GREEN:
        rolled = [row for row in shown if row.kind is Kind.ROLL_UP]
        yield from _rolled([row for row in rolled if len(row.not_asked) < len(row.members)], width)


def _left_out(left_out: Sequence[Row], width: int) -> Iterator[Line]:
    """Yield what is not asked, each reason once with all that it stands for."""
    by_reason: dict[str, list[Row]] = {}
    for row in left_out:
        if not row.below_floor:
            by_reason.setdefault(row.reason, []).append(row)
    for reason, alike in by_reason.items():
        names = ", ".join(row.name for row in alike)
        yield from hanging(Line("", note=alike[0].state), f"{names}: {reason}", width)


def verdict(decision: Decision, width: int, grounds: Grounds | None = None) -> Iterator[Line]:
    """Yield the verdict and why: of a refusal how many things stop it, of a GREEN its reasons."""
    judged = asked_rows(decision, grounds)
    yield from _verdict(decision, judged, find_problems(judged), width)


def _verdict(
    decision: Decision, judged: Sequence[Row], problems: Sequence[Problem], width: int
) -> Iterator[Line]:
    title = f"{decision.release} {decision.version}, commit {decision.commit[:12]}"
    yield Line(one_line(title), decision.verdict)
    reasons = _count(judged, problems) or _reasons(decision)
    for part in reasons:
        for text in wrapped(printable(part), width - INDENT):
            yield Line(" " * INDENT + text)


def _count(judged: Sequence[Row], problems: Sequence[Problem]) -> list[str]:
    """Return how many things stop a release; nothing where none of its criteria does."""
    refusing = [row for row in judged if not row.accepted]
    if not refusing:
        return []
    things = "1 thing stops" if len(problems) == 1 else f"{len(problems)} things stop"
    blocked = all(row.outcome is Outcome.BLOCKED for row in refusing)
    fate = "could not be checked" if blocked else "fail" if refusing[1:] else "fails"
    return [f"{things} this release ({len(refusing)} of its {len(judged)} criteria {fate})"]


def _reasons(decision: Decision) -> list[str]:
    """Return the parts of a decision's reason, without those that have lines of their own."""
    elsewhere = {told_left_out(decision.left_out), str(decision.claims)}
    reason = decision.reason
    for text in elsewhere:
        reason = reason.replace(text, "") if text else reason
    return [*filter(None, (part.strip() for part in reason.split("; ")))]


def _block(
    number: int, problem: Problem, check: str, width: int, layout: tuple[bool, int, bool]
) -> Iterator[Line]:
    """Yield one thing that stops the release: what is wrong, where, what to do, and what else."""
    apart, most, whole = layout
    if apart:
        yield Line("")
    head = Line("", problem.outcome, before=f"{number}  ")
    title = problem.title if whole else shortened(problem.title, width - len(prefix(head)))
    yield from hanging(head, title, width)
    wrong = problem.wrong.removeprefix(f"{problem.description.title}: ")
    yield from labelled("wrong", wrong, width, most)
    yield from labelled("where", problem.where, width, most)
    yield from next_step(replace(problem.description, change=problem.change), width, most)
    if check:
        yield Line(one_line(check), label="check")
    if problem.description.otherwise and whole:
        yield from labelled("or", problem.description.otherwise, width, most)
    for echo in problem.echoes:
        text = f"the same cause: {echo.row.heading} ({echo.description.where})"
        yield from labelled("likely", text, width, most)


def _absent(noted: Sequence[Row], width: int) -> Iterator[Line]:
    """Yield what was not checked for want of a system that only observes: it stops nothing."""
    texts = []
    for row in noted:
        shown = [cause.description for cause in row.causes]
        why = "; ".join(dict.fromkeys(each.title or each.wrong for each in shown))
        texts.append(f"{_name(row)} ({why or row.reason})")
    if texts:
        yield from hanging(Line("", note="not checked, stops nothing"), ", ".join(texts), width)


def _accepted(row: Row, width: int) -> Iterator[Line]:
    """Yield a criterion that lets the release through without PASS: noted or waived."""
    head = Line("", row.outcome, note=_note(row))
    yield from hanging(head, f"{_name(row)}: {row.reason}", width)


def _rolled(rolled: Sequence[Row], width: int) -> Iterator[Line]:
    text = "; ".join(
        f"{row.name} ({', '.join(row.members)}) {row.state}{_wanting(row)}" for row in rolled
    )
    if text:
        yield from hanging(Line("", note="roll-ups"), text, width)


def _wanting(row: Row) -> str:
    """Return which members a roll-up is not asked for want of, where others are asked."""
    some = 0 < len(row.not_asked) < len(row.members)
    return f" for want of {', '.join(row.not_asked)}" if some else ""


def _name(row: Row) -> str:
    return one_line(f"{row.name} {row.title}")


def _note(row: Row) -> str:
    return ", ".join(row.notes)
