"""What a package of somebody's own hands in, and how it is found by the name in a manifest."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import EntryPoint, entry_points
from typing import TYPE_CHECKING, Generic, TypeVar

from atom_release.errors import ProbeFault
from atom_release.gate.facts.model import Facts
from atom_release.gate.vocabulary import Answer

if TYPE_CHECKING:
    from atom_release.probes.own_probe.subject import Subject

GROUP = "atom_release.probes"
"""The entry points' group."""

FactsT = TypeVar("FactsT", bound=Facts)


@dataclass(frozen=True)
class Reply(Generic[FactsT]):
    """What a plug-in found: its answer, one sentence that a person can act on, and its facts."""

    answer: Answer
    reason: str
    facts: FactsT


@dataclass(frozen=True)
class PlugIn(Generic[FactsT]):
    """A question asked in Python.

    `spoil` returns the subject of the control, which has to be answered with no: the gate asks it
    itself, with the same function. `remedy` is what changes a bad answer.
    """

    asks: str
    facts: type[FactsT]
    ask: Callable[[Subject], Reply[FactsT]]
    spoil: Callable[[Subject], Subject]
    spoiled: str  # what was changed for the control, e.g. "a package under GPL-3.0 was added"
    remedy: str


class NoPlugIn(ProbeFault):
    """The package that a manifest names is not installed, or hands in something else."""


def load(name: str) -> tuple[PlugIn[Facts], str]:
    """Return the plug-in of that name, and the version of the package that it came with.

    Raises:
        NoPlugIn: there is none, several packages name one so, or it is no plug-in.
    """
    points = [*entry_points(group=GROUP, name=name)]
    if len(points) != 1:
        have = ", ".join(sorted({point.name for point in entry_points(group=GROUP)})) or "none"
        several = f"{len(points)} packages name a probe {name!r}" if points else ""
        raise NoPlugIn(
            several or f"no package here names a probe {name!r}; there are: {have}",
            "Install the one package that has it beside atom-release.",
        )
    loaded = points[0].load()
    if not isinstance(loaded, PlugIn):
        raise NoPlugIn(
            f"{points[0].value} is no PlugIn but {type(loaded).__name__}", "Mend the package."
        )
    return loaded, _version(points[0])


def _version(point: EntryPoint) -> str:
    return f"{point.dist.name} {point.dist.version}" if point.dist else "unknown"
