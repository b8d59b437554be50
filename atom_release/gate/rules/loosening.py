"""One loosening, and the comparisons of two values that find one."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from atom_release.gate.manifest import Request


@dataclass(frozen=True)
class Loosening:
    """One thing that is asked less of than before."""

    criterion: str
    sentence: str


def request_changed(criterion: str, name: str, old: Request, new: Request) -> Iterator[Loosening]:
    """Yield that another request is made than before, or that more answers to it are right."""
    if (old.method, old.path) != (new.method, new.path):
        yield Loosening(
            criterion, f"{name} asks {new.method} {new.path} instead of {old.method} {old.path}"
        )
    yield from wider(criterion, f"{name} expect", old.expect, new.expect)
    yield from fewer(criterion, f"{name} has", old.has, new.has)


def larger(criterion: str, name: str, old: Any, new: Any) -> Iterator[Loosening]:  # noqa: ANN401 - durations or numbers
    """Yield that a limit is larger than before."""
    if new > old:
        yield Loosening(criterion, f"{name}: {_written(old)} became {_written(new)}")


def _written(value: timedelta | float) -> str:
    return f"{value.total_seconds():g} s" if isinstance(value, timedelta) else f"{value:g}"


def smaller(criterion: str, name: str, old: float, new: float) -> Iterator[Loosening]:
    """Yield that less is asked than before."""
    if new < old:
        yield Loosening(criterion, f"{name}: {old} became {new}")


def changed(criterion: str, name: str, old: object, new: object) -> Iterator[Loosening]:
    """Yield that something is not what it was."""
    if new != old:
        yield Loosening(criterion, f"{name}: {old} became {new}")


def fewer(
    criterion: str, name: str, old: Iterable[str], new: Collection[str]
) -> Iterator[Loosening]:
    """Yield which entries are not asked of any more."""
    gone = [entry for entry in old if entry not in new]
    if gone:
        yield Loosening(criterion, f"{name} without {', '.join(gone)}")


def wider(
    criterion: str, name: str, old: Collection[int], new: Iterable[int]
) -> Iterator[Loosening]:
    """Yield which statuses are right now and were not before."""
    more = [str(entry) for entry in new if entry not in old]
    if more:
        yield Loosening(criterion, f"{name} takes {', '.join(more)} too")
