"""The question `histogram`: what does the Prometheus server's own say of p95 as deployed?

The rule is `gate.rules.histogram.judge_histogram`. Here the series are read, and what can be wrong
with them is told apart: a series that is not there, one that ended, a value that is no number, a
counter that began anew, buckets that do not fit each other.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from importlib.metadata import version
from math import isnan
from typing import Any

from pydantic import JsonValue

from atom_release.gate.facts.evidence import Evidence, NegativeControl
from atom_release.gate.facts.histogram import HistogramFacts
from atom_release.gate.manifest import Budget, Histogram, Service
from atom_release.gate.rules.histogram import judge_histogram
from atom_release.gate.units import Unit
from atom_release.gate.vocabulary import Answer, Assurance, ControlState
from atom_release.lab.address import absent, unreached
from atom_release.lab.look import Look
from atom_release.probes.prometheus import Client, Trouble

QUESTION = "histogram"
_FEW_STEPS = 2


def probe_histogram(look: Look, service: Service) -> Evidence:
    """Read the service's histogram over its window; without a Prometheus server there is none."""
    named, variable = service.histogram, look.manifest.infrastructure.prometheus
    address = look.environment.get(variable) if variable else None
    if named is None or not variable or not address:
        why = (
            f"the variable {variable} is unset"
            if variable
            else "the manifest names no variable with its address"
        )
        return absent(look, QUESTION, f"no Prometheus server: {why}").model_copy(
            update={"subject": service.id}
        )
    end = look.clock()
    try:
        with Client(address, look.manifest.infrastructure.timeout.total_seconds()) as client:
            series = client.over(selector(named), end - named.window, end, named.step)
            nothing = client.over(
                selector(named.model_copy(update={"labels": {"gate": "nobody has this label"}})),
                end - named.window,
                end,
                named.step,
            )
    except Trouble as trouble:
        return unreached(look, QUESTION, "Prometheus", trouble.message, variable).model_copy(
            update={"subject": service.id}
        )
    facts = HistogramFacts.model_validate(
        {
            **increments(series, named, end.timestamp()),
            "metric": named.metric,
            "labels": dict(named.labels),
            "window_s": named.window.total_seconds(),
            "variable": variable,
        }
    ).to_json()
    answer, reason = judge_histogram(facts, service.budget)
    return look.found(
        QUESTION,
        service.id,
        answer,
        f"{named.metric}: {reason}",
        assurance=Assurance.LIVE,
        control=_control(facts, service.budget, nothing),
        remedy=(
            ""
            if answer is Answer.YES
            else (
                f"Look at {named.metric} on the server; choose a bucket edge just below the budget"
                " to decide near it."
            )
        ),
        facts=facts,
        tools={"prometheus-api-client": version("prometheus-api-client")},
    )


def selector(histogram: Histogram) -> str:
    """Return the PromQL selector of the histogram's buckets."""
    labels = ",".join(
        f"{name}={json.dumps(value)}" for name, value in sorted(histogram.labels.items())
    )
    return f"{histogram.metric}_bucket{{{labels}}}"


@dataclass(frozen=True)
class _Instance:
    """The buckets of one instance.

    For each moment, how many requests took at most each edge since it was started.
    """

    edges: tuple[Decimal, ...]
    moments: tuple[float, ...]
    counts: tuple[tuple[float, ...], ...]

    def grown(self) -> tuple[list[float], int]:
        """Return how much each bucket grew, and how often the counters began anew.

        All of an instance's together, though only some fall.
        """
        total, resets = [0.0] * len(self.edges), 0
        for before, after in zip(self.counts, self.counts[1:], strict=False):
            anew = any(count < other for count, other in zip(after, before, strict=True))
            resets += anew
            total = [
                so_far + count - (0 if anew else other)
                for so_far, count, other in zip(total, after, before, strict=True)
            ]
        return total, resets


