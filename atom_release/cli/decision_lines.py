"""A decision as lines of a terminal: what holds in one line each, what does not in a short block.

The lines come in the order in which a screen is read from its end: what passed first, then what
was blocked, left out or waived, then what refuses, and the verdict last. Which lines there are is
said here; how long texts become lines is `line_layout`'s. Nothing here prints, and nothing here
decides: `output_decision` prints these lines, `explain` has the whole of what a block shortens.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

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
from atom_release.gate.catalogue import remedies
from atom_release.gate.decision.decide import told_left_out
from atom_release.gate.decision.decision import Decision
from atom_release.gate.documents.rows import Kind, Row, rows
from atom_release.gate.facts.contradiction import Contradiction
from atom_release.gate.printable import one_line, printable
from atom_release.gate.vocabulary import Outcome

_SCREEN = 80  # lines that a decision takes at most where its blocks can be made short enough
_LAYOUTS = ((True, 6, 3), (True, 4, 2), (True, 3, 1), (False, 3, 1), (False, 2, 1), (False, 2, 0))
"""Whether blocks stand apart, how many lines each of a block's two texts may take, and how many
each of its further causes."""
_FURTHER = 3  # causes of one criterion that are told beside the first
_SHOWN_CONTRADICTIONS = 8
_OF_WORDS = ("document-", "passed-", "dated-", "tag-", "pull-request-")
_WORST_LAST = (Outcome.BLOCKED, Outcome.INCONCLUSIVE, Outcome.FAIL)


def lines(decision: Decision, width: int) -> Iterator[Line]:
    """Yield the lines of a decision, none longer than `width` but for commands and long words."""
    shown = rows(decision)
    judged = [row for row in shown if row.kind is Kind.ASKED]
    end = [
        *contradictions(decision, width, most=_SHOWN_CONTRADICTIONS),
        *([Line("")] if judged else []),
        *verdict(decision, width, beneath=True),
    ]
    yield from _criteria(judged, width, [row for row in shown if row.kind is not Kind.ASKED], end)
    yield from end


def criteria_lines(judged: Sequence[Row], width: int) -> Iterator[Line]:
    """Yield the lines of criteria of which no decision was made."""
    yield from _criteria(judged, width, (), ())


def _criteria(
    judged: Sequence[Row], width: int, others: Sequence[Row], end: Sequence[Line]
) -> Iterator[Line]:
    """Yield what passed, what is beside it, and what refuses; `end` fits on the same screen."""
    passed = [row for row in judged if row.outcome is Outcome.PASS]
    noted = [row for row in judged if row.accepted and row.outcome is not Outcome.PASS]
    refusing = sorted(
        (row for row in judged if not row.accepted),
        key=lambda row: _WORST_LAST.index(row.outcome) if row.outcome in _WORST_LAST else 0,
    )
    above = [*_passed(passed, width), *_beside(others, noted, width)]
    yield from above
    yield from _blocks(refusing, width, _SCREEN - len(above) - len(end))


def _passed(passed: Sequence[Row], width: int) -> Iterator[Line]:
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


def _beside(shown: Sequence[Row], noted: Sequence[Row], width: int) -> Iterator[Line]:
    """Yield what neither passed nor refuses: roll-ups, what was left out, noted or waived."""
    rolled = [row for row in shown if row.kind is Kind.ROLL_UP]
    yield from _rolled([row for row in rolled if len(row.not_asked) < len(row.members)], width)
    yield from _left_out([row for row in shown if row.kind is Kind.LEFT_OUT], width)
    for row in noted:
        yield from _accepted(row, width)


def _left_out(left_out: Sequence[Row], width: int) -> Iterator[Line]:
    """Yield what is not asked, each reason once with all that it stands for."""
    by_reason: dict[str, list[Row]] = {}
    for row in left_out:
        if not row.below_floor:
            by_reason.setdefault(row.reason, []).append(row)
    for reason, alike in by_reason.items():
        names = ", ".join(row.name for row in alike)
        yield from hanging(Line("", note=alike[0].state), f"{names}: {reason}", width)


def _blocks(refusing: Sequence[Row], width: int, room: int) -> list[Line]:
    """Return the blocks of what refuses, each as long as all of them leave room for."""
    shown: list[Line] = []
    for apart, most, further in _LAYOUTS:
        above: dict[tuple[str, str], str] = {}
        shown = [
            line
            for row in refusing
            for line in (
                *([Line("")] if apart else []),
                *_block(row, above, width, (most, further)),
            )
        ]
        if len(shown) <= room:
            break
    return shown


def contradictions(decision: Decision, width: int, most: int | None = None) -> Iterator[Line]:
    """Yield what contradicts what in the release's documents, and what more there is.

    What decides comes first, then what speaks against something written. With `most`, so many, in
    two lines each and without the places' words; otherwise all, whole, with how to see each.
    """
    ordered = sorted(
        decision.contradictions, key=lambda entry: (not entry.decides, not _contradicts(entry))
    )
    shown = ordered[:most]
    for entry in shown:
        head = Line("", note="contradiction" if _contradicts(entry) else "finding")
        short = shortened(_without_quotes(entry), 2 * (width - len(prefix(head)) - INDENT))
        yield from hanging(head, entry.sentence if most is None else short, width)
        if most is None and entry.show:
            yield from labelled("see", entry.show, width)
    more = len(decision.contradictions) - len(shown)
    if more:
        yield Line(f"{more} more, each with how to see it: atom-release explain")


def _contradicts(entry: Contradiction) -> bool:
    """Return whether it speaks against what is written, by another place or by itself."""
    return entry.second is not None or entry.id.startswith(_OF_WORDS)


def _without_quotes(entry: Contradiction) -> str:
    """Return the sentence without the words of its places, which `explain` quotes."""
    sentence = entry.sentence
    for text in (place.text for place in (entry.first, entry.second) if place and place.text):
        for words in (f" ({text!r})", f" ({text})", f", {text!r}"):
            sentence = sentence.replace(words, "")
    return sentence


def verdict(decision: Decision, width: int, *, beneath: bool = False) -> Iterator[Line]:
    """Yield the verdict and why, its parts one below the other.

    Of what was left out the names alone; nothing `beneath` lines that have its reasons.
    """
    reason = decision.reason
    if reasons := told_left_out(decision.left_out):
        names = ", ".join(left.criterion for left in decision.left_out)
        reason = reason.replace(reasons, "" if beneath else f"left out: {names}")
    head, *parts = filter(None, reason.split("; "))
    title = f"{decision.release} {decision.version} at {decision.commit[:12]}"
    yield Line(one_line(title), decision.verdict)
    for part in (head, *parts):
        for text in wrapped(printable(part), width - INDENT):
            yield Line(" " * INDENT + text)


def explanation(
    explained: Sequence[Row], width: int, waive: str = "atom-release waive"
) -> Iterator[Line]:
    """Yield each criterion's every leg that is not PASS: expected, found, where, what changes it.

    Nothing is cut. `waive` is the command that accepts a failure of this decision.
    """
    for row in explained:
        yield Line("")
        yield Line(_name(row), row.outcome, note=_note(row))
        yield from labelled("expects", row.asks, width)
        for cause in row.causes:
            yield from labelled("where", cause.where, width)
            yield from labelled("found", cause.reason, width)
            if cause.sure:
                yield from labelled("sure", cause.sure, width)
            if cause.how == remedies.BY_HAND:
                yield from labelled("by hand", cause.change, width)
            else:
                yield from _next(cause.change, width)
        if row.failure:
            yield from labelled("failure", row.failure, width)
            yield from labelled("accept", row.unwaivable or how_to_waive(row, waive), width)


def how_to_waive(row: Row, waive: str) -> str:
    """Return how this failure could be accepted, or what was."""
    if row.outcome is Outcome.WAIVED:
        return row.sentence
    return (
        ""
        if row.accepted
        else (
            f"{waive} --criterion {row.name} --reason WHY --ticket WHERE --approver WHO"
            " --expires WHEN"
        )
    )


def _block(
    row: Row, above: dict[tuple[str, str], str], width: int, room: tuple[int, int]
) -> Iterator[Line]:
    """Yield a criterion that refuses: what was found first, the one next command or edit, and more.

    `above` holds what stands in the blocks above, so that nothing is said twice; `room` is how many
    lines each of the two may take, and how many each further cause.
    """
    most, further = room
    causes = row.causes
    fresh = [cause for cause in causes if cause.key not in above]
    others = dict.fromkeys(above[cause.key] for cause in causes if cause.key in above)
    above.update({cause.key: row.name for cause in fresh})
    if not fresh:
        yield Line(f"{_name(row)}: the same as {', '.join(others)}", row.outcome)
        return
    first, *rest = fresh
    alike = ", ".join(cause.where for cause in fresh if cause.reason == first.reason)
    rest = [cause for cause in rest if cause.reason != first.reason]
    also = [f"{cause.where}: {cause.reason}" for cause in rest[:_FURTHER]] if further else []
    also += [f"the same as {', '.join(others)}"] if further and others else []
    shown = 1 + len(rest[:_FURTHER]) if further else 1
    several = 1 + len(rest)
    more = f"  ({shown} of {several} causes, all in explain)" if shown < several else ""
    yield Line(f"{_name(row)}{more}", row.outcome, note=_note(row))
    yield from labelled("found", f"{alike}: {first.reason}", width, most)
    for text in also:
        yield from labelled("also", text, width, further)
    yield from _next(first.change, width, most)


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


def _how(row: Row) -> str:
    return one_line(f"{row.reason}{f', {row.assurance}' if row.assurance else ''}")


def _note(row: Row) -> str:
    return ", ".join(row.notes)


def _next(change: str, width: int, most: int | None = None) -> Iterator[Line]:
    """Yield the next command or edit; of SQL also that it is a migration, and nothing to be run."""
    if remedies.is_sql(change):
        yield Line("commit a migration that says", label="next")
        yield from labelled("", change, width, most)
    else:
        yield from labelled("next", change, width, most)
