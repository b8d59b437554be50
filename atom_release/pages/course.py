"""The course of a release as the page draws it: what came when, and what came after its tag.

Places are shares of the picture; what stands there is text of others and is escaped where it is
drawn. A decision long after everything else stands at the edge, behind a break.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from atom_release.gate.facts.order import Event, OrderFacts

_MOST = 40
_LONGEST = 46
_EDGE = 92.0
_ALL = 100.0
DECISION = "decision"


@dataclass(frozen=True)
class Mark:
    """One event: where along the time it stands, in percent, and whether it came after the tag."""

    kind: str
    name: str
    when: datetime
    commit: str
    left: float
    late: bool = False

    @property
    def label(self) -> str:
        """The name, shortened at its beginning, where folders stand."""
        return self.name if len(self.name) <= _LONGEST else f"…{self.name[1 - _LONGEST :]}"

    @property
    def shown(self) -> str:
        """The moment in UTC."""
        return f"{self.when:%Y-%m-%d %H:%M}"


@dataclass(frozen=True)
class Course:
    """The events in their order, those that are drawn, and how many more there are."""

    marks: Sequence[Mark]

    @property
    def drawn(self) -> Sequence[Mark]:
        """The events that the picture has room for: what came too late before what did not."""
        if len(self.marks) <= _MOST:
            return self.marks
        kept = [mark for mark in self.marks if mark.late or mark.kind in {"tag", DECISION}]
        others = [mark for mark in self.marks if mark not in kept]
        chosen = {*kept[:_MOST], *others[: max(0, _MOST - len(kept))]}
        return [mark for mark in self.marks if mark in chosen]

    @property
    def tags(self) -> Sequence[Mark]:
        """The tags, each a line through the picture."""
        return [mark for mark in self.drawn if mark.kind == "tag"]

    @property
    def late(self) -> Sequence[Mark]:
        """What came after the tag that it belongs to."""
        return [mark for mark in self.marks if mark.late]

    @property
    def undrawn(self) -> int:
        """How many events stand in the table alone."""
        return len(self.marks) - len(self.drawn)


def course_of(facts: OrderFacts, decided: datetime) -> Course | None:
    """Return the course of a release, or None where its history is not known."""
    if not facts.events:
        return None
    late = {lacking.path for tag in facts.tags for lacking in tag.lacking if lacking.after}
    tags = [
        Event(kind="tag", name=tag.name, commit=tag.commit, when=tag.when) for tag in facts.tags
    ]
    events = sorted([*facts.events, *tags], key=lambda event: (_moment(event), event.name))
    first, last = _moment(events[0]), _moment(events[-1])
    marks = [
        Mark(
            event.kind,
            event.name,
            _moment(event),
            event.commit,
            _share(first, last, _moment(event)),
            event.kind != "commit" and event.name in late,
        )
        for event in events
    ]
    return Course([*marks, Mark(DECISION, DECISION, decided, "", _ALL)])


def _moment(event: Event) -> datetime:
    return datetime.fromisoformat(event.when)


def _share(first: datetime, last: datetime, moment: datetime) -> float:
    """Return where a moment stands between the first and the last, before the edge."""
    whole = (last - first).total_seconds()
    return round((moment - first).total_seconds() / whole * _EDGE, 2) if whole else 0.0