def increments(
    series: Iterable[Mapping[str, Any]], histogram: Histogram, end: float
) -> dict[str, JsonValue]:
    """Return what the series of all instances come to.

    Edges in milliseconds, requests at most at each, and every problem by its name.

    Args:
        series: as a range query answers: `metric` is the labels, `values` pairs of moment and
            number as text.
        histogram: the histogram that the manifest names.
        end: the end of the window, in seconds since 1970.
    """
    by_instance: dict[tuple[tuple[str, str], ...], dict[str, list[tuple[float, float]]]] = {}
    for entry in series:
        labels = {
            str(name): str(value) for name, value in entry["metric"].items() if name != "__name__"
        }
        edge = labels.pop("le", "")
        by_instance.setdefault(tuple(sorted(labels.items())), {})[edge] = [
            (float(moment), float(value)) for moment, value in entry["values"]
        ]
    if not by_instance:
        return _broken("missing: the server has no such series in the window")
    problems = [problem for buckets in by_instance.values() if (problem := _unusable(buckets))]
    if problems:
        return _broken(*dict.fromkeys(problems))
    instances = [_instance(buckets) for buckets in by_instance.values()]
    if not all(instance.moments for instance in instances):
        return _broken("the buckets of an instance were never there together")
    latest = max(instance.moments[-1] for instance in instances)
    if end - latest > _FEW_STEPS * histogram.step.total_seconds():
        return _broken(
            f"stale: the last value is {timedelta(seconds=round(end - latest))} older than the"
            " window's end"
        )
    if len({instance.edges for instance in instances}) != 1:
        return _broken("the instances have different bucket edges, which cannot be added")
    return {
        **_added(instances, histogram.kept_in),
        "ended": sum(
            end - instance.moments[-1] > _FEW_STEPS * histogram.step.total_seconds()
            for instance in instances
        ),
    }


def _added(instances: Sequence[_Instance], unit: Unit) -> dict[str, JsonValue]:
    grown = [instance.grown() for instance in instances]
    at_most = [round(sum(column)) for column in zip(*(total for total, _ in grown), strict=True)]
    factor = unit.per(Unit.MILLISECOND)
    edges: list[JsonValue] = [
        float(Fraction(edge) * factor) if edge.is_finite() else None for edge in instances[0].edges
    ]
    return {
        "edges": edges,
        "at_most": [*at_most],
        "resets": sum(resets for _, resets in grown),
        "instances": len(instances),
        "problems": [],
    }


def _broken(*problems: str) -> dict[str, JsonValue]:
    return {"edges": [], "at_most": [], "problems": list(problems)}


def _unusable(buckets: Mapping[str, Sequence[tuple[float, float]]]) -> str:
    """Return what is wrong with one instance's buckets, or nothing."""
    try:
        edges = [Decimal(edge) for edge in buckets]
    except InvalidOperation:
        return "a bucket has no edge (le) that is a number"
    if not any(edge == Decimal("Infinity") for edge in edges):
        return "no +Inf bucket: how many requests there were is not known"
    if any(isnan(value) for values in buckets.values() for _, value in values):
        return "NaN: a bucket holds what is not a number"
    if any(edge.is_nan() or edge < 0 for edge in edges) or len(set(edges)) != len(edges):
        return "the bucket edges are not ascending numbers"
    return ""


def _instance(buckets: Mapping[str, Sequence[tuple[float, float]]]) -> _Instance:
    """Return an instance's buckets at the moments that all of them have."""
    ordered = sorted((Decimal(edge), dict(values)) for edge, values in buckets.items())
    moments = tuple(sorted(set.intersection(*(set(values) for _, values in ordered))))
    return _Instance(
        tuple(edge for edge, _ in ordered),
        moments,
        tuple(tuple(values[moment] for _, values in ordered) for moment in moments),
    )


def _control(
    facts: Mapping[str, JsonValue], budget: Budget, nothing: Sequence[object]
) -> NegativeControl:
    """Judge the same requests as if all had taken longer than every edge.

    And ask for a series that nobody has.
    """
    at_most = facts["at_most"]
    slow = (
        [*([0] * (len(at_most) - 1)), at_most[-1]] if isinstance(at_most, list) and at_most else []
    )
    slow_answer = judge_histogram({**facts, "at_most": slow}, budget)[0]
    return NegativeControl(
        state=ControlState.ALIVE
        if slow_answer is not Answer.YES and not nothing
        else ControlState.DEAD,
        changed=(
            "all requests were put into the last bucket; and a series that nobody has was asked for"
        ),
        found=f"{slow_answer}; {len(nothing)} series",
    )
