"""What `explain` says beneath a decision: each leg that is not PASS, whole, and each contradiction.

Also the lines that `explain` and a run's blocks have in common: the next command or edit. Which
things stop a release, and how short a screen tells them, is `decision_lines`'s.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from atom_release.cli.line_layout import INDENT, Line, hanging, labelled, prefix, shortened
from atom_release.gate.catalogue import remedies
from atom_release.gate.decision.decision import Decision
from atom_release.gate.documents.description import Description
from atom_release.gate.documents.rows import Row
from atom_release.gate.facts.contradiction import Contradiction
from atom_release.gate.printable import one_line
from atom_release.gate.vocabulary import Outcome

_OF_WORDS = ("document-", "passed-", "dated-", "tag-", "pull-request-")


def explanation(
    explained: Sequence[Row], width: int, waive: str = "atom-release waive"
) -> Iterator[Line]:
    """Yield each criterion's every leg that is not PASS: expected, found, where, what changes it.

    Nothing is cut. `waive` is the command that accepts a failure of this decision.
    """
    for row in explained:
        yield Line("")
        yield Line(one_line(f"{row.name} {row.title}"), row.outcome, note=", ".join(row.notes))
        yield from labelled("expects", row.asks, width)
        for number, cause in enumerate(row.causes):
            shown = cause.description
            if number:
                yield Line("")
            yield from labelled("wrong", shown.wrong, width)
            if cause.reason not in shown.wrong:
                yield from labelled("found", cause.reason, width)
            yield from labelled("where", shown.where, width)
            yield from next_step(shown, width)
            if shown.command:
                yield Line(one_line(shown.command), label="check")
            if shown.otherwise:
                yield from labelled("or", shown.otherwise, width)
            if cause.sure:
                yield from labelled("sure", cause.sure, width)
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


def next_step(shown: Description, width: int, most: int | None = None) -> Iterator[Line]:
    """Yield the next command or edit; of SQL also that it is a migration, and nothing to be run."""
    if remedies.is_sql(shown.change):
        folder = shown.edit.rpartition("/")[0]
        beside = f" in {folder}" if folder else ""
        yield Line(f"commit a new migration{beside} that says", label="next")
        for statement in shown.change.split("; "):
            yield Line(one_line(f"{statement.rstrip(';')};"), label="")
    else:
        yield from labelled("next", shown.change, width, most)
    if shown.then:
        yield Line(one_line(shown.then), label="")
