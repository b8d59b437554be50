"""How a text becomes lines of a terminal: prefix, label, hanging indent, wrapping, cutting.

What is said, and in which order, is of no interest here. No line is longer than the width, but for
commands, which are copied, and for words that are longer themselves.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from dataclasses import dataclass, replace

from atom_release.gate.catalogue import remedies
from atom_release.gate.printable import printable
from atom_release.gate.vocabulary import Outcome, Verdict

INDENT = 2
_LABEL = 9
_HANGING = 6
_PAUSES = ("; ", ", ", ": ", " (")
_LEAST = 20  # columns that a text gets, however narrow the terminal


@dataclass(frozen=True)
class Line:
    """One line: the outcome or verdict that it begins with, if any, and its text.

    `label` is what a line of a block is: wrong, where, next; empty where it goes on. `before` is
    what stands before the outcome, such as a number.
    """

    text: str
    outcome: Outcome | Verdict | None = None
    note: str = ""
    label: str | None = None
    before: str = ""


def prefix(line: Line) -> str:
    """Return what stands before a line's text: its outcome with a note, or its label."""
    if line.outcome is not None:
        note = f", {line.note}" if line.note else ""
        return f"{line.before}{line.outcome}{note}  "
    if line.label is not None:
        return f"{'':{INDENT}}{line.label:<{_LABEL}}"
    return f"{line.note}  " if line.note else ""


def labelled(label: str, text: str, width: int, most: int | None = None) -> Iterator[Line]:
    """Yield a text behind its label, in so many lines at the `most`; a command stands on one."""
    shown, room = printable(text), width - INDENT - _LABEL
    parts = [shown] if remedies.is_command(shown) else wrapped(shown, room)
    if most is not None and len(parts) > most:
        parts = [*parts[: most - 1], shortened(" ".join(parts[most - 1 :]), room)]
    for number, part in enumerate(parts):
        yield Line(part, label="" if number else label)


def hanging(head: Line, text: str, width: int) -> Iterator[Line]:
    """Yield a text behind what a line begins with; what it goes on with is indented."""
    shown = printable(text)
    first, *others = wrapped(shown, width - len(prefix(head)))
    yield replace(head, text=first)
    rest = shown.removeprefix(first).strip() if others else ""
    for part in wrapped(rest, width - _HANGING) if rest else ():
        yield Line(f"{'':{_HANGING}}{part}")


def wrapped(text: str, width: int) -> list[str]:
    """Return a text in lines of so many columns; one empty line of an empty text."""
    lines = textwrap.wrap(text, max(width, _LEAST), break_long_words=False, break_on_hyphens=False)
    return lines or [""]


def whole_words(text: str, width: int) -> str:
    """Return what of a sentence fits as a whole: all of it, or what stands before a pause."""
    if len(text) <= width:
        return text
    return text[: max(0, *(text.rfind(pause, 0, width + 1) for pause in _PAUSES))]


def shortened(text: str, width: int) -> str:
    """Return a text that fits, with an ellipsis where words were left off."""
    return text if len(text) <= width else f"{text[: width - 2].rsplit(' ', 1)[0].rstrip()} …"
