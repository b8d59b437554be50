"""How large a failure is.

What a waiver says that it accepts, and beyond which it is another failure.

A fingerprint leaves out what is measured, so that the same failure keeps it in every run. How much
of it there was stands here, by name: a measured figure may come out a quarter worse and still be
the same failure; one more finding or failing test is more than was accepted.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from atom_release.gate.consents.failing import Failing

_MORE = 1.25
_MACHINE = "noop"  # about the machine, not the service


def collect_figures(failing: Iterable[Failing]) -> dict[str, float]:
    """Return the figures of these failing legs by which they can get worse.

    Where several pieces of evidence give one, the worst.
    """
    figures: dict[str, float] = {}
    for leg in failing:
        for piece in leg.evidence:
            for name, value in _figures(piece.facts):
                full = f"{leg.question}/{leg.subject} {name}"
                figures[full] = max(figures.get(full, 0.0), float(f"{value:.4g}"))
    return dict(sorted(figures.items()))


def worse(accepted: Mapping[str, float], now: Mapping[str, float]) -> str:
    """Return what there is more of now than was accepted, or nothing."""
    for name, value in now.items():
        if name not in accepted:
            return f"it does not say how large a failure it accepts: {name} is {value:g}"
        limit = accepted[name] * (1 if name.endswith("count") else _MORE)
        if value > limit:
            return (
                f"the failure is larger now: {name} is {value:g}, and {accepted[name]:g} was waived"
            )
    return ""


def _figures(facts: Mapping[str, Any]) -> Iterator[tuple[str, float]]:
    yield from _measured(facts, ())
    rows, correct = _number(facts.get("n")), _number(facts.get("correct"))
    if rows and correct is not None:
        yield "wrong answers, share", 1 - correct / rows
    cases = facts.get("cases")
    if isinstance(cases, dict):
        yield (
            "failing tests, count",
            sum(
                isinstance(case, dict) and case.get("passed") != case.get("ran")
                for case in cases.values()
            ),
        )
    counts = facts.get("counts")
    findings = _number(counts.get("findings")) if isinstance(counts, dict) else None
    if findings is not None:
        yield "findings, count", findings


def _measured(value: object, path: tuple[str, ...]) -> Iterator[tuple[str, float]]:
    """Yield every 95th percentile and share of errors, however deep it stands."""
    if isinstance(value, list):
        for number, item in enumerate(value):
            yield from _measured(
                item,
                (*path, str(item.get("name", number)) if isinstance(item, dict) else str(number)),
            )
    if not isinstance(value, dict):
        return
    p95, errors, requests = (_number(value.get(name)) for name in ("p95", "errors", "requests"))
    if p95 is not None:
        yield " ".join((*path, "p95")), p95
    if errors and requests:
        yield " ".join((*path, "errors, share")), errors / requests
    for name, item in value.items():
        if name != _MACHINE and isinstance(item, dict | list):
            yield from _measured(item, (*path, name))


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None
